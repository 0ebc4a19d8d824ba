/* SPDX-License-Identifier: MIT */
/*
 * Loads a memcached as its users do: over loopback, one request at a time on each of many connections, one set for ten gets.
 * requests PORT REQUESTS: as many in all; looks at each reply, and fails where one is wrong.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, CONNECTIONS = 8, KEYS = 1000, SIZE = 100, SET_EVERY = 11, TRIES = 200 };
static uint16_t port;
static long requests;

static int connect_to(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    for (int try = 0; try < TRIES; try++) {
        int server = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (connect(server, (struct sockaddr *)&address, sizeof(address)) == 0)
            return server;
        close(server);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* it is starting */
    }
    return -1;
}

/* Reads a reply that ends so. */
static int reply(int server, const char *end)
{
    char text[SIZE * 4];
    size_t used = 0, length = strlen(end);

    while (used < length || memcmp(text + used - length, end, length) != 0) {
        ssize_t got = read(server, text + used, sizeof(text) - used);
        if (got <= 0)
            return -1;
        used += (size_t)got;
    }
    return 0;
}

static int request(int server, unsigned key, int set)
{
    char text[SIZE * 2], value[SIZE + 1];
    int length;

    memset(value, 'v', SIZE);
    value[SIZE] = 0;
    if (set)
        length = snprintf(text, sizeof(text), "set key%u 0 0 %d\r\n%s\r\n", key, SIZE, value);
    else
        length = snprintf(text, sizeof(text), "get key%u\r\n", key);
    return write(server, text, (size_t)length) == length ? reply(server, set ? "STORED\r\n" : "END\r\n") : -1;
}

/* A client of several connections, which it uses in turn. */
static void *client(void *number)
{
    unsigned random = (unsigned)(uintptr_t)number;
    int servers[CONNECTIONS];

    for (int i = 0; i < CONNECTIONS; i++)
        if ((servers[i] = connect_to()) < 0)
            return "no connection";
    for (long i = 0; i < requests / THREADS; i++)
        if (request(servers[i % CONNECTIONS], (unsigned)rand_r(&random) % KEYS, i % SET_EVERY == 0) != 0)
            return "a wrong reply";
    for (int i = 0; i < CONNECTIONS; i++)
        close(servers[i]);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    void *wrong;
    int status = 0;

    if (argc != 3)
        return 2;
    port = (uint16_t)atoi(argv[1]);
    requests = atol(argv[2]);
    for (uintptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, client, (void *)(i + 1)) != 0)
            return 2;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &wrong);
        if (wrong)
            status = 1, fprintf(stderr, "requests: %s\n", (char *)wrong);
    }
    return status;
}

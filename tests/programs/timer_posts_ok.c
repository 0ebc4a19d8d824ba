/* SPDX-License-Identifier: MIT */
/* The only thread waits for a post by a timer's thread, which the C library makes for itself and nobody sees before it acts. */
#include "play.h"
#include <signal.h>
#include <time.h>

static sem_t rung;

static void ring(union sigval unused)
{
    (void)unused;
    MUST_SEM(sem_post(&rung));
}

int main(int argc, char **argv)
{
    struct sigevent tell = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = ring};
    struct itimerspec in = {.it_value = {.tv_sec = argc > 1 ? atoi(argv[1]) : 0, .tv_nsec = 100000000}};
    timer_t timer;

    MUST_SEM(sem_init(&rung, 0, 0));
    MUST_SEM(timer_create(CLOCK_MONOTONIC, &tell, &timer));
    MUST_SEM(timer_settime(timer, 0, &in, NULL));
    MUST_SEM(sem_wait(&rung));
}

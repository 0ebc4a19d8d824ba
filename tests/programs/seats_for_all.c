/* SPDX-License-Identifier: MIT */
/*
 * The same as seats_ok, with a seat for each: the semaphore keeps nobody out, and nothing but luck prevents the circle.
 *
 *     first                    second                   third
 *     wait seats
 *       lock A, B; unlock B, A
 *     post seats
 *                              wait seats
 *                                lock B, C; unlock C, B
 *                              post seats
 *                                                       wait seats
 *                                                         lock C, A; unlock A, C
 *                                                       post seats
 *
 * The finding is the one of three_way.
 */
#include "play.h"

enum { SEATS = 3 };

static pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER, lock_b = PTHREAD_MUTEX_INITIALIZER,
                       lock_c = PTHREAD_MUTEX_INITIALIZER;
static sem_t seats;

static void eat(pthread_mutex_t *left, pthread_mutex_t *right)
{
    MUST_SEM(sem_wait(&seats));
    MUST(pthread_mutex_lock(left));
    MUST(pthread_mutex_lock(right));
    MUST(pthread_mutex_unlock(right));
    MUST(pthread_mutex_unlock(left));
    MUST_SEM(sem_post(&seats));
    luck_pass();
}

static void *first(void *unused)
{
    eat(&lock_a, &lock_b);
    return unused;
}

static void *second(void *unused)
{
    luck_await(1);
    eat(&lock_b, &lock_c);
    return unused;
}

static void *third(void *unused)
{
    luck_await(2);
    eat(&lock_c, &lock_a);
    return unused;
}

int main(void)
{
    MUST_SEM(sem_init(&seats, 0, SEATS));
    pthread_t threads[] = { START(first), START(second), START(third) };
    for (int i = 0; i < 3; i++)
        join(threads[i]);
}

/* SPDX-License-Identifier: MIT */
/*
 * Dining philosophers who starve: five threads, five forks, each takes the fork at its left and then the one at its
 * right. At first a waiter lets only four sit down at once, and all eat. Then the waiter goes home:
 *
 *     Plato      holds fork 0, wants fork 1
 *     Hypatia    holds fork 1, wants fork 2
 *     Diogenes   holds fork 2, wants fork 3
 *     Aspasia    holds fork 3, wants fork 4
 *     Zeno       holds fork 4, wants fork 0
 *
 * It deadlocks in every run: nobody reaches to the right before all have the left one. Nobody notices:
 *
 *     thrum record --timeout 2 -o trace -- ./dining
 *     deadlock-report trace
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

enum { PHILOSOPHERS = 5, COURSES = 6 };

static const char *const names[PHILOSOPHERS] = { "Plato", "Hypatia", "Diogenes", "Aspasia", "Zeno" };
static pthread_mutex_t forks[PHILOSOPHERS];
static sem_t waiter;            /* seats that the waiter gives away: one fewer than there are */
static pthread_barrier_t table; /* where they wait for each other */

static void chew(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 3 * 1000 * 1000 }, NULL);
}

static void eat(int left, int right)
{
    pthread_mutex_lock(&forks[left]);
    pthread_mutex_lock(&forks[right]);
    chew();
    pthread_mutex_unlock(&forks[right]);
    pthread_mutex_unlock(&forks[left]);
}

static void eat_unattended(int left, int right)
{
    pthread_barrier_wait(&table); /* all have eaten, the waiter goes */
    pthread_mutex_lock(&forks[left]);
    pthread_barrier_wait(&table); /* all have their left fork */
    pthread_mutex_lock(&forks[right]);
    chew();
    pthread_mutex_unlock(&forks[right]);
    pthread_mutex_unlock(&forks[left]);
}

static void *dine(void *seat)
{
    int left = (int)(long)seat, right = (left + 1) % PHILOSOPHERS;
    pthread_setname_np(pthread_self(), names[left]);
    for (int course = 0; course < COURSES; course++) {
        sem_wait(&waiter);
        eat(left, right);
        sem_post(&waiter);
    }
    eat_unattended(left, right);
    return NULL;
}

int main(void)
{
    pthread_t philosophers[PHILOSOPHERS];
    sem_init(&waiter, 0, PHILOSOPHERS - 1);
    pthread_barrier_init(&table, NULL, PHILOSOPHERS);
    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_mutex_init(&forks[i], NULL);
    for (long i = 0; i < PHILOSOPHERS; i++)
        pthread_create(&philosophers[i], NULL, dine, (void *)i);
    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_join(philosophers[i], NULL);
    puts("Everybody has dined.");
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* Random programs for the oracle. */
#include "config.h"
#include "oracle.h"

#include <stdlib.h>

struct maker {
    struct oracle_program *program;
    const struct oracle_mix *mix;
    int t;
    int mutexes[3], mutex_count;
    int rwlock;   /* 0: none held */
    int seats[2]; /* semaphores taken and not given back, by number */
    bool has_block, joins;
};

static void add(struct maker *m, enum oracle_call call, int object)
{
    m->program->ops[m->t][m->program->count[m->t]++] = (struct oracle_op){call, object};
}

static int room(const struct maker *m)
{
    return ORACLE_CALLS - m->program->count[m->t] - m->mutex_count - (m->rwlock ? 1 : 0) - m->seats[0] - m->seats[1];
}

static void give_back(struct maker *m)
{
    int i = m->mix->loose ? rand() % m->mutex_count : m->mutex_count - 1;
    add(m, CALL_unlock, m->mutexes[i]);
    m->mutexes[i] = m->mutexes[--m->mutex_count];
}

static bool has_mutex(const struct maker *m, int mutex)
{
    for (int i = 0; i < m->mutex_count; i++)
        if (m->mutexes[i] == mutex)
            return true;
    return false;
}

static void add_lock(struct maker *m)
{
    int mutex = rand() % ORACLE_OBJECTS;
    if (has_mutex(m, mutex) || m->mutex_count == 3)
        return;
    add(m, CALL_lock, mutex);
    m->mutexes[m->mutex_count++] = mutex;
}

/* A lock around another, or around a join. */
static void add_nest(struct maker *m)
{
    int outer = rand() % ORACLE_OBJECTS, inner = rand() % ORACLE_OBJECTS;
    if (has_mutex(m, outer))
        return;
    add(m, CALL_lock, outer);
    if (m->t == 0 && m->mix->joins && !m->joins && rand() % 2) {
        add(m, CALL_join, 1 + rand() % (m->program->threads - 1));
        m->joins = true;
    } else if (inner != outer && !has_mutex(m, inner)) {
        add(m, CALL_lock, inner);
        add(m, CALL_unlock, inner);
    }
    add(m, CALL_unlock, outer);
}

/* A flag is set; or it is read, and what comes next under its lock, or behind that, is done or not. */
static void add_flag(struct maker *m)
{
    struct oracle_program *p = m->program;
    int mutex = rand() % ORACLE_OBJECTS, inside = rand() % 2;
    if (m->mutex_count && rand() % 2) {
        add(m, CALL_flag, m->mutexes[rand() % m->mutex_count]);
        return;
    }
    if (m->has_block || room(m) < 8 || m->mutex_count == 3 || has_mutex(m, mutex))
        return;
    m->has_block = true;
    add(m, CALL_lock, mutex);
    add(m, CALL_if, mutex);
    p->if_set[m->t] = rand() % 4;
    if (!inside)
        add(m, CALL_unlock, mutex);
    else
        m->mutexes[m->mutex_count++] = mutex;
    p->block[m->t][0] = p->count[m->t];
    add_nest(m);
    p->block[m->t][1] = p->count[m->t];
    if (inside)
        add(m, CALL_unlock, m->mutexes[--m->mutex_count]);
}

static void add_rwlock(struct maker *m)
{
    if (m->rwlock)
        add(m, CALL_unlock_rw, m->rwlock - 1);
    else
        add(m, rand() % 2 ? CALL_read : CALL_write, rand() % 2);
    m->rwlock = m->rwlock ? 0 : m->program->ops[m->t][m->program->count[m->t] - 1].object + 1;
}

static void add_seat(struct maker *m, int semaphore)
{
    add(m, m->seats[semaphore] ? CALL_post : CALL_take, semaphore);
    m->seats[semaphore] ^= 1;
}

static void add_wait(struct maker *m)
{
    int which = rand() % 8;
    const struct oracle_mix *mix = m->mix;
    if (which < 5 && mix->flags)
        add_flag(m);
    else if (which < 2 && mix->seats)
        add_seat(m, rand() % 2);
    else if (which < 2 && mix->semaphores)
        add(m, rand() % 2 ? CALL_take : CALL_post, rand() % 2);
    else if (which == 2 && mix->conditions && m->mutex_count)
        add(m, CALL_wait, m->mutexes[m->mutex_count - 1]);
    else if (which == 3 && mix->conditions)
        add(m, rand() % 2 ? CALL_signal : CALL_broadcast, rand() % ORACLE_OBJECTS);
    else if (which == 4 && mix->barriers)
        add(m, CALL_meet, rand() % 2);
    else if (which == 5 && mix->events)
        add(m, rand() % 2 ? CALL_await : CALL_set, rand() % 2);
    else if (which == 6 && mix->readers)
        add_rwlock(m);
    else if (which == 7 && mix->joins && m->t == 0 && m->program->threads > 1) {
        if (m->joins) /* once only */
            return;
        m->joins = true;
        add(m, CALL_join, 1 + rand() % (m->program->threads - 1));
    }
}

static void make_thread(struct maker *m)
{
    if (m->t == 0)
        for (int t = 1; t < m->program->threads; t++)
            add(m, CALL_start, t);
    int wanted = 4 + rand() % (ORACLE_CALLS - 4);
    while (m->program->count[m->t] < wanted && room(m) > 2) {
        int which = rand() % 10;
        if (which < 4)
            add_lock(m);
        else if (which < 7 && m->mutex_count)
            give_back(m);
        else
            add_wait(m);
    }
    while (m->mutex_count)
        give_back(m);
    if (m->rwlock)
        add_rwlock(m);
    for (int semaphore = 0; semaphore < 2; semaphore++)
        if (m->seats[semaphore])
            add_seat(m, semaphore);
}

void oracle_make(struct oracle_program *p, const struct oracle_mix *mix)
{
    *p = (struct oracle_program){.threads = 2 + rand() % (ORACLE_THREADS - 1)};
    if (mix->seats) {
        p->value[0] = 1;
        p->value[1] = 2;
    }
    for (int t = 0; t < p->threads; t++)
        make_thread(&(struct maker){.program = p, .mix = mix, .t = t});
}

/* SPDX-License-Identifier: MIT */
/* GLib's locks as the interposers see them, so that neither GLib nor its headers need be there. */
#ifndef THRUM_CORE_GLIB_H
#define THRUM_CORE_GLIB_H

#include <stdint.h>

typedef int gboolean;
typedef struct _GMutex GMutex;
typedef struct _GRecMutex GRecMutex;
typedef struct _GRWLock GRWLock;
typedef struct _GCond GCond;

void g_mutex_init(GMutex *mutex);
void g_mutex_clear(GMutex *mutex);
void g_mutex_lock(GMutex *mutex);
gboolean g_mutex_trylock(GMutex *mutex);
void g_mutex_unlock(GMutex *mutex);

void g_rec_mutex_init(GRecMutex *mutex);
void g_rec_mutex_clear(GRecMutex *mutex);
void g_rec_mutex_lock(GRecMutex *mutex);
gboolean g_rec_mutex_trylock(GRecMutex *mutex);
void g_rec_mutex_unlock(GRecMutex *mutex);

void g_rw_lock_init(GRWLock *lock);
void g_rw_lock_clear(GRWLock *lock);
void g_rw_lock_writer_lock(GRWLock *lock);
gboolean g_rw_lock_writer_trylock(GRWLock *lock);
void g_rw_lock_writer_unlock(GRWLock *lock);
void g_rw_lock_reader_lock(GRWLock *lock);
gboolean g_rw_lock_reader_trylock(GRWLock *lock);
void g_rw_lock_reader_unlock(GRWLock *lock);

void g_cond_init(GCond *cond);
void g_cond_clear(GCond *cond);
void g_cond_wait(GCond *cond, GMutex *mutex);
/* `end` is in microseconds of the monotonic clock; false: it has passed. */
gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, int64_t end);
void g_cond_signal(GCond *cond);
void g_cond_broadcast(GCond *cond);

#endif

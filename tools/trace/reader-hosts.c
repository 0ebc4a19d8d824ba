/* SPDX-License-Identifier: MIT */
/* Moves the ids in an event to where its host's are. */
#include "config.h"
#include "trace/reader-hosts.h"

#include "base/hosts.h"
#include "enums.h"

/* A file's lock is the same object in all processes of a host, and of no other. */
static uint64_t move_object(unsigned host, enum thrum_kind kind, uint64_t object)
{
    return kind == THRUM_kind_file_lock ? object ^ (uint64_t)host << 54 : object;
}

#define MOVE_OBJECT(name)                                                                                              \
    case THRUM_EVENT_##name:                                                                                           \
        event->record.name.object = move_object(host, (enum thrum_kind)event->record.name.kind, event->record.name.object); \
        break

void reader_move(struct trace_event *event, unsigned host)
{
    struct thrum_event_common *common = &event->record.common;
    if (!host)
        return;
    common->pid = hosts_put(host, common->pid);
    common->tid = hosts_put(host, common->tid);
    switch (event->id) {
    case THRUM_EVENT_process_begin:
        event->record.process_begin.ppid = hosts_put(host, event->record.process_begin.ppid);
        break;
    case THRUM_EVENT_process_fork:
        event->record.process_fork.child = hosts_put(host, event->record.process_fork.child);
        break;
    case THRUM_EVENT_interrupt_send:
        event->record.interrupt_send.target_pid = hosts_put(host, event->record.interrupt_send.target_pid);
        event->record.interrupt_send.target_tid = hosts_put(host, event->record.interrupt_send.target_tid);
        break;
        MOVE_OBJECT(object_init);
        MOVE_OBJECT(object_destroy);
        MOVE_OBJECT(object_name);
        MOVE_OBJECT(acquire);
        MOVE_OBJECT(acquire_begin);
        MOVE_OBJECT(acquire_end);
        MOVE_OBJECT(acquire_fail);
        MOVE_OBJECT(release);
        MOVE_OBJECT(held);
    default:
        break;
    }
}

/* SPDX-License-Identifier: MIT */
/* Makes, stops and destroys the session, through liblttng-ctl. */
#include "config.h"
#include "record/session.h"

#include <errno.h>
#include <inttypes.h>
#include <lttng/destruction-handle.h>
#include <lttng/lttng.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "record/trouble.h"

static const char channel_name[] = "thrum";

/* Buffers are shared by the processes of a user: a program that starts thousands of them needs no more memory. */
static struct lttng_domain domain = {.type = LTTNG_DOMAIN_UST, .buf_type = LTTNG_BUFFER_PER_UID};

/* In milliseconds. */
enum { DRAIN = 60000, LOOK = 2, DESTROY = 2000 };

/* --- buffers --- */

enum {
    BUFFER = 32 << 20,         /* of one processor, where there is room: a fifth of a second at full speed */
    BUFFER_LEAST = 256 << 10,
    PARTS = 32,                /* a buffer is read and, where a process dies amid an event, lost by such parts */
    PART_LEAST = 64 << 10,
};

static uint64_t processors(void)
{
    return (uint64_t)sysconf(_SC_NPROCESSORS_CONF);
}

/* Bytes of shared memory that are free, which containers are often short of. */
static uint64_t shared_memory(const char *buffers)
{
    struct statvfs room;
    return statvfs(buffers, &room) < 0 ? UINT64_MAX : (uint64_t)room.f_bavail * room.f_frsize;
}

/* Bytes that all buffers may take. */
static uint64_t buffers_room(const char *buffers)
{
    uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) / 16;
    uint64_t shared = shared_memory(buffers) / 4;
    return shared < memory ? shared : memory;
}

/* LTTng would find too late that there is no room, and tell nobody. */
static int check_room(const char *buffers, char **trouble)
{
    uint64_t least = processors() * BUFFER_LEAST * 5 / 4;
    if (shared_memory(buffers) >= least)
        return 0;
    return trouble_tell(trouble, ENOSPC, "LTTng's buffers need %" PRIu64 " KiB of shared memory, and /dev/shm hasn't that much left",
                        least / 1024);
}

/* Sizes are powers of two. LTTng makes a buffer for each processor that there could be. */
static void set_sizes(struct lttng_channel_attr *attributes, const char *buffers)
{
    uint64_t each = buffers_room(buffers) / processors();
    uint64_t buffer = BUFFER, parts = PARTS;
    while (buffer > each && buffer > BUFFER_LEAST)
        buffer /= 2;
    while (buffer / parts < PART_LEAST)
        parts /= 2;
    attributes->subbuf_size = buffer / parts;
    attributes->num_subbuf = parts;
    /* The program never waits for its recording: where it is too fast events are lost, counted. */
    attributes->overwrite = 0;
}

/* --- start --- */

static int tell(char **trouble, const char *what, int code)
{
    return trouble_tell(trouble, EIO, "LTTng can't %s: %s", what, lttng_strerror(code));
}

/* How often what is streamed is sent on, in microseconds: who looks at it live is so late at most. */
enum { LIVE_PERIOD = 1000000 };

static struct lttng_session_descriptor *describe(const struct session *session, const struct session_plan *plan, char **trouble)
{
    struct lttng_session_descriptor *descriptor;
    char *url = NULL;
    if (!plan->relay) {
        descriptor = lttng_session_descriptor_local_create(session->name, plan->directory);
        if (!descriptor)
            trouble_tell(trouble, EINVAL, "LTTng can't record into %s: the path is too long for it", plan->directory);
        return descriptor;
    }
    if (asprintf(&url, "net://%s", plan->relay) < 0)
        return NULL;
    descriptor = lttng_session_descriptor_live_network_create(session->name, url, NULL, LIVE_PERIOD);
    if (!descriptor)
        trouble_tell(trouble, EINVAL, "--stream-to=%s: no such host is known; give HOST or HOST:CONTROLPORT:DATAPORT", plan->relay);
    free(url);
    return descriptor;
}

static int create(struct session *session, const struct session_plan *plan, char **trouble)
{
    struct lttng_session_descriptor *descriptor = describe(session, plan, trouble);
    if (!descriptor)
        return -EINVAL;
    enum lttng_error_code code = lttng_create_session_ext(descriptor);
    lttng_session_descriptor_destroy(descriptor);
    if (code != LTTNG_OK && plan->relay)
        return trouble_tell(trouble, EIO, "LTTng can't stream to %s: %s; is lttng-relayd running there?", plan->relay,
                            lttng_strerror(-(int)code));
    if (code != LTTNG_OK)
        return tell(trouble, "make a session", -(int)code);
    int result = lttng_set_session_shm_path(session->name, plan->buffers);
    return result < 0 ? tell(trouble, "use shared memory", result) : 0;
}

static int enable_channel(struct session *session, struct lttng_handle *handle, const char *buffers, char **trouble)
{
    struct lttng_channel *channel = lttng_channel_create(&domain);
    if (!channel)
        return -ENOMEM;
    strcpy(channel->name, channel_name);
    set_sizes(&channel->attr, buffers);
    session->buffer_full = (channel->attr.num_subbuf - 1) * channel->attr.subbuf_size;
    int result = lttng_enable_channel(handle, channel);
    lttng_channel_destroy(channel);
    return result < 0 ? tell(trouble, "make buffers", result) : 0;
}

static int enable_events(struct lttng_handle *handle, uint64_t number, char **trouble)
{
    char filter[48];
    struct lttng_event *event = lttng_event_create();
    if (!event)
        return -ENOMEM;
    event->type = LTTNG_EVENT_TRACEPOINT;
    event->loglevel_type = LTTNG_EVENT_LOGLEVEL_ALL;
    strcpy(event->name, "thrum:*");
    snprintf(filter, sizeof(filter), "session == %" PRIu64, number);
    int result = number ? lttng_enable_event_with_filter(handle, event, channel_name, filter)
                        : lttng_enable_event(handle, event, channel_name);
    lttng_event_destroy(event);
    return result < 0 ? tell(trouble, "enable thrum's events", result) : 0;
}

int session_start(struct session *session, const struct session_plan *plan, char **trouble)
{
    *session = (struct session){.stopped = true, .streams = plan->relay};
    snprintf(session->name, sizeof(session->name), "thrum-%d-%" PRIx64, (int)getpid(), plan->number);
    int err = check_room(plan->buffers, trouble);
    if (err)
        return err;
    err = create(session, plan, trouble);
    struct lttng_handle *handle = err ? NULL : lttng_create_handle(session->name, &domain);
    if (!err && !handle)
        err = -ENOMEM;
    if (!err)
        err = enable_channel(session, handle, plan->buffers, trouble);
    if (!err)
        err = enable_events(handle, plan->shared ? plan->number : 0, trouble);
    int result = err ? 0 : lttng_start_tracing(session->name);
    if (result < 0)
        err = tell(trouble, "start", result);
    lttng_destroy_handle(handle);
    session->stopped = err != 0;
    if (err)
        session_destroy(session);
    return err;
}

/* --- stop --- */

/* liblttng-ctl's own wait looks every 200 ms, and for ever. */
static int drain(const struct session *session, char **trouble)
{
    for (int waited = 0; waited < DRAIN; waited += LOOK) {
        int pending = lttng_data_pending(session->name);
        if (pending < 0)
            return tell(trouble, "tell whether all is written", pending);
        if (!pending)
            return 0;
        poll(NULL, 0, LOOK);
    }
    return trouble_tell(trouble, ETIMEDOUT, "LTTng doesn't get all events written");
}

static void read_losses(struct session *session)
{
    struct lttng_channel *channels = NULL;
    struct lttng_handle *handle = lttng_create_handle(session->name, &domain);
    int count = handle ? lttng_list_channels(handle, &channels) : 0;
    for (int i = 0; i < count; i++) {
        uint64_t events = 0, packets = 0;
        lttng_channel_get_discarded_event_count(&channels[i], &events);
        lttng_channel_get_lost_packet_count(&channels[i], &packets);
        session->lost_events += events;
        session->lost_packets += packets;
    }
    free(channels);
    lttng_destroy_handle(handle);
}

int session_stop(struct session *session, char **trouble)
{
    if (session->stopped)
        return 0;
    session->stopped = true;
    int result = lttng_stop_tracing_no_wait(session->name);
    if (result < 0)
        return tell(trouble, "stop", result);
    int err = drain(session, trouble);
    read_losses(session);
    return err;
}

void session_destroy(struct session *session)
{
    struct lttng_destruction_handle *handle = NULL;
    if (lttng_destroy_session_ext(session->name, &handle) != LTTNG_OK)
        return;
    /* The daemon takes half a second to be done, and all that is here is here already. */
    if (session->streams)
        lttng_destruction_handle_wait_for_completion(handle, DESTROY);
    lttng_destruction_handle_destroy(handle);
}

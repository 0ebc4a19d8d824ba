/* SPDX-License-Identifier: MIT */
/*
 * Writes a small CTF trace by hand, its packets laid out as LTTng's are:
 *
 *     struct ctf *ctf = ctf_new();           // a directory of its own
 *     ctf_begin(ctf, "stream_0");
 *     ctf_acquire(ctf, 1000, 7, 0xa);        // time, tid, object
 *     ctf_end(ctf, 0);                       // a packet, and how many events were lost so far
 *     ... ctf->path ...
 *     ctf_free(ctf);
 */
#ifndef THRUM_TESTS_CTF_H
#define THRUM_TESTS_CTF_H

#include <stddef.h>
#include <stdint.h>

enum { CTF_PID = 100 };

struct ctf {
    char path[64];
    char stream[96];
    unsigned char packet[4096];
    size_t length;
    uint64_t first_ns, last_ns;
};

/* Metadata is there already. */
struct ctf *ctf_new(void);
void ctf_free(struct ctf *);

/* Begins a packet at the end of a stream file. */
void ctf_begin(struct ctf *, const char *stream);
void ctf_acquire(struct ctf *, uint64_t time_ns, int32_t tid, uint64_t object);
/* A thrum:release whose process and thread are only in the event's context. */
void ctf_release(struct ctf *, uint64_t time_ns, int32_t tid, uint64_t object);
/* thrum:spawn, which has a sequence. */
void ctf_spawn(struct ctf *, uint64_t time_ns, int32_t tid, const uint64_t *stack, uint32_t count);
/* thrum:thread_name, which has a text. */
void ctf_name(struct ctf *, uint64_t time_ns, int32_t tid, const char *name);
/* other:thing, of another provider. */
void ctf_other(struct ctf *, uint64_t time_ns);
void ctf_end(struct ctf *, uint64_t lost);

/* What happens to traces. */
void ctf_cut(const struct ctf *, const char *file, size_t size);
void ctf_append(const struct ctf *, const char *file, const void *bytes, size_t size);
void ctf_poke(const struct ctf *, const char *file, size_t at, const void *bytes, size_t size);
size_t ctf_size(const struct ctf *, const char *file);
/* Puts the metadata into packets of 1024 bytes, as LTTng does. */
void ctf_pack_metadata(const struct ctf *);

#endif

/* SPDX-License-Identifier: MIT */
/* Streams that were cut short: where a disk fills up or a consumer dies, a stream can end amid a packet. */
#ifndef THRUM_RECORD_PACKETS_H
#define THRUM_RECORD_PACKETS_H

/*
 * Cuts what is no whole packet off the end of each stream of an LTTng-UST trace below an absolute path, so that CTF
 * readers, which else decline the trace, read all that is before it.
 */
void packets_keep_whole(const char *absolute);

#endif

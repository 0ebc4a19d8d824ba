/* SPDX-License-Identifier: MIT */
/* What a shared object of thrum shows: to programs, or only to thrum's other shared objects. */
#ifndef THRUM_CORE_VISIBILITY_H
#define THRUM_CORE_VISIBILITY_H

/* Public API: declared in include/thrum, listed in the version script. */
#define THRUM_EXPORT __attribute__((visibility("default")))

/* Shared between libthrum and libthrum-preload; version node THRUM_PRIVATE, no promise to anyone else. */
#define THRUM_PRIVATE __attribute__((visibility("default")))

#endif

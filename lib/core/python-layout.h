/* SPDX-License-Identifier: MIT */
/* Where CPython keeps what is needed of its frames: offsets in bytes, which are the same in all releases of a version. */
#ifndef THRUM_CORE_PYTHON_LAYOUT_H
#define THRUM_CORE_PYTHON_LAYOUT_H

#include <stdint.h>

struct python_layout {
    uint8_t version;      /* 11: 3.11 */
    uint8_t thread_frame; /* in PyThreadState: its frame, or what holds that */
    int8_t holder_frame;  /* in _PyCFrame, which holds it; -1: nothing is between */
    uint8_t code;         /* in _PyInterpreterFrame */
    uint8_t previous;
    uint8_t instruction;
    uint8_t first_line; /* in PyCodeObject */
    uint8_t file;
    uint8_t name;
    uint8_t lines;
    uint8_t bytecode;
    uint8_t ascii; /* in str: where its characters are, of ASCII alone and of others */
    uint8_t compact;
    const uint8_t *waiting; /* instructions, ended by 0, that acquire a lock however long it takes, where their argument is 0 */
};

/* `with lock:`, and calls without arguments, each in all the forms that they are specialised to. */
static const uint8_t python_waiting_11[] = {53,  166, 171, 22,  23,  24,  64,  65,  66,  67, 72, 73,
                                            76, 77,  78,  79, 80, 81, 113, 121, 127, 141, 143, 0};

/* The type of an object, a number of items, in every one of them. */
enum { PYTHON_TYPE = 8, PYTHON_SIZE = 16, PYTHON_BYTES = 32, PYTHON_TEXT_STATE = 32 };

static const struct python_layout python_layouts[] = {
    {.version = 11, .thread_frame = 56, .holder_frame = 8, .code = 32, .previous = 48, .instruction = 56, .first_line = 72, .file = 112,
     .name = 128, .lines = 136, .bytecode = 184, .ascii = 48, .compact = 72, .waiting = python_waiting_11},
    {.version = 12, .thread_frame = 56, .holder_frame = 0, .code = 0, .previous = 8, .instruction = 56, .first_line = 68, .file = 112,
     .name = 128, .lines = 136, .bytecode = 192, .ascii = 40, .compact = 56},
    {.version = 13, .thread_frame = 72, .holder_frame = -1, .code = 0, .previous = 8, .instruction = 56, .first_line = 68, .file = 112,
     .name = 128, .lines = 136, .bytecode = 200, .ascii = 40, .compact = 56},
};

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Where CPython keeps what is needed of its frames: offsets in bytes, which are the same in all releases of a version;
 * tests/cmd/python-layout.sh compares them with an interpreter's own headers.
 */
#ifndef THRUM_CORE_PYTHON_LAYOUT_H
#define THRUM_CORE_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

struct python_layout {
    uint8_t version;      /* 11: 3.11 */
    bool own;             /* what _PyThreadState_UncheckedGet() gives is the caller's own, or NULL */
    uint8_t thread_frame; /* in PyThreadState: its frame, or what holds that */
    int8_t holder_frame;  /* in _PyCFrame, which holds it; -1: nothing is between */
    uint8_t code;         /* in _PyInterpreterFrame */
    uint8_t previous;
    uint8_t instruction;
    uint8_t owner;
    uint8_t first_line; /* in PyCodeObject */
    uint8_t number;     /* 0: it has none */
    uint8_t file;
    uint8_t name;
    uint8_t lines;
    uint8_t bytecode;
    uint8_t ascii; /* in str: where its characters are, of ASCII alone and of others */
    uint8_t compact;
    const uint8_t *waiting; /* instructions, ended by 0, that acquire a lock however long it takes, where their argument is 0 */
};

/*
 * `with lock:`, and calls without arguments, each in all the forms that they are specialised to: BEFORE_WITH, PRECALL,
 * CALL, PRECALL_*, CALL_*; since 3.12 also INSTRUMENTED_CALL, for debuggers and coverage.
 */
static const uint8_t python_waiting_11[] = {53,  166, 171, 22,  23,  24,  64,  65,  66,  67, 72, 73,
                                            76, 77,  78,  79, 80, 81, 113, 121, 127, 141, 143, 0};
static const uint8_t python_waiting_12[] = {53, 171, 241, 23, 24, 28, 29, 34, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 56, 0};
static const uint8_t python_waiting_13[] = {2,   53,  244, 162, 163, 164, 165, 166, 167, 168, 169, 170,
                                            171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 0};

/* The type of an object, a number of items, in every one of them. */
enum { PYTHON_TYPE = 8, PYTHON_SIZE = 16, PYTHON_BYTES = 32, PYTHON_TEXT_STATE = 32 };

/* A frame's owner: no frame of Python's, but one between two of the interpreter's own calls. */
enum { PYTHON_OWNED_BY_C = 3 };

static const struct python_layout python_layouts[] = {
    {.version = 11, .thread_frame = 56, .holder_frame = 8, .code = 32, .previous = 48, .instruction = 56, .owner = 69, .first_line = 72,
     .file = 112, .name = 128, .lines = 136, .bytecode = 184, .ascii = 48, .compact = 72, .waiting = python_waiting_11},
    {.version = 12, .own = true, .thread_frame = 56, .holder_frame = 0, .code = 0, .previous = 8, .instruction = 56, .owner = 70,
     .first_line = 68, .number = 92, .file = 112, .name = 128, .lines = 136, .bytecode = 192, .ascii = 40, .compact = 56,
     .waiting = python_waiting_12},
    {.version = 13, .own = true, .thread_frame = 72, .holder_frame = -1, .code = 0, .previous = 8, .instruction = 56, .owner = 70,
     .first_line = 68, .number = 92, .file = 112, .name = 128, .lines = 136, .bytecode = 200, .ascii = 40, .compact = 56,
     .waiting = python_waiting_13},
};

/*
 * What _PyRuntime begins with since 3.13, for whoever reads a process from outside: _Py_DebugOffsets, as far as 3.13 has
 * it. Later versions add to it in the middle; they aren't read.
 */
struct python_told {
    char cookie[8]; /* "xdebugpy" */
    uint64_t version, free_threaded;
    struct {
        uint64_t size, finalizing, interpreters_head;
    } runtime;
    struct {
        uint64_t size, id, next, threads_head, gc, imports_modules, sysdict, builtins, ceval_gil;
        uint64_t gil, gil_enabled, gil_locked, gil_holder;
    } interpreter;
    struct {
        uint64_t size, previous, next, interpreter, frame, thread_id, native_thread_id, datastack_chunk, status;
    } thread;
    struct {
        uint64_t size, previous, code, instruction, locals, owner;
    } frame;
    struct {
        uint64_t size, file, name, qualified_name, lines, first_line, arguments, local_names, local_kinds, bytecode;
    } code;
    struct {
        uint64_t size, type;
    } object;
    uint64_t unused[4 + 3 + 3 + 3 + 2 + 3]; /* types, tuples, lists, dicts, floats, ints */
    struct {
        uint64_t size, count, bytes;
    } bytes;
    struct {
        uint64_t size, state, length, ascii;
    } text;
};

#endif

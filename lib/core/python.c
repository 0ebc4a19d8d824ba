/* SPDX-License-Identifier: MIT */
/* CPython's frames, walked by the thread that they belong to. */
#include "core/python.h"

#include <stdatomic.h>
#include <string.h>

#include "core/backtrace.h"
#include "core/modules.h"
#include "core/python-find.h"
#include "core/python-frame.h"
#include "core/python-site.h"
#include "core/self.h"

enum { FRAMES_MAX = 512, CONTEXT = 8 };

uint64_t python_begin, python_size;
bool python_parks;
static uint64_t interpreter_begin, interpreter_end;

static struct python_found found;
static _Atomic enum python_trust trust;

__thread enum python_role python_role __attribute__((tls_model("initial-exec")));

/* Instructions that take a lock however long that lasts. */
static bool waiting[UINT8_MAX + 1];

/* The last call from the interpreter, and what was remembered. */
static __thread struct {
    const void *call;
    uint64_t line;       /* 0: not known */
    const char *frame;   /* that it stands for, as long as the call lasts; NULL where it isn't known, or is remembered */
    const char *innermost; /* maybe between two of the interpreter's own calls */
    const void *end;     /* the lock that this thread gives back last */
    const void *object;
    uint32_t count;
    uint64_t at[BACKTRACE_DEFAULT];
} own __attribute__((tls_model("initial-exec")));

void python_start(bool lines)
{
    bool readable = python_find(&found) && lines;

    for (const struct module *module = modules_known(); module && found.runtime; module = module->next)
        if (module->begin <= (uintptr_t)found.runtime && (uintptr_t)found.runtime < module->end) {
            interpreter_begin = module->begin;
            interpreter_end = module->end;
        }
    if (!readable)
        return;
    for (const uint8_t *one = found.layout.waiting; one && *one; one++)
        waiting[*one] = true;
    python_parks = found.layout.version >= 13;
    python_begin = interpreter_begin;
    python_size = interpreter_end - interpreter_begin;
}

bool python_is_interpreter(uint64_t address)
{
    return interpreter_begin <= address && address < interpreter_end;
}

/* --- frames --- */

static const char *pointer_at(const char *object, unsigned offset)
{
    const char *value;

    memcpy(&value, object + offset, sizeof(value));
    return value;
}

static bool is_trusted(const char *thread)
{
    if (__builtin_expect(atomic_load_explicit(&trust, memory_order_relaxed) == PYTHON_RIGHT, 1))
        return true;
    if (atomic_load(&trust) == PYTHON_UNTRIED)
        atomic_store(&trust, python_look(&found, thread));
    return atomic_load(&trust) == PYTHON_RIGHT;
}

/*
 * The calling thread's innermost frame; NULL where it doesn't hold the GIL, or is in no function, or in a signal handler:
 * what that interrupted may have been about to change the frames.
 */
const char *python_frame_now(void)
{
    if (__builtin_expect(thrum_self.handlers != 0, 0))
        return NULL;
    const char *thread = found.thread_running();
    if (!thread || (!found.layout.own && thread != found.thread_own()) || !is_trusted(thread))
        return NULL;
    const char *at = pointer_at(thread, found.layout.thread_frame);
    return found.layout.holder_frame < 0 || !at ? at : pointer_at(at, (unsigned)found.layout.holder_frame);
}

const char *python_frame_caller(const char *frame)
{
    return pointer_at(frame, found.layout.previous);
}

/* Sites that were asked for lately, with their roles above them. One that is half of another's shows itself by its check. */
enum { LATELY = 256, ROLE_SHIFT = 56 };
static struct {
    _Atomic uint64_t check, line; /* what tells the line from others, xor the line */
} lately[LATELY];

static uint64_t mix(uint64_t mark, const void *value)
{
    mark = (mark ^ (uint64_t)(uintptr_t)value) * 0x9e3779b97f4a7c15u;
    return mark ^ mark >> 29;
}

/* Of the table of lines its ends, as numbers. */
static uint64_t mark_lines(uint64_t mark, const char *lines)
{
    uint64_t size = (uint64_t)(uintptr_t)pointer_at(lines, PYTHON_SIZE);

    if (size < sizeof(mark))
        return mix(mark, lines);
    return mix(mix(mark ^ size, pointer_at(lines, PYTHON_BYTES)), pointer_at(lines, (unsigned)(PYTHON_BYTES + size - sizeof(mark))));
}

/* A code object that has a number has it for itself, as long as numbers last. */
static uint64_t mark_of(const struct python_layout *layout, const char *code, const char *instruction)
{
    uint64_t mark = (uint64_t)(uintptr_t)pointer_at(code, layout->name);
    uint32_t first_line, number = 0;

    memcpy(&first_line, code + layout->first_line, sizeof(first_line));
    if (layout->number)
        memcpy(&number, code + layout->number, sizeof(number));
    mark = mix(mark ^ (uint64_t)first_line << 32 ^ (uint64_t)number << 40 ^ number, instruction);
    return number ? mark : mark_lines(mark, pointer_at(code, layout->lines));
}

/* NULL where it isn't one of Python: the interpreter's own frames between two of its C calls. */
static const char *code_of(const char *frame)
{
    const char *code = pointer_at(frame, found.layout.code);

    return frame[found.layout.owner] != PYTHON_OWNED_BY_C && code && pointer_at(code, PYTHON_TYPE) == found.types.code ? code : NULL;
}

/* The frame's line, and above that its role; 0 where it is no frame of Python's. */
static uint64_t line_of(const char *frame)
{
    const char *code = code_of(frame), *instruction = pointer_at(frame, found.layout.instruction);

    if (!code || instruction < code + found.layout.bytecode)
        return 0;
    uint64_t mark = mark_of(&found.layout, code, instruction), at = mark % LATELY;
    uint64_t line = atomic_load_explicit(&lately[at].line, memory_order_relaxed);
    if (__builtin_expect((atomic_load_explicit(&lately[at].check, memory_order_relaxed) ^ line) != mark, 0)) {
        uint64_t site = python_site_of(&found.layout, &found.types, code, instruction);

        line = site | (uint64_t)python_site_role(site) << ROLE_SHIFT;
        atomic_store_explicit(&lately[at].line, line, memory_order_relaxed);
        atomic_store_explicit(&lately[at].check, mark ^ line, memory_order_relaxed);
    }
    return line;
}

static uint64_t site_in(uint64_t line)
{
    return line & (((uint64_t)1 << ROLE_SHIFT) - 1);
}

uint64_t python_frame_site(const char *frame)
{
    return site_in(line_of(frame));
}

uint64_t python_frame_function(const char *frame)
{
    const char *code = code_of(frame);

    return code ? python_site_of(&found.layout, &found.types, code, NULL) : 0;
}

static uint32_t walk(const char *frame, uint64_t *at, uint32_t max)
{
    uint32_t count = 0;

    for (unsigned i = 0; frame && count < max && i < FRAMES_MAX; i++) {
        uint64_t site = python_frame_site(frame);

        if (site)
            at[count++] = site;
        frame = python_frame_caller(frame);
    }
    return count;
}

/* Where there is no frame: what was remembered of a wait for the object, or the end of the thread. */
static uint64_t line_without(const void *object)
{
    if (own.object == object && own.count > 0)
        return own.at[0] | (uint64_t)python_site_role(own.at[0]) << ROLE_SHIFT;
    own.object = NULL;
    python_role = own.end && own.end == object ? PYTHON_ENDS : PYTHON_NO_ROLE;
    return 0;
}

/* The frame that stands for a call, and its line; NULL where there is none. */
static const char *find_line(const char *frame, uint64_t *line)
{
    const char *found_frame = NULL;

    for (unsigned i = 0; frame && i < FRAMES_MAX; i++, frame = python_frame_caller(frame)) {
        uint64_t one = line_of(frame);

        if (!one || (found_frame && one >> ROLE_SHIFT == PYTHON_PASSES))
            continue;
        *line = one;
        found_frame = frame;
        if (one >> ROLE_SHIFT != PYTHON_PASSES)
            break;
    }
    return found_frame;
}

const void *python_site(const void *object, const void *site)
{
    self_enter();
    uint64_t line = 0;
    own.innermost = python_frame_now();
    own.frame = find_line(own.innermost, &line);
    own.call = site;
    if (line)
        own.object = NULL;
    else
        line = line_without(object);
    if (line)
        python_role = (enum python_role)(line >> ROLE_SHIFT);
    own.line = site_in(line);
    self_leave();
    return own.line ? (const void *)(uintptr_t)own.line : site;
}

bool python_waits(void)
{
    if (!own.frame)
        return false;
    const unsigned char *instruction = (const unsigned char *)pointer_at(own.frame, found.layout.instruction);
    return instruction[1] == 0 && waiting[instruction[0]];
}

void python_made(const void *object)
{
    if (python_role == PYTHON_MAKES_END)
        own.end = object;
}

void python_remember(const void *object)
{
    self_enter();
    own.object = NULL;
    own.count = walk(python_frame_now(), own.at, BACKTRACE_DEFAULT);
    own.object = object;
    self_leave();
}

const void *python_call(const void *site)
{
    return python_is_site((uint64_t)(uintptr_t)site) ? own.call : site;
}

static bool is_remembered(const void *site)
{
    return own.object && own.count > 0 && own.at[0] == (uint64_t)(uintptr_t)site;
}

uint32_t python_stack(uint64_t *at, uint32_t max, const void *site)
{
    if (!python_size)
        return 0;
    bool known = own.frame && own.line == (uint64_t)(uintptr_t)site;
    uint32_t count = walk(known ? own.frame : python_frame_now(), at, max);
    if (count == 0 && own.object && own.count > 0 && own.at[0] == (uint64_t)(uintptr_t)site) {
        count = own.count < max ? own.count : max;
        memcpy(at, own.at, count * sizeof(*at));
    }
    return count;
}

/* A sum, since each part of it waits for the one before; other places count otherwise. */
uint64_t python_context(const void *site)
{
    bool known = own.frame && own.line == (uint64_t)(uintptr_t)site;
    const char *frame = known ? own.innermost : python_frame_now();
    uint64_t context = 0, weight = 0x9e3779b97f4a7c15u;

    for (unsigned i = 0; frame && i < CONTEXT; i++) {
        context += (uint64_t)(uintptr_t)pointer_at(frame, found.layout.instruction) * weight;
        weight = weight * 2 + 0x632be59bd9b4e018u;
        frame = python_frame_caller(frame);
    }
    if (context == 0 && is_remembered(site))
        for (uint32_t i = 0; i < own.count && i < CONTEXT; i++)
            context = (context ^ own.at[i]) * 0x9e3779b97f4a7c15u;
    return context ^ context >> 32;
}

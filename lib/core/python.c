/* SPDX-License-Identifier: MIT */
/* CPython's frames, walked by the thread that they belong to. */
#include "core/python.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/backtrace.h"
#include "core/modules.h"
#include "core/python-site.h"
#include "core/self.h"

enum { FRAMES_MAX = 512 };

uint64_t python_begin, python_size;

static const struct python_layout *layout;
static struct python_types types;
static void *(*thread_running)(void); /* what holds the GIL: in 3.11 maybe another thread's; else NULL or the caller's */
static void *(*thread_own)(void);     /* the caller's, or NULL */

/* Whether the layout is right, as far as a first look tells. */
static _Atomic enum { UNTRIED, RIGHT, WRONG } trust;

/* The last call from the interpreter, and what was remembered. */
static __thread struct {
    const void *call;
    const void *object;
    bool waits;
    uint32_t count;
    uint64_t at[BACKTRACE_DEFAULT];
} own __attribute__((tls_model("initial-exec")));

static void *symbol(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

/* POSIX has it that a symbol may be a function. */
static void *(*function(const char *name))(void)
{
    void *(*called)(void);
    void *at = symbol(name);

    memcpy(&called, &at, sizeof(called));
    return called;
}

static const struct python_layout *layout_of(const unsigned long *version)
{
    for (unsigned i = 0; version && i < sizeof(python_layouts) / sizeof(python_layouts[0]); i++)
        if (*version >> 24 == 3 && (*version >> 16 & 0xff) == python_layouts[i].version && (*version & 0xf0) >= 0xc0)
            return &python_layouts[i];
    return NULL;
}

static void find_code(uint64_t address)
{
    for (const struct module *module = modules_known(); module; module = module->next)
        if (module->begin <= address && address < module->end) {
            python_begin = module->begin;
            python_size = module->end - module->begin;
        }
}

void python_start(void)
{
    if (!symbol("_PyRuntime") || symbol("_Py_PrintReferences") || symbol("_Py_MergeZeroLocalRefcount"))
        return; /* none; or its objects have more before them (Py_TRACE_REFS), or there is no GIL */
    types = (struct python_types){symbol("PyCode_Type"), symbol("PyUnicode_Type"), symbol("PyBytes_Type")};
    thread_running = function("_PyThreadState_UncheckedGet");
    if (!thread_running)
        thread_running = function("PyThreadState_GetUnchecked");
    thread_own = function("PyGILState_GetThisThreadState");
    layout = layout_of(symbol("Py_Version"));
    if (layout && types.code && types.text && types.bytes && thread_running && thread_own)
        find_code((uint64_t)(uintptr_t)symbol("_PyRuntime"));
}

/* --- a first look, at memory that may not be there --- */

static const char *look(const char *object, unsigned offset)
{
    const char *value = NULL;
    struct iovec to = {&value, sizeof(value)}, from = {(void *)(uintptr_t)(object + offset), sizeof(value)};

    return object && process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof(value) ? value : NULL;
}

static const char *look_frame(const char *thread)
{
    const char *at = look(thread, layout->thread_frame);

    return layout->holder_frame < 0 ? at : look(at, (unsigned)layout->holder_frame);
}

/* Wrong where something else is found than there must be; nothing is said of a thread that is in no function. */
static void try_layout(const char *thread)
{
    const char *frame = look_frame(thread), *code = look(frame, layout->code);

    if (!frame)
        return;
    bool right = look(code, PYTHON_TYPE) == types.code && look(look(code, layout->name), PYTHON_TYPE) == types.text &&
                 look(look(code, layout->file), PYTHON_TYPE) == types.text && look(look(code, layout->lines), PYTHON_TYPE) == types.bytes;
    atomic_store(&trust, right ? RIGHT : WRONG);
}

/* --- frames --- */

static const char *pointer_at(const char *object, unsigned offset)
{
    const char *value;

    memcpy(&value, object + offset, sizeof(value));
    return value;
}

/* The calling thread's innermost frame; NULL where it doesn't hold the GIL, or is in no function. */
static const char *frame_now(void)
{
    const char *thread = thread_running();

    if (!thread || thread != thread_own())
        return NULL;
    if (__builtin_expect(atomic_load_explicit(&trust, memory_order_relaxed) != RIGHT, 0)) {
        if (atomic_load(&trust) == UNTRIED)
            try_layout(thread);
        if (atomic_load(&trust) != RIGHT)
            return NULL;
    }
    const char *at = pointer_at(thread, layout->thread_frame);
    return layout->holder_frame < 0 || !at ? at : pointer_at(at, (unsigned)layout->holder_frame);
}

/* 0 where it isn't a line of Python: the interpreter's own frames between two of its C calls. */
static uint64_t site_of_frame(const char *frame)
{
    const char *code = pointer_at(frame, layout->code), *instruction = pointer_at(frame, layout->instruction);

    if (!code || pointer_at(code, PYTHON_TYPE) != types.code || instruction < code + layout->bytecode)
        return 0;
    return python_site_of(layout, &types, code, instruction);
}

/* Whether the frame's instruction is one that takes a lock however long that lasts. */
static bool frame_waits(const char *frame)
{
    const unsigned char *instruction = (const unsigned char *)pointer_at(frame, layout->instruction);
    const uint8_t *one = layout->waiting;

    if (!one || instruction[1] != 0)
        return false;
    while (*one && *one != instruction[0])
        one++;
    return *one != 0;
}

static uint32_t walk(uint64_t *at, uint32_t max)
{
    const char *frame = frame_now();
    uint32_t count = 0;

    for (unsigned i = 0; frame && count < max && i < FRAMES_MAX; i++) {
        uint64_t site = site_of_frame(frame);

        if (site)
            at[count++] = site;
        frame = pointer_at(frame, layout->previous);
    }
    return count;
}

const void *python_site(const void *object, const void *site)
{
    uint64_t found = 0;

    self_enter();
    own.call = site;
    own.waits = walk(&found, 1) > 0 && frame_waits(frame_now());
    if (!found && own.object == object && own.count > 0)
        found = own.at[0];
    else
        own.object = NULL;
    self_leave();
    return found ? (const void *)(uintptr_t)found : site;
}

bool python_waits(void)
{
    return own.waits;
}

void python_remember(const void *object)
{
    self_enter();
    own.object = NULL;
    own.count = walk(own.at, BACKTRACE_DEFAULT);
    own.object = object;
    self_leave();
}

const void *python_call(const void *site)
{
    return python_is_site((uint64_t)(uintptr_t)site) ? own.call : site;
}

uint32_t python_stack(uint64_t *at, uint32_t max, const void *site)
{
    if (!python_size)
        return 0;
    uint32_t count = walk(at, max);
    if (count == 0 && own.object && own.count > 0 && own.at[0] == (uint64_t)(uintptr_t)site) {
        count = own.count < max ? own.count : max;
        memcpy(at, own.at, count * sizeof(*at));
    }
    return count;
}

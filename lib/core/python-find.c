/* SPDX-License-Identifier: MIT */
/* Finds CPython by its symbols, and looks before it is believed. */
#include "core/python-find.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FINAL = 0xc0 /* in Py_Version: a release, or a candidate for one */ };

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

static bool layout_of(struct python_layout *layout, const unsigned long *version)
{
    for (unsigned i = 0; version && i < sizeof(python_layouts) / sizeof(python_layouts[0]); i++)
        if (*version >> 24 == 3 && (*version >> 16 & 0xff) == python_layouts[i].version && (*version & 0xf0) >= FINAL) {
            *layout = python_layouts[i];
            return true;
        }
    return false;
}

/* From 3.13 on the interpreter says itself how it is laid out: that must be as it is read here, or small enough to be read so. */
static bool take_told(struct python_layout *layout, const struct python_told *told, unsigned long version)
{
    const uint64_t offsets[] = {told->thread.frame, told->frame.code, told->frame.previous, told->frame.instruction, told->frame.owner,
                                told->code.first_line, told->code.file, told->code.qualified_name, told->code.lines,
                                told->code.bytecode, told->text.ascii};
    uint8_t *const places[] = {&layout->thread_frame, &layout->code, &layout->previous, &layout->instruction, &layout->owner,
                               &layout->first_line, &layout->file, &layout->name, &layout->lines, &layout->bytecode, &layout->ascii};

    if (memcmp(told->cookie, "xdebugpy", sizeof(told->cookie)) != 0 || told->version != version || told->free_threaded)
        return false;
    if (told->object.type != PYTHON_TYPE || told->bytes.count != PYTHON_SIZE || told->bytes.bytes != PYTHON_BYTES ||
        told->text.length != PYTHON_SIZE || told->text.state != PYTHON_TEXT_STATE)
        return false;
    for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        if (offsets[i] > UINT8_MAX)
            return false;
        *places[i] = (uint8_t)offsets[i];
    }
    return true;
}

/* Objects have more before them with Py_TRACE_REFS, and another layout where there is no GIL. */
static bool is_odd(void)
{
    return symbol("_Py_PrintReferences") || symbol("_Py_MergeZeroLocalRefcount");
}

bool python_find(struct python_found *found)
{
    const unsigned long *version = symbol("Py_Version");

    found->runtime = symbol("_PyRuntime");
    if (!found->runtime || is_odd() || !layout_of(&found->layout, version))
        return false;
    if (found->layout.version >= 13 && !take_told(&found->layout, found->runtime, *version))
        return false;
    found->types = (struct python_types){symbol("PyCode_Type"), symbol("PyUnicode_Type"), symbol("PyBytes_Type")};
    found->thread_running = function("_PyThreadState_UncheckedGet");
    if (!found->thread_running)
        found->thread_running = function("PyThreadState_GetUnchecked");
    found->thread_own = function("PyGILState_GetThisThreadState");
    return found->types.code && found->types.text && found->types.bytes && found->thread_running && found->thread_own;
}

/* --- the first look --- */

static const char *look(const char *object, unsigned offset)
{
    const char *value = NULL;
    struct iovec to = {&value, sizeof(value)}, from = {(void *)(uintptr_t)(object + offset), sizeof(value)};

    return object && process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof(value) ? value : NULL;
}

static const char *look_frame(const struct python_layout *layout, const char *thread)
{
    const char *at = look(thread, layout->thread_frame);

    return layout->holder_frame < 0 ? at : look(at, (unsigned)layout->holder_frame);
}

/* Where one may not look, as in some containers, nothing is believed. */
static bool may_look(void)
{
    const char *self = "";
    const char *const here = self;

    return look((const char *)&here, 0) == self;
}

/* A frame between two of the interpreter's own calls has no code that one can tell by. */
static bool is_between(const struct python_layout *layout, const char *frame)
{
    return ((uintptr_t)look(frame, layout->owner) & 0xff) == PYTHON_OWNED_BY_C;
}

static enum python_trust look_at(const struct python_found *found, const char *thread)
{
    const struct python_layout *layout = &found->layout;
    const char *frame = look_frame(layout, thread), *code = look(frame, layout->code);

    if (!frame || is_between(layout, frame))
        return may_look() ? PYTHON_UNTRIED : PYTHON_WRONG;
    bool right = look(code, PYTHON_TYPE) == found->types.code && look(look(code, layout->name), PYTHON_TYPE) == found->types.text &&
                 look(look(code, layout->file), PYTHON_TYPE) == found->types.text &&
                 look(look(code, layout->lines), PYTHON_TYPE) == found->types.bytes;
    return right ? PYTHON_RIGHT : PYTHON_WRONG;
}

enum python_trust python_look(const struct python_found *found, const char *thread)
{
    int saved = errno;
    enum python_trust trust = look_at(found, thread);

    errno = saved;
    return trust;
}

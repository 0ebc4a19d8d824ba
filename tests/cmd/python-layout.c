/* SPDX-License-Identifier: MIT */
/* Compares the offsets that thrum reads CPython's frames by with those of an interpreter's own headers, which it is compiled with. */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <internal/pycore_code.h>
#include <internal/pycore_frame.h>
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#include <stddef.h>
#include <stdio.h>

#include "core/python-layout.h"

static int wrong;

static void compare(const char *what, size_t here, size_t there)
{
    if (here != there)
        printf("%s: %zu in the table, %zu in the headers\n", what, here, there);
    wrong += here != there;
}

#define FRAME(member) offsetof(struct _PyInterpreterFrame, member)
#define CODE(member) offsetof(PyCodeObject, member)

static void compare_code(const struct python_layout *layout)
{
    compare("first_line", layout->first_line, CODE(co_firstlineno));
    compare("file", layout->file, CODE(co_filename));
    compare("name", layout->name, CODE(co_qualname));
    compare("lines", layout->lines, CODE(co_linetable));
    compare("bytecode", layout->bytecode, CODE(co_code_adaptive));
#if PY_MINOR_VERSION >= 12
    compare("number", layout->number, CODE(co_version));
#endif
}

static void compare_frame(const struct python_layout *layout)
{
    compare("previous", layout->previous, FRAME(previous));
    compare("owner", layout->owner, FRAME(owner));
#if PY_MINOR_VERSION >= 12
    compare("owned by C", PYTHON_OWNED_BY_C, FRAME_OWNED_BY_CSTACK);
#endif
#if PY_MINOR_VERSION >= 13
    compare("code", layout->code, FRAME(f_executable));
    compare("instruction", layout->instruction, FRAME(instr_ptr));
    compare("thread_frame", layout->thread_frame, offsetof(PyThreadState, current_frame));
#else
    compare("code", layout->code, FRAME(f_code));
    compare("instruction", layout->instruction, FRAME(prev_instr));
    compare("thread_frame", layout->thread_frame, offsetof(PyThreadState, cframe));
    compare("holder_frame", (size_t)layout->holder_frame, offsetof(_PyCFrame, current_frame));
#endif
}

#if PY_MINOR_VERSION >= 13
static void compare_told(void)
{
    compare("told version", offsetof(struct python_told, version), offsetof(_Py_DebugOffsets, version));
    compare("told frame", offsetof(struct python_told, thread.frame), offsetof(_Py_DebugOffsets, thread_state.current_frame));
    compare("told code", offsetof(struct python_told, frame.code), offsetof(_Py_DebugOffsets, interpreter_frame.executable));
    compare("told owner", offsetof(struct python_told, frame.owner), offsetof(_Py_DebugOffsets, interpreter_frame.owner));
    compare("told lines", offsetof(struct python_told, code.lines), offsetof(_Py_DebugOffsets, code_object.linetable));
    compare("told bytecode", offsetof(struct python_told, code.bytecode), offsetof(_Py_DebugOffsets, code_object.co_code_adaptive));
    compare("told bytes", offsetof(struct python_told, bytes.bytes), offsetof(_Py_DebugOffsets, bytes_object.ob_sval));
    compare("told text", offsetof(struct python_told, text.ascii), offsetof(_Py_DebugOffsets, unicode_object.asciiobject_size));
}
#endif

/* Where known.c looks for the global lock, as the script has found it there. */
static void compare_gil(void)
{
#if PY_MINOR_VERSION >= 12
    size_t begin = offsetof(_PyRuntimeState, _main_interpreter) + offsetof(PyInterpreterState, _gil);
#else
    size_t begin = offsetof(_PyRuntimeState, ceval.gil);
#endif
    compare("the GIL's first byte", GIL_BEGIN, begin);
    compare("the first behind it", GIL_END, begin + sizeof(struct _gil_runtime_state));
}

int main(void)
{
    compare_gil();
    for (size_t i = 0; i < sizeof(python_layouts) / sizeof(python_layouts[0]); i++) {
        const struct python_layout *layout = &python_layouts[i];

        if (layout->version != PY_MINOR_VERSION)
            continue;
        compare_frame(layout);
        compare_code(layout);
        compare("ascii", layout->ascii, sizeof(PyASCIIObject));
        compare("compact", layout->compact, sizeof(PyCompactUnicodeObject));
    }
    compare("type", PYTHON_TYPE, offsetof(PyObject, ob_type));
    compare("size", PYTHON_SIZE, offsetof(PyVarObject, ob_size));
    compare("bytes", PYTHON_BYTES, offsetof(PyBytesObject, ob_sval));
    compare("text state", PYTHON_TEXT_STATE, offsetof(PyASCIIObject, state));
#if PY_MINOR_VERSION >= 13
    compare_told();
#endif
    return wrong > 0;
}

# SPDX-License-Identifier: MIT
"""Makes a lock at a line of every sort, and writes to the file named where Python itself says that each was made."""
import asyncio
import contextlib
import ctypes
import functools
import inspect
import os
import signal
import sys
import threading
import _thread

truth = open(sys.argv[1], "a", buffering=1)
Lock = threading.Lock


def mark(_lock):
    frame, calls = sys._getframe(1), []
    while frame:
        code = frame.f_code
        calls.append(f"{code.co_qualname} {os.path.basename(code.co_filename)}:{frame.f_lineno}")
        frame = frame.f_back
    truth.write(" < ".join(calls) + "\n")


class Plain:
    mark(Lock())

    def __init__(self):
        self.lock = mark(Lock())

    @property
    def value(self):
        return mark(Lock())

    def __del__(self):
        mark(Lock())

    def __eq__(self, other):
        mark(Lock())
        return True


def nested(depth):
    if depth:
        return nested(depth - 1)
    return mark(Lock())


def closure():
    cell = 1

    def inner():
        mark((cell, Lock()))
    inner()
    return lambda: mark((cell, Lock()))


def numbers():
    mark(Lock())
    received = yield 1
    mark((received, Lock()))
    yield from (mark(Lock()) for _ in range(2))


@contextlib.contextmanager
def managed():
    mark(Lock())
    yield
    mark(Lock())


def fails():
    try:
        mark(Lock())
        raise ValueError
    except ValueError:
        mark(Lock())
    finally:
        mark(Lock())


async def awaited(n):
    mark(Lock())
    await asyncio.sleep(0)
    mark(Lock())
    return n


async def several():
    async for n in stream():
        mark((n, Lock()))
    mark((await asyncio.gather(awaited(1), awaited(2)), Lock()))
    await asyncio.get_running_loop().run_in_executor(None, lambda: mark(Lock()))


async def stream():
    mark(Lock())
    yield await awaited(0)


def key(item):
    mark(Lock())
    return item


def watched():
    with contextlib.suppress(Exception):
        mark(Lock())
    for _ in range(2):
        mark(Lock())


def from_c():
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    numbers_of_c = (ctypes.c_int * 2)(2, 1)
    ctypes.CDLL(None).qsort(numbers_of_c, 2, 4, compare(lambda a, b: mark(Lock()) or 0))
    sorted([1, 2], key=key)
    list(map(functools.partial(key), [1]))
    max(2, 1, key=lambda item: mark(Lock()) or item)


def in_thread(target):
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()


def on_signal(_number, _frame):
    mark(Lock())


def in_subinterpreter():
    """3.11 doesn't say cheaply whose thread state it is: nothing is read."""
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters
    call = "Lock()" if sys.version_info < (3, 12) else "mark(Lock())"
    interpreters.run_string(interpreters.create(), f"""
import os, sys, _thread
truth, Lock = open({sys.argv[1]!r}, "a", buffering=1), _thread.allocate_lock
{inspect.getsource(mark)}
for _ in range(20):
    exec(compile("def made():\\n    {call}\\nmade()", "exec.py", "exec"))
""")


def in_child():
    mark(Lock())


plain = Plain()
plain.value, plain == 1
del plain
nested(0)
nested(20)
closure()()
generator = numbers()
next(generator), generator.send(2), list(generator)
with managed():
    mark(Lock())
fails()
asyncio.run(several())
from_c()
for line in range(50):  # the code of the one before is gone, and its memory used again
    exec(compile("\n" * line + "def made():\n    mark(Lock())\nmade()", "exec.py", "exec"))
[mark(Lock()) for _ in range(2)]
in_thread(lambda: mark(Lock()))
in_thread(from_c)
done = Lock()
done.acquire()
_thread.start_new_thread(lambda: (mark(Lock()), done.release()), ())
done.acquire()
made = [
    1,
    (mark(Lock()), 2),
]
for _ in range(100):  # its code is rewritten for the types that it sees
    nested(1)
sys.settrace(lambda *_: lambda *_: None)
watched()
sys.settrace(None)
if hasattr(sys, "monitoring"):
    sys.monitoring.use_tool_id(3, "test")
    sys.monitoring.register_callback(3, sys.monitoring.events.LINE, lambda *_: None)
    sys.monitoring.register_callback(3, sys.monitoring.events.CALL, lambda *_: None)
    sys.monitoring.set_events(3, sys.monitoring.events.LINE | sys.monitoring.events.CALL)
    watched()
    sys.monitoring.set_events(3, 0)
signal.signal(signal.SIGUSR1, on_signal)
signal.raise_signal(signal.SIGUSR1)
child = os.fork()
if child == 0:
    in_child()
    os._exit(0)
os.waitpid(child, 0)
# Side by side, and beside the main one; but 3.12's allocator for debugging doesn't bear that (python/cpython#123134).
alone = sys.version_info[:2] == (3, 12) and (sys.flags.dev_mode or hasattr(sys, "gettotalrefcount"))
others = [threading.Thread(target=in_subinterpreter) for _ in range(2)]
for thread in others:
    thread.start()
    if alone:
        thread.join()
in_thread(from_c)
for thread in others:
    thread.join()

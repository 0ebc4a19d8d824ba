#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A mill, in the primitives of Python's _thread module: what people build on them, small enough to read.

Carriers bring blocks of data to a bounded queue, grinders take them and hash them, at most two at once because there
are two millstones. One worker fails and its error is kept for whoever asks. A watchdog interrupts the main thread
when it has waited too long. What it prints is the same in every run; what its threads do meanwhile is not:

    thrum record -o trace -- python3 threads.py
    thrum timeline trace -o threads.html
"""
import _thread
import hashlib
from collections import deque


class Workers:
    """Threads whose ends can be waited for and whose first error is kept."""

    def __init__(self):
        self._lock = _thread.allocate_lock()
        self._ended = []  # a lock for each worker, released when it has ended
        self.error = None  # (name of the worker, exception)

    def spawn(self, name, work, *args):
        ended = _thread.allocate_lock()
        ended.acquire()
        self._ended.append(ended)
        _thread.start_new_thread(self._run, (ended, name, work, args))

    def join(self):
        for ended in self._ended:
            with ended:
                pass

    def _run(self, ended, name, work, args):
        try:
            work(*args)
        except Exception as error:
            with self._lock:
                if self.error is None:
                    self.error = name, error
        finally:
            ended.release()


class Semaphore:
    """Counts what is left; whoever finds nothing waits at a gate of its own, a lock that release() opens."""

    def __init__(self, value):
        self._lock = _thread.allocate_lock()
        self._value = value
        self._gates = deque()

    def acquire(self, timeout=-1):
        with self._lock:
            if self._value > 0:
                self._value -= 1
                return True
            gate = _thread.allocate_lock()
            gate.acquire()
            self._gates.append(gate)
        if gate.acquire(timeout=timeout):
            return True
        with self._lock:
            if gate in self._gates:
                self._gates.remove(gate)
                return False
            return True  # released between the timeout and the lock: it is ours after all

    def release(self):
        with self._lock:
            if self._gates:
                self._gates.popleft().release()  # handed over: the value stays 0
            else:
                self._value += 1

    def __enter__(self):
        self.acquire()

    def __exit__(self, *exception):
        self.release()


class Event:
    """A flag that threads wait for. Once set it stays so."""

    def __init__(self):
        self._lock = _thread.allocate_lock()
        self._flag = False
        self._gates = []

    def set(self):
        with self._lock:
            self._flag = True
            for gate in self._gates:
                gate.release()
            self._gates.clear()

    def wait(self, timeout=-1):
        with self._lock:
            if self._flag:
                return True
            gate = _thread.allocate_lock()
            gate.acquire()
            self._gates.append(gate)
        if gate.acquire(timeout=timeout):
            return True
        with self._lock:
            if not self._flag:
                self._gates.remove(gate)
            return self._flag


class Queue:
    """First in, first out, at most `size` items: put() waits for room, get() for an item."""

    def __init__(self, size):
        self._room = Semaphore(size)
        self._items = Semaphore(0)
        self._lock = _thread.allocate_lock()
        self._deque = deque()

    def put(self, item):
        self._room.acquire()
        with self._lock:
            self._deque.append(item)
        self._items.release()

    def get(self):
        self._items.acquire()
        with self._lock:
            item = self._deque.popleft()
        self._room.release()
        return item


class Watchdog:
    """Interrupts the main thread after some seconds, unless cancelled before."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._cancelled = _thread.allocate_lock()
        self._cancelled.acquire()
        _thread.start_new_thread(self._watch, ())

    def cancel(self):
        self._cancelled.release()

    def _watch(self):
        if not self._cancelled.acquire(timeout=self._seconds):
            _thread.interrupt_main()


class Tally:
    """What the grinders did, whoever did it."""

    def __init__(self):
        self._lock = _thread.allocate_lock()
        self._grinding = 0
        self.most_at_once = 0
        self.blocks = 0
        self.digest = 0

    def begin(self):
        with self._lock:
            self._grinding += 1
            self.most_at_once = max(self.most_at_once, self._grinding)

    def end(self, digest):
        with self._lock:
            self._grinding -= 1
            self.blocks += 1
            self.digest ^= digest  # in whatever order they come


CARRIERS, GRINDERS, MILLSTONES, BLOCKS = 2, 3, 2, 24


def carry(opened, queue, numbers):
    opened.wait()
    for number in numbers:
        queue.put(bytes([number]) * (1 << 21))


def grind(opened, queue, millstones, tally):
    opened.wait()
    while block := queue.get():
        with millstones:
            tally.begin()
            digest = hashlib.sha256(block).digest()  # gives up the interpreter's lock: grinders do run in parallel
            tally.end(int.from_bytes(digest[:4], "big"))


def run_the_mill():
    opened, queue, millstones, tally = Event(), Queue(4), Semaphore(MILLSTONES), Tally()
    carriers, grinders = Workers(), Workers()
    for i in range(GRINDERS):
        grinders.spawn(f"grinder {i}", grind, opened, queue, millstones, tally)
    for i in range(CARRIERS):
        carriers.spawn(f"carrier {i}", carry, opened, queue, range(i, BLOCKS, CARRIERS))
    opened.set()
    carriers.join()
    for i in range(GRINDERS):
        queue.put(None)  # no more blocks
    grinders.join()
    print(f"ground {tally.blocks} blocks, digest {tally.digest:08x}, never more than {MILLSTONES} at once:",
          tally.most_at_once <= MILLSTONES)


def lose_patience():
    """A lock that somebody else holds: ask, ask with a timeout, wait."""
    gate, held, release = _thread.allocate_lock(), Event(), Event()

    def hold():
        with gate:
            held.set()
            release.wait()

    holder = Workers()
    holder.spawn("holder", hold)
    held.wait()
    print("the gate is free:", gate.acquire(blocking=False))
    print("free within 10 ms:", gate.acquire(timeout=0.01))
    release.set()
    print("free in the end:", gate.acquire())
    gate.release()
    holder.join()


def fail():
    workers = Workers()

    def inspect(number):
        raise ValueError(f"block {number} is damp")

    workers.spawn("inspector", inspect, 13)
    workers.join()
    name, error = workers.error
    print(f"the {name} failed: {error}")


def wait_too_long():
    never = Event()
    cancelled = Watchdog(60)
    cancelled.cancel()
    Watchdog(0.05)
    try:
        # interrupt_main() sets a flag that the interpreter looks at between two instructions: it doesn't end a wait
        # that is under way. So a main thread that wants to be interrupted waits in short pieces.
        while not never.wait(timeout=0.01):
            pass
    except KeyboardInterrupt:
        print("the watchdog barked")


if __name__ == "__main__":
    run_the_mill()
    lose_patience()
    fail()
    wait_too_long()

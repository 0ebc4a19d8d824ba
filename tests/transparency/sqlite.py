# SPDX-License-Identifier: MIT
"""Threads that share SQLite databases: sqlite.py DIRECTORY ROUNDS."""
import sqlite3
import sys
import threading

directory, rounds = sys.argv[1], int(sys.argv[2])
THREADS, ROWS = 4, 50


def connect(name):
    return sqlite3.connect(f"{directory}/{name}.db", timeout=60, isolation_level=None, check_same_thread=False)


shared = connect("shared")
shared.execute("pragma journal_mode = wal")
shared.execute("create table t (thread integer, n integer)")
one = connect("one")  # one connection for all: its own mutexes keep it whole
one.execute("create table t (n integer)")
failed = []


def work(number):
    try:
        own = connect("shared")
        for turn in range(rounds):
            own.execute("begin immediate")
            own.executemany("insert into t values (?, ?)", ((number, turn * ROWS + i) for i in range(ROWS)))
            own.execute("commit")
            own.execute("select count(*), sum(n) from t where thread = ?", (number,)).fetchall()
            one.execute("insert into t values (?)", (turn,))
        own.close()
    except sqlite3.Error as error:
        failed.append(error)


threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*shared.execute("select count(*), sum(n), count(distinct thread) from t").fetchone())
print(*one.execute("select count(*), sum(n) from t").fetchone())
print(*shared.execute("pragma integrity_check").fetchone(), *one.execute("pragma integrity_check").fetchone())
print(failed)

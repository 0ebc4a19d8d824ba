# SPDX-License-Identifier: MIT
"""A usual load of a database: four threads with a connection each to one file; one writes, after TPC-B, three read."""
import pathlib
import random
import sqlite3
import sys
import tempfile
import threading

ACCOUNTS, TELLERS, ROUNDS = 10000, 10, int(sys.argv[1])


def connect(path):
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    return connection


def transact(connection, account, teller, amount):
    connection.execute("begin immediate")
    connection.execute("update accounts set balance = balance + ? where id = ?", (amount, account))
    connection.execute("select balance from accounts where id = ?", (account,)).fetchone()
    connection.execute("update tellers set balance = balance + ? where id = ?", (amount, teller))
    connection.execute("insert into history(account, teller, amount, note) values(?, ?, ?, ?)", (account, teller, amount, "x" * 50))
    connection.execute("commit")


def look(connection, account):
    connection.execute("begin")
    connection.execute("select balance from accounts where id = ?", (account,)).fetchone()
    connection.execute("select total(balance) from accounts where id between ? and ?", (account, account + 50)).fetchone()
    connection.execute("commit")


def work(path, number):
    connection, chance = connect(path), random.Random(number)
    for _ in range(ROUNDS):
        account = chance.randrange(ACCOUNTS)
        if number == 0:
            transact(connection, account, chance.randrange(TELLERS), chance.randrange(100))
        else:
            look(connection, account)
    connection.close()


with tempfile.TemporaryDirectory() as directory:
    path = pathlib.Path(directory, "bank.db")
    bank = connect(path)
    bank.execute("create table accounts(id integer primary key, balance integer, filler text)")
    bank.execute("create table tellers(id integer primary key, balance integer)")
    bank.execute("create table history(id integer primary key, account integer, teller integer, amount integer, note text)")
    for table, count, more in (("accounts", ACCOUNTS, ", hex(zeroblob(40))"), ("tellers", TELLERS, "")):
        bank.execute(f"with recursive n(i) as (select 0 union all select i + 1 from n where i < {count} - 1) "
                     f"insert into {table} select i, 0{more} from n")
    threads = [threading.Thread(target=work, args=(path, n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    moved = [bank.execute(f"select total({column}) from {table}").fetchone()[0]
             for table, column in (("accounts", "balance"), ("tellers", "balance"), ("history", "amount"))]
    bank.close()
sys.exit(len(set(moved)) != 1)

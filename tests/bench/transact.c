/* SPDX-License-Identifier: MIT */
/*
 * A usual load of SQLite: four threads with a connection each to one file. One writes, in transactions after TPC-B; the others
 * read, for SQLite lets one write at a time. transact FILE ROUNDS: so many transactions for each thread; FILE isn't there yet.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4, ACCOUNTS = 10000, TELLERS = 10, STATEMENTS_MAX = 6 };
static const char *path;
static long rounds;

static const char *const reading[STATEMENTS_MAX] = {
    "begin",
    "select balance from accounts where id = ?2",
    "select total(balance) from accounts where id between ?2 and ?2 + 50",
    "commit",
};
static const char *const writing[STATEMENTS_MAX] = {
    "begin immediate",
    "update accounts set balance = balance + ?1 where id = ?2",
    "select balance from accounts where id = ?2",
    "update tellers set balance = balance + ?1 where id = ?3",
    "insert into history(account, teller, amount, note) values(?2, ?3, ?1, 'a note of a usual length for such a table')",
    "commit",
};

static void check(int result, int expected, const char *what)
{
    if (result == expected)
        return;
    fprintf(stderr, "transact: %s: %s\n", what, sqlite3_errstr(result));
    exit(1);
}

static sqlite3 *connect_to(void)
{
    sqlite3 *database;

    check(sqlite3_open(path, &database), SQLITE_OK, path);
    sqlite3_busy_timeout(database, 60000);
    check(sqlite3_exec(database, "pragma journal_mode = wal; pragma synchronous = normal", NULL, NULL, NULL), SQLITE_OK, "wal");
    return database;
}

static void transact(sqlite3_stmt *const *prepared, const char *const *statements, unsigned *random)
{
    const int values[] = {rand_r(random) % 100, rand_r(random) % ACCOUNTS, rand_r(random) % TELLERS};

    for (int i = 0; i < STATEMENTS_MAX && statements[i]; i++) {
        int bound = sqlite3_bind_parameter_count(prepared[i]), result;
        for (int k = 0; k < bound; k++)
            sqlite3_bind_int(prepared[i], k + 1, values[k]);
        while ((result = sqlite3_step(prepared[i])) == SQLITE_ROW)
            sqlite3_column_int(prepared[i], 0);
        check(result, SQLITE_DONE, statements[i]);
        sqlite3_reset(prepared[i]);
    }
}

static void *work(void *number)
{
    unsigned random = (unsigned)(uintptr_t)number;
    sqlite3 *database = connect_to();
    const char *const *statements = random == 1 ? writing : reading;
    sqlite3_stmt *prepared[STATEMENTS_MAX];

    for (int i = 0; i < STATEMENTS_MAX && statements[i]; i++)
        check(sqlite3_prepare_v2(database, statements[i], -1, &prepared[i], NULL), SQLITE_OK, statements[i]);
    for (long i = 0; i < rounds; i++)
        transact(prepared, statements, &random);
    for (int i = 0; i < STATEMENTS_MAX && statements[i]; i++)
        sqlite3_finalize(prepared[i]);
    sqlite3_close(database);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];

    if (argc != 3)
        return 2;
    path = argv[1];
    rounds = atol(argv[2]);
    sqlite3 *database = connect_to();
    check(sqlite3_exec(database,
                       "create table accounts(id integer primary key, balance integer, filler text);"
                       "create table tellers(id integer primary key, balance integer);"
                       "create table history(id integer primary key, account integer, teller integer, amount integer, note text);"
                       "with recursive n(i) as (select 0 union all select i + 1 from n where i < 9999)"
                       " insert into accounts select i, 0, hex(zeroblob(40)) from n;"
                       "with recursive n(i) as (select 0 union all select i + 1 from n where i < 9)"
                       " insert into tellers select i, 0 from n", NULL, NULL, NULL), SQLITE_OK, "tables");
    for (uintptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)(i + 1)) != 0)
            return 2;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    sqlite3_close(database);
    return 0;
}

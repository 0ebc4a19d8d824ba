/* SPDX-License-Identifier: MIT */
/* Orders of many runs in one file: any number of processes may merge theirs into it, each in one transaction. */
#include "config.h"
#include "check/orders.h"

#include "base/memory.h"

#ifdef HAVE_SQLITE
#include <sqlite3.h>
#include <stdlib.h>

/* A run waits so long for others to have merged theirs. */
enum { PATIENCE_MS = 60000 };

static const char schema[] = "CREATE TABLE IF NOT EXISTS orders(from_class TEXT, to_class TEXT, from_object TEXT, to_object TEXT,"
                             " from_calls TEXT, to_calls TEXT, gates TEXT, program TEXT, thread TEXT, from_read INTEGER, to_read INTEGER,"
                             " seen INTEGER DEFAULT 1, last TEXT DEFAULT CURRENT_TIMESTAMP,"
                             " UNIQUE(from_class, to_class, from_calls, to_calls, gates, program, thread, from_read, to_read));"
                             "PRAGMA user_version = 1;";

static const char insert[] = "INSERT INTO orders(from_class, to_class, from_object, to_object, from_calls, to_calls, gates, program, thread,"
                             " from_read, to_read) VALUES(?,?,?,?,?,?,?,?,?,?,?)"
                             " ON CONFLICT DO UPDATE SET seen = seen + 1, last = CURRENT_TIMESTAMP";

static const char select_all[] = "SELECT from_class, to_class, from_object, to_object, from_calls, to_calls, gates, program, thread,"
                                 " from_read, to_read FROM orders ORDER BY rowid";

static int put(sqlite3_stmt *into, const struct order_seen *seen)
{
    const char *texts[] = {seen->from, seen->to, seen->from_object, seen->to_object, seen->from_calls, seen->to_calls,
                           seen->gates, seen->program, seen->thread};
    for (int i = 0; i < 9; i++)
        sqlite3_bind_text(into, i + 1, texts[i], -1, SQLITE_STATIC);
    sqlite3_bind_int(into, 10, seen->from_read);
    sqlite3_bind_int(into, 11, seen->to_read);
    int result = sqlite3_step(into);
    sqlite3_reset(into);
    return result == SQLITE_DONE ? SQLITE_OK : result;
}

static char *column(sqlite3_stmt *from, int at)
{
    const char *text = (const char *)sqlite3_column_text(from, at);
    return memory_text(text ? text : "");
}

static void get(sqlite3_stmt *from, struct orders *orders)
{
    struct order_seen *seen = orders_add(orders);
    char **texts[] = {&seen->from, &seen->to, &seen->from_object, &seen->to_object, &seen->from_calls, &seen->to_calls,
                      &seen->gates, &seen->program, &seen->thread};
    for (int i = 0; i < 9; i++)
        *texts[i] = column(from, i);
    seen->from_read = sqlite3_column_int(from, 9);
    seen->to_read = sqlite3_column_int(from, 10);
    /* Threads of earlier runs are told apart by what they did: one row is one thread. */
    seen->tid = -(int32_t)orders->count;
    seen->earlier = true;
}

/* What others left, then ours into it, in one transaction: nobody sees a part. */
static int merge(sqlite3 *file, struct orders *orders)
{
    sqlite3_stmt *all = NULL, *into = NULL;
    size_t own = orders->count;
    int result = sqlite3_exec(file, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(file, schema, NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_prepare_v2(file, select_all, -1, &all, NULL);
    while (result == SQLITE_OK && (result = sqlite3_step(all)) == SQLITE_ROW) {
        get(all, orders);
        result = SQLITE_OK;
    }
    if (result == SQLITE_DONE)
        result = sqlite3_prepare_v2(file, insert, -1, &into, NULL);
    for (size_t i = 0; i < own && result == SQLITE_OK; i++)
        result = put(into, &orders->at[i]);
    sqlite3_finalize(all);
    sqlite3_finalize(into);
    return result == SQLITE_OK ? sqlite3_exec(file, "COMMIT", NULL, NULL, NULL) : result;
}

bool orders_keep(struct orders *orders, const char *path, char **trouble)
{
    sqlite3 *file = NULL;
    int result = sqlite3_open_v2(path, &file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (result == SQLITE_OK) {
        sqlite3_busy_timeout(file, PATIENCE_MS);
        result = merge(file, orders);
    }
    *trouble = result == SQLITE_OK ? NULL : memory_format("%s: lock orders can't be kept there: %s", path, file ? sqlite3_errmsg(file) : "no memory");
    sqlite3_close(file);
    return result == SQLITE_OK;
}

#else

bool orders_keep(struct orders *orders, const char *path, char **trouble)
{
    (void)orders;
    *trouble = memory_format("%s: this thrum was built without SQLite: lock orders can't be kept", path);
    return false;
}
#endif

/* SPDX-License-Identifier: MIT */
/* Plays hand-made event sequences. */
#include "config.h"
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"

enum { NAMES = 4096, WORDS = 8, TEXT = 64 };

struct named {
    char name[TEXT];
    int32_t pid, tid; /* threads */
    uint64_t handle;
    uint64_t serial;
};

struct script {
    void (*take)(void *self, const struct trace_event *);
    void *self;
    int64_t now;
    uint64_t statements;
    struct named threads[NAMES];
    int thread_count;
    char objects[NAMES][TEXT];
    int object_count;
};

/* A statement, taken apart. */
struct statement {
    struct script *script;
    const struct named *thread;
    const char *verb;
    const char *word[WORDS]; /* arguments that are neither @N nor NAME=VALUE; "" where there are no more */
    uint64_t site;
    int64_t timeout;
    uint32_t value;
    uint64_t age;
    uint8_t type;
    uint8_t shared;
};

struct script *script_new(void (*take)(void *self, const struct trace_event *), void *self)
{
    struct script *script = calloc(1, sizeof *script);
    script->take = take;
    script->self = self;
    script->now = 1000000000;
    return script;
}

void script_free(struct script *script)
{
    free(script);
}

static struct named *thread_named(struct script *script, const char *name)
{
    for (int i = 0; i < script->thread_count; i++)
        if (!strcmp(script->threads[i].name, name))
            return &script->threads[i];
    struct named *thread = &script->threads[script->thread_count++];
    bool other = name[0] && name[1] == '.';
    snprintf(thread->name, TEXT, "%s", name);
    thread->pid = other ? 200 + (name[0] - 'q') * 100 : 100;
    bool first = !strcmp(other ? name + 2 : name, "main");
    thread->serial = first ? 0 : (uint64_t)script->thread_count;
    thread->tid = first ? thread->pid : 10000 + script->thread_count;
    thread->handle = 0x7f0000000000 + (first ? 1 : (uint64_t)script->thread_count) * 0x10000;
    return thread;
}

int32_t script_tid(struct script *script, const char *thread)
{
    return thread_named(script, thread)->tid;
}

uint64_t script_address(struct script *script, const char *object)
{
    int i = 0;
    while (i < script->object_count && strcmp(script->objects[i], object))
        i++;
    if (i == script->object_count)
        snprintf(script->objects[script->object_count++], TEXT, "%s", object);
    return 0x600000 + (uint64_t)i * 64;
}

const char *script_thread(const struct script *script, int32_t tid, uint64_t serial)
{
    for (int i = 0; i < script->thread_count; i++)
        if (serial ? script->threads[i].serial == serial : script->threads[i].tid == tid)
            return script->threads[i].name;
    return "?";
}

const char *script_object(const struct script *script, uint64_t address)
{
    uint64_t i = (address - 0x600000) / 64;
    return i < (uint64_t)script->object_count ? script->objects[i] : "?";
}

static uint8_t kind_of(const char *object)
{
    switch (object[0]) {
    case 'S': return THRUM_kind_semaphore;
    case 'R': return THRUM_kind_rwlock;
    case 'C': return THRUM_kind_condition;
    case 'W': return THRUM_kind_barrier;
    case 'E': return THRUM_kind_event;
    case 'K': return THRUM_kind_lock;
    case 'F': return THRUM_kind_file_lock;
    default: return THRUM_kind_mutex;
    }
}

static uint8_t result_of(const char *word)
{
#define RESULT(enumeration, name, number) {#name, number},
    static const struct { const char *word; int number; } results[] = {THRUM_RESULTS(RESULT)};
    if (!*word)
        return THRUM_result_ok;
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        if (!strcmp(results[i].word, word))
            return (uint8_t)results[i].number;
    ck_abort_msg("script: no result '%s'", word);
}

/* Gives one event of `thread`; the rest of the arguments are the fields of its record. */
#define EMIT(st, who, event_name, ...)                                                             \
    (st)->script->take((st)->script->self,                                                         \
        &(struct trace_event){.id = THRUM_EVENT_##event_name, .time_ns = (st)->script->now,        \
            .record.event_name = {.common = {(who)->pid, (who)->tid}, __VA_ARGS__}})

/* The stack of a blocking call: its site and a caller of it. */
#define STACK(st) .stack = {(uint64_t[]){(st)->site, 0x400ff0}, 2}

static bool is(const struct statement *st, const char *verb)
{
    return !strcmp(st->verb, verb);
}

static bool play_thread(const struct statement *st)
{
    const struct named *me = st->thread;
    const struct named *it = *st->word[0] ? thread_named(st->script, st->word[0]) : me;
    bool start = is(st, "start");

    if (is(st, "process"))
        EMIT(st, me, process_begin, .ppid = atoi(st->word[1]), .executable = *st->word[0] ? st->word[0] : "/bin/test");
    else if (is(st, "exit"))
        EMIT(st, me, process_end, .status = 0);
    else if (is(st, "handler"))
        EMIT(st, me, interrupt_handler, .signal = atoi(st->word[0]), .handled = !*st->word[1]);
    else if (is(st, "begin"))
        EMIT(st, me, thread_begin, .serial = me->serial, .handle = me->handle, .routine = SCRIPT_SITE(0));
    else if (is(st, "end"))
        EMIT(st, me, thread_end, .handle = me->handle);
    else if (is(st, "name"))
        EMIT(st, me, thread_name, .handle = me->handle, .name = st->word[0]);
    else if (is(st, "detach"))
        EMIT(st, me, thread_detach, .handle = it->handle, .site = st->site);
    else if (is(st, "spawn") || start)
        EMIT(st, me, spawn, .serial = it->serial, .routine = SCRIPT_SITE(0), .site = st->site, STACK(st));
    else if (is(st, "spawned"))
        EMIT(st, me, spawn_end, .serial = it->serial, .handle = it->handle, .result = result_of(st->word[1]));
    else
        return false;
    if (start) {
        EMIT(st, it, thread_begin, .serial = it->serial, .handle = it->handle, .routine = SCRIPT_SITE(0));
        EMIT(st, me, spawn_end, .serial = it->serial, .handle = it->handle);
    }
    return true;
}

static bool play_join(const struct statement *st)
{
    bool both = is(st, "join");
    if (!both && !is(st, "joining") && !is(st, "joined"))
        return false;
    uint64_t handle = thread_named(st->script, st->word[0])->handle;
    if (both || is(st, "joining"))
        EMIT(st, st->thread, wait_begin, .object = handle, .kind = THRUM_kind_thread, .timeout = st->timeout,
             .site = st->site, STACK(st));
    if (both || is(st, "joined"))
        EMIT(st, st->thread, wait_end, .object = handle, .kind = THRUM_kind_thread, .result = result_of(st->word[1]),
             .site = st->site);
    return true;
}

static bool play_life(const struct statement *st, uint64_t object, uint8_t kind)
{
    const struct named *me = st->thread;
    if (is(st, "init"))
        EMIT(st, me, object_init, .object = object, .kind = kind, .type = st->type, .value = st->value, .shared = st->shared,
             .site = st->site, STACK(st));
    else if (is(st, "destroy"))
        EMIT(st, me, object_destroy, .object = object, .kind = kind, .site = st->site);
    else if (is(st, "free"))
        EMIT(st, me, object_destroy, .object = object, .kind = THRUM_kind_unknown, .site = st->site);
    else if (is(st, "held"))
        EMIT(st, me, held, .object = object, .kind = kind, .mode = THRUM_mode_exclusive, .count = st->value,
             .age = st->age, .site = st->site);
    else if (is(st, "label"))
        EMIT(st, me, object_name, .object = object, .kind = kind, .name = st->word[1]);
    else
        return false;
    return true;
}

static bool play_acquire(const struct statement *st, uint64_t object, uint8_t kind)
{
    const struct named *me = st->thread;
    bool reads = strstr(st->verb, "rd");
    uint8_t mode = reads ? THRUM_mode_shared : THRUM_mode_exclusive;
    uint8_t how = st->timeout >= 0 || is(st, "timedlock") ? THRUM_how_timed : THRUM_how_block;

    if (is(st, "lock") || is(st, "rdlock") || is(st, "timedlock"))
        EMIT(st, me, acquire, .object = object, .kind = kind, .mode = mode, .how = how, .site = st->site);
    else if (is(st, "trylock"))
        EMIT(st, me, acquire, .object = object, .kind = kind, .mode = mode, .how = THRUM_how_try, .site = st->site);
    else if (is(st, "want") || is(st, "wantrd"))
        EMIT(st, me, acquire_begin, .object = object, .kind = kind, .mode = mode, .how = how, .timeout = st->timeout,
             .site = st->site, STACK(st));
    else if (is(st, "got") || is(st, "gotrd"))
        EMIT(st, me, acquire_end, .object = object, .kind = kind, .mode = mode, .how = how,
             .result = result_of(st->word[1]), .site = st->site);
    else if (is(st, "fail"))
        EMIT(st, me, acquire_fail, .object = object, .kind = kind, .mode = mode, .how = THRUM_how_try,
             .result = *st->word[1] ? result_of(st->word[1]) : THRUM_result_EBUSY, .site = st->site);
    else if (is(st, "unlock") || is(st, "post"))
        EMIT(st, me, release, .object = object, .kind = kind, .mode = THRUM_mode_unknown, .site = st->site);
    else
        return false;
    return true;
}

static bool play_wait(const struct statement *st, uint64_t object, uint8_t kind)
{
    const struct named *me = st->thread;
    bool named = *st->word[1] && strlen(st->word[1]) < 3; /* longer words are results */
    uint64_t mutex = named ? script_address(st->script, st->word[1]) : 0;

    if (is(st, "wait"))
        EMIT(st, me, wait_begin, .object = object, .kind = kind, .mutex = mutex, .timeout = st->timeout, .site = st->site,
             STACK(st));
    else if (is(st, "waited"))
        EMIT(st, me, wait_end, .object = object, .kind = kind, .mutex = mutex,
             .result = result_of(st->word[named ? 2 : 1]), .site = st->site);
    else if (is(st, "signal") || is(st, "broadcast"))
        EMIT(st, me, wake, .object = object, .kind = kind, .scope = is(st, "signal") ? THRUM_scope_one : THRUM_scope_all,
             .site = st->site);
    else
        return false;
    return true;
}

static bool play_told(const struct statement *st)
{
    if (is(st, "order"))
        EMIT(st, st->thread, order_edge, .held = script_address(st->script, st->word[0]), .held_kind = kind_of(st->word[0]),
             .held_mode = THRUM_mode_exclusive, .wanted = script_address(st->script, st->word[1]), .wanted_kind = kind_of(st->word[1]),
             .wanted_mode = THRUM_mode_exclusive, .wanted_stack = {&st->site, 1});
    else if (is(st, "told"))
        EMIT(st, st->thread, finding, .id = "told-1", .finding = st->word[0], .certainty = st->word[1], .message = "what the checker said", STACK(st));
    else
        return false;
    return true;
}

static void play_like(const struct statement *st)
{
    struct named *me = thread_named(st->script, st->thread->name);
    const struct named *it = thread_named(st->script, st->word[0]);
    me->tid = it->tid;
    me->handle = it->handle;
}

static void play_statement(const struct statement *st)
{
    if (is(st, "like")) {
        play_like(st);
        return;
    }
    if (play_thread(st) || play_join(st) || play_told(st))
        return;
    if (!*st->word[0])
        ck_abort_msg("script: '%s %s': of what?", st->thread->name, st->verb);
    uint64_t object = script_address(st->script, st->word[0]);
    uint8_t kind = kind_of(st->word[0]);
    if (!play_life(st, object, kind) && !play_acquire(st, object, kind) && !play_wait(st, object, kind))
        ck_abort_msg("script: no verb '%s'", st->verb);
}

static void take_word(struct statement *st, int *words, const char *word)
{
    if (word[0] == '@')
        st->site = SCRIPT_SITE(strtoul(word + 1, NULL, 10));
    else if (!strncmp(word, "timeout=", 8))
        st->timeout = strtoll(word + 8, NULL, 10);
    else if (!strncmp(word, "value=", 6) || !strncmp(word, "count=", 6))
        st->value = (uint32_t)strtoul(word + 6, NULL, 10);
    else if (!strncmp(word, "age=", 4))
        st->age = strtoull(word + 4, NULL, 10);
    else if (!strcmp(word, "type=recursive"))
        st->type = THRUM_type_recursive;
    else if (!strcmp(word, "type=prefer_writer_nonrecursive"))
        st->type = THRUM_type_prefer_writer_nonrecursive;
    else if (!strcmp(word, "shared"))
        st->shared = THRUM_flag_yes;
    else if (*words < WORDS)
        st->word[(*words)++] = word;
}

static void play_text(struct script *script, char *text)
{
    char *rest = NULL;
    char *word = strtok_r(text, " \t", &rest);
    if (!word)
        return;
    script->now += SCRIPT_STEP_NS;
    struct statement st = {.script = script, .timeout = -1, .verb = "", .site = 0x500000 + script->statements++};
    int words = 0;
    st.thread = thread_named(script, word);
    for (int i = 0; i < WORDS; i++)
        st.word[i] = "";
    if ((word = strtok_r(NULL, " \t", &rest)))
        st.verb = word;
    while ((word = strtok_r(NULL, " \t", &rest)))
        take_word(&st, &words, word);
    play_statement(&st);
}

void script_play(struct script *script, const char *text)
{
    char *copy = strdup(text), *rest = NULL;
    for (char *part = strtok_r(copy, ";\n", &rest); part; part = strtok_r(NULL, ";\n", &rest))
        play_text(script, part);
    free(copy);
}

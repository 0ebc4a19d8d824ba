/* SPDX-License-Identifier: MIT */
/*
 * Orders of locks, and what is said of cycles among them, against brute force: threads that hold few locks or many, so that
 * there are bundles, take them in random orders; locks end and live again.
 */
#include <stdlib.h>
#include <string.h>

#include "check/bundle.h"
#include "check/cycle.h"
#include "check/fast.h"
#include "check/report.h"
#include "check/tell.h"
#include "check/wire.h"
#include "suite.h"

enum { THREADS = 3, LOCKS = 70, DEEPEST = 22, RECORDS = 4096 };

static struct check_thread threads[THREADS];
static struct held rooms[THREADS][1 + DEEPEST];

/* --- what the tested parts want of others --- */

const struct check_stack check_nowhere;
struct check_state check_state = {.graph = GRAPH_INIT};
_Atomic bool tell_pending;
static bool reported;
static uint32_t longest;

void check_lock(sigset_t *signals) { (void)signals; }
void check_unlock(const sigset_t *signals) { (void)signals; }
bool tell_others(void) { return false; }
void tell_edge(const struct record_object *held, const struct record_object *wanted) { (void)held, (void)wanted; }
bool wire_orders_wanted(void) { return false; }
void wire_edge(const struct record *record, uint32_t index) { (void)record, (void)index; }
void report_cut(void) { ck_abort_msg("a search was cut short"); }

/* Each holds what the one before wants, and the first what the last wants. */
void report_cycle(const struct cycle_step *steps, uint32_t count)
{
    ck_assert_uint_ge(count, 2);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert_ptr_nonnull(steps[i].witness);
        ck_assert_ptr_nonnull(steps[i].holds);
        ck_assert_uint_eq(steps[i].holds->object, steps[(i + count - 1) % count].witness->record->wanted.object);
    }
    reported = true;
    longest = count > longest ? count : longest;
}

/* --- the truth: all that was ever taken while something was held --- */

struct taking {
    int thread, wanted, lives;           /* lives: the wanted lock's */
    int held[DEEPEST], held_lives[DEEPEST], count;
};
static struct taking takings[RECORDS];
static int taking_count, lives[LOCKS];

static bool is_same(const struct taking *one, const struct taking *other)
{
    return one->thread == other->thread && one->wanted == other->wanted && one->lives == other->lives && one->count == other->count &&
           memcmp(one->held, other->held, sizeof(one->held)) == 0 && memcmp(one->held_lives, other->held_lives, sizeof(one->held_lives)) == 0;
}

/* Holds a lock that still lives the life in which it was taken. */
static bool holds(const struct taking *taking, int lock)
{
    for (int i = 0; i < taking->count; i++)
        if (taking->held[i] == lock && taking->held_lives[i] == lives[lock])
            return true;
    return false;
}

static bool are_apart(const struct taking *one, const struct taking *other)
{
    if (one->thread == other->thread)
        return false;
    for (int i = 0; i < one->count; i++)
        for (int j = 0; j < other->count; j++)
            if (one->held[i] == other->held[j])
                return false;
    return true;
}

/* Whether a cycle closes that begins with steps[0]; with so few threads it is short. */
static bool closes(const struct taking *steps[], int length)
{
    const struct taking *last = steps[length - 1];

    if (last->lives != lives[last->wanted])
        return false;
    if (length > 1 && holds(steps[0], last->wanted))
        return true;
    for (int next = 0; length < THREADS && next < taking_count; next++) {
        bool fits = holds(&takings[next], last->wanted);

        for (int i = 0; fits && i < length; i++)
            fits = are_apart(steps[i], &takings[next]);
        steps[length] = &takings[next];
        if (fits && closes(steps, length + 1))
            return true;
    }
    return false;
}

/* --- what threads do --- */

static uint64_t address_of_lock(int lock)
{
    return 0x10000 + 40 * (uint64_t)lock;
}

static bool is_held_by(const struct check_thread *thread, int lock)
{
    for (const struct held *held = thread->held; held < thread->top; held++)
        if (held->object == address_of_lock(lock))
            return true;
    return false;
}

static bool note(int thread, int lock)
{
    struct taking *taking = &takings[taking_count];

    ck_assert_int_lt(taking_count, RECORDS);
    memset(taking, 0, sizeof(*taking));
    taking->thread = thread;
    taking->wanted = lock;
    taking->lives = lives[lock];
    for (const struct held *held = threads[thread].held; held < threads[thread].top; held++, taking->count++) {
        taking->held[taking->count] = (int)((held->object - 0x10000) / 40);
        taking->held_lives[taking->count] = lives[taking->held[taking->count]];
    }
    for (int i = 0; i < taking_count; i++)
        if (is_same(&takings[i], taking))
            return false;
    taking_count++;
    return true;
}

/* `blocking`: a try orders nothing, but holds. */
static void take(int which, int lock, bool blocking, unsigned *cycles)
{
    struct check_thread *thread = &threads[which];
    uint64_t object = address_of_lock(lock);

    if (is_held_by(thread, lock) || held_count(thread) == DEEPEST)
        return;
    if (blocking && held_count(thread) > 0) {
        bool fresh = note(which, lock);
        const struct taking *steps[THREADS] = {&takings[taking_count - 1]};
        bool wanted = fresh && closes(steps, 1);

        reported = false;
        order_take(thread, object, THRUM_kind_mutex, THRUM_mode_exclusive, &check_nowhere);
        ck_assert_int_eq(reported, wanted);
        *cycles += wanted;
    }
    held_push(thread, object, held_what(THRUM_kind_mutex, THRUM_mode_exclusive, blocking ? THRUM_how_block : THRUM_how_try),
              check_path(thread->top[-1].path, object, THRUM_kind_mutex, THRUM_mode_exclusive), &check_nowhere);
}

/* One of those held, not always the last; the paths above are others then. */
static void give_back(struct check_thread *thread)
{
    uint32_t at = random() % 4 ? held_count(thread) - 1 : (uint32_t)random() % held_count(thread);

    memmove(&thread->held[at], &thread->held[at + 1], (held_count(thread) - at - 1) * sizeof(struct held));
    thread->top--;
    for (struct held *held = &thread->held[at]; held < thread->top; held++)
        held->path = check_path(held[-1].path, held->object, held->kind, held->mode);
}

static void end(int lock)
{
    for (int i = 0; i < THREADS; i++)
        if (is_held_by(&threads[i], lock))
            return;
    order_forget(address_of_lock(lock));
    lives[lock]++;
}

static void begin_anew(void)
{
    static uint64_t serial;

    for (int lock = 0; lock < LOCKS; lock++)
        order_forget(address_of_lock(lock));
    ck_assert_uint_eq(check_state.graph.node_count, 0);
    ck_assert_uint_eq(check_state.graph.edge_count, 0);
    taking_count = 0;
    for (int i = 0; i < THREADS; i++) {
        ck_assert_uint_eq(threads[i].witnesses, 0);
        memset(&threads[i], 0, sizeof(threads[i]));
        threads[i].held = threads[i].top = rooms[i] + 1;
        rooms[i][0] = (struct held){.object = ~(uint64_t)0, .depth = 1};
        threads[i].serial = ++serial;
        threads[i].epoch = 1;
    }
}

/* Threads take up to `deep` locks of `among`, mostly in the order of their numbers, and give back all, some or none; locks end. */
static void play(unsigned seed, int rounds, int deep, int among, unsigned *cycles)
{
    srandom(seed);
    begin_anew();
    for (int round = 0; round < rounds; round++) {
        int which = (int)(random() % THREADS), many = 1 + (int)(random() % deep), lock = (int)(random() % among);

        for (int i = 0; i < many; i++) {
            take(which, lock, random() % 8 != 0, cycles);
            lock = random() % 6 ? (lock + 1 + (int)(random() % 3)) % among : (int)(random() % among);
            if (random() % 9 == 0 && held_count(&threads[which]) > 0)
                give_back(&threads[which]);
        }
        if (random() % 3)
            while (held_count(&threads[which]) > 0)
                give_back(&threads[which]);
        for (int ends = (int)(random() % 5); ends > 0; ends--)
            end((int)(random() % among));
    }
    for (int i = 0; i < THREADS; i++)
        while (held_count(&threads[i]) > 0)
            give_back(&threads[i]);
}

START_TEST(cycles_are_those_of_all_pairs)
{
    unsigned cycles = 0, seed = 0;

    for (; seed < 300; seed++)
        play(seed, 12, 3, 9, &cycles);
    ck_assert_uint_gt(cycles, 20);
    for (cycles = 0; seed < 1500; seed++)
        play(seed, 10, DEEPEST, LOCKS, &cycles);
    ck_assert_uint_gt(cycles, 100);
    /* There is room for few bundles: some are dissolved, some are never made. */
    bundle_limit = (struct bundle_limit){.free = 3};
    for (cycles = 0; seed < 2700; seed++)
        play(seed, 10, DEEPEST, LOCKS, &cycles);
    begin_anew();
    ck_assert_uint_gt(cycles, 100);
    ck_assert_uint_ge(longest, 3);
}
END_TEST

/* 2,000 locks, each taken under all before it: a few edges for each. */
START_TEST(edges_do_not_multiply)
{
    enum { MANY = 2000 };
    static struct held room[1 + MANY];
    struct check_thread thread = {.held = room + 1, .top = room + 1, .serial = 1 << 20, .epoch = 1};

    room[0] = (struct held){.object = ~(uint64_t)0, .depth = 1};
    for (uint64_t i = 0; i < MANY; i++) {
        uint64_t object = 0x1000000 + 40 * i;

        if (i > 0)
            order_take(&thread, object, THRUM_kind_mutex, THRUM_mode_exclusive, &check_nowhere);
        held_push(&thread, object, held_what(THRUM_kind_mutex, THRUM_mode_exclusive, THRUM_how_block),
                  check_path(thread.top[-1].path, object, THRUM_kind_mutex, THRUM_mode_exclusive), &check_nowhere);
    }
    ck_assert_uint_lt(check_state.graph.edge_count, 3 * BUNDLE * MANY);
    for (uint64_t i = 0; i < MANY; i++)
        order_forget(0x1000000 + 40 * i);
    ck_assert_uint_eq(check_state.graph.edge_count, 0);
    ck_assert_uint_eq(check_state.graph.nodes.live, 0);
    ck_assert_uint_eq(thread.witnesses, 0);
}
END_TEST

/* Under one that stays, others come and go for ever: what is kept of them doesn't grow. */
START_TEST(locks_that_end_leave_nothing)
{
    static struct held room[1 + DEEPEST];
    struct check_thread thread = {.held = room + 1, .top = room + 1, .serial = (1 << 20) + 1, .epoch = 1};
    uint64_t nodes = 0;

    room[0] = (struct held){.object = ~(uint64_t)0, .depth = 1};
    for (int round = 0; round < 5000; round++) {
        for (int i = 0; i < DEEPEST; i++) {
            if (i > 0)
                order_take(&thread, address_of_lock(i), THRUM_kind_mutex, THRUM_mode_exclusive, &check_nowhere);
            held_push(&thread, address_of_lock(i), held_what(THRUM_kind_mutex, THRUM_mode_exclusive, THRUM_how_block),
                      check_path(thread.top[-1].path, address_of_lock(i), THRUM_kind_mutex, THRUM_mode_exclusive), &check_nowhere);
        }
        thread.top = thread.held;
        for (int i = 1 + round % 2; i < DEEPEST - 1; i++)
            order_forget(address_of_lock(i));
        if (round == 1000)
            nodes = check_state.graph.nodes.live;
    }
    ck_assert_uint_le(check_state.graph.nodes.live, nodes + 16);
    ck_assert_uint_le(thread.witnesses, 3 * 1000);
    for (int i = 0; i < LOCKS; i++)
        order_forget(address_of_lock(i));
    ck_assert_uint_eq(check_state.graph.nodes.live, 0);
    ck_assert_uint_eq(thread.witnesses, 0);
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("order");
    TCase *tests = tcase_create("order");

    tcase_add_test(tests, cycles_are_those_of_all_pairs);
    tcase_add_test(tests, edges_do_not_multiply);
    tcase_add_test(tests, locks_that_end_leave_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}

/* SPDX-License-Identifier: MIT */
/* What the traced process is served by: memory, stacks, modules, environment. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/backtrace.h"
#include "core/env.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/modules.h"
#include "core/objects.h"
#include "suite.h"

START_TEST(kept_memory_is_zeroed_aligned_and_never_handed_out_twice)
{
    unsigned char *last = NULL;

    for (size_t size = 1; size < 5000; size = size * 2 + 1) {
        unsigned char *memory = memory_keep(size);

        ck_assert_ptr_nonnull(memory);
        ck_assert_uint_eq((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < size; i++)
            ck_assert_uint_eq(memory[i], 0);
        memset(memory, 0xff, size);
        ck_assert(!last || memory != last);
        last = memory;
    }
}
END_TEST

START_TEST(kept_memory_may_be_larger_than_a_chunk)
{
    enum { LARGE = 1 << 20 };
    unsigned char *memory = memory_keep(LARGE);

    ck_assert_ptr_nonnull(memory);
    memory[LARGE - 1] = 1;
}
END_TEST

/* Each thread marks the blocks that it took; a mark that changed, or wasn't zero, is a block that two threads had. */
static void *take_and_give(void *mark)
{
    for (int round = 0; round < 20000; round++) {
        uintptr_t *blocks[4];

        for (int i = 0; i < 4; i++) {
            blocks[i] = memory_block_take();
            if (!blocks[i] || *blocks[i] != 0)
                return (void *)1;
            *blocks[i] = (uintptr_t)mark;
        }
        for (int i = 0; i < 4; i++) {
            if (*blocks[i] != (uintptr_t)mark)
                return (void *)1;
            memory_block_give(blocks[i]);
        }
    }
    return NULL;
}

START_TEST(a_block_has_one_owner_at_a_time)
{
    pthread_t threads[4];

    for (uintptr_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give, (void *)(i + 1)), 0);
    for (int i = 0; i < 4; i++) {
        void *failed;
        ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
        ck_assert_ptr_null(failed);
    }
}
END_TEST

__attribute__((noinline)) static uint32_t capture_here(uint64_t *at, uint32_t max, const void **site)
{
    *site = __builtin_return_address(0);
    uint32_t count = backtrace_capture(at, max, *site);
    __asm__ volatile("" ::: "memory"); /* not a tail call */
    return count;
}

START_TEST(a_stack_begins_at_the_site)
{
    uint64_t at[BACKTRACE_MAX];
    const void *site;
    uint32_t count = capture_here(at, BACKTRACE_MAX, &site);

    ck_assert_uint_ge(count, 2);
    ck_assert_uint_eq(at[0], (uint64_t)(uintptr_t)site);
}
END_TEST

START_TEST(a_stack_is_cut_at_the_depth_asked_for)
{
    uint64_t at[BACKTRACE_MAX] = {0};
    const void *site;

    ck_assert_uint_eq(capture_here(at, 0, &site), 0);
    ck_assert_uint_eq(capture_here(at, 1, &site), 1);
    ck_assert_uint_eq(capture_here(at, 2, &site), 2);
    ck_assert_uint_eq(at[2], 0);
}
END_TEST

START_TEST(a_site_that_is_not_on_the_stack_stands_alone)
{
    uint64_t at[BACKTRACE_MAX];

    ck_assert_uint_eq(backtrace_capture(at, BACKTRACE_MAX, (const void *)0x1234), 1);
    ck_assert_uint_eq(at[0], 0x1234);
}
END_TEST

START_TEST(the_places_of_return_addresses_are_told)
{
    uint64_t at[BACKTRACE_MAX];
    struct backtrace_places places;
    uint32_t count = backtrace_capture_places(at, BACKTRACE_MAX, __builtin_return_address(0), &places);

#if defined(__x86_64__)
    ck_assert_uint_eq(places.count, count < BACKTRACE_PLACES ? count : BACKTRACE_PLACES);
#endif
    for (uint32_t i = 0; i < places.count; i++) {
        ck_assert_uint_eq(places.at[i].address, at[i]);
        ck_assert_uint_eq(*(const volatile uint64_t *)places.at[i].place, at[i]);
    }
}
END_TEST

/* The stack as libc walks it, from `site` outwards. */
static uint32_t walk_anew(uint64_t *at, uint32_t max, const void *site)
{
    void *all[2 * BACKTRACE_MAX];
    int count = backtrace(all, 2 * BACKTRACE_MAX);
    uint32_t kept = 0;

    for (int i = 0; i < count && kept < max; i++)
        if (kept > 0 || all[i] == site)
            at[kept++] = (uint64_t)(uintptr_t)all[i];
    return kept;
}

__attribute__((noinline)) static bool captures_as_libc(void)
{
    const void *site = __builtin_return_address(0);
    uint64_t at[BACKTRACE_MAX], anew[BACKTRACE_MAX];
    uint32_t max = 2 + (uint32_t)((uintptr_t)site >> 3) % 20;
    uint32_t count = backtrace_capture(at, max, site);

    return count == walk_anew(anew, max, site) && memcmp(at, anew, count * sizeof(*at)) == 0;
}

/* Comes by many ways to the same call, at depths that are often the same: the ways are the digits of `way`. */
__attribute__((noinline)) static bool wander(unsigned way)
{
    volatile char room[64];
    bool well;

    room[0] = 0;
    if (way < 4)
        well = captures_as_libc();
    else if (way % 4 == 0)
        well = wander(way / 4);
    else if (way % 4 == 1)
        well = wander(way / 4) && room[0] == 0;
    else
        well = way % 4 == 2 ? captures_as_libc() && wander(way / 4) : wander(way / 4 + 0 * (unsigned)room[0]);
    __asm__ volatile("" ::: "memory"); /* not a tail call */
    return well;
}

static void *wander_often(void *seed)
{
    unsigned random = (unsigned)(uintptr_t)seed, wrong = 0;

    for (int i = 0; i < 20000; i++)
        wrong += !wander((unsigned)rand_r(&random) % 2000);
    return (void *)(uintptr_t)wrong;
}

START_TEST(a_stack_that_was_walked_before_is_not_mistaken_for_another)
{
    pthread_t threads[3];

    for (uintptr_t i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wander_often, (void *)i), 0);
    for (int i = 0; i < 3; i++) {
        void *wrong;
        ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
        ck_assert_ptr_null(wrong);
    }
}
END_TEST

static const struct module *module_of(uint64_t address)
{
    for (const struct module *module = modules_known(); module; module = module->next)
        if (module->begin <= address && address < module->end)
            return module;
    return NULL;
}

START_TEST(what_is_loaded_at_the_start_is_known)
{
    const struct module *own, *libc;

    modules_start();
    own = module_of((uint64_t)(uintptr_t)&module_of);
    libc = module_of((uint64_t)(uintptr_t)dlsym(RTLD_DEFAULT, "strtoul"));
    ck_assert_ptr_nonnull(own);
    ck_assert_ptr_nonnull(strstr(own->path, "unit/core"));
    ck_assert_ptr_nonnull(libc);
    ck_assert_ptr_nonnull(strstr(libc->path, "libc.so.6"));
    ck_assert_uint_ge(strlen(libc->build_id), 16);
}
END_TEST

START_TEST(what_is_loaded_later_is_told_of_once)
{
    modules_start();
    void *later = dlopen("libanl.so.1", RTLD_NOW);
    if (!later)
        later = dlopen("libBrokenLocale.so.1", RTLD_NOW);
    ck_assert_ptr_nonnull(later);
    void *header = NULL;
    struct dl_find_object found;
    struct link_map { uint64_t base; char *name; void *dynamic; } *map = NULL;

    ck_assert_int_eq(dlinfo(later, RTLD_DI_LINKMAP, &map), 0);
    ck_assert_int_eq(_dl_find_object(map->dynamic, &found), 0);
    header = found.dlfo_map_start;
    ck_assert(!modules_met((uint64_t)(uintptr_t)header));
    const struct module *fresh = modules_look_up((uint64_t)(uintptr_t)header).fresh;
    ck_assert_ptr_nonnull(fresh);
    ck_assert_str_eq(fresh->path, map->name);
    ck_assert(modules_met((uint64_t)(uintptr_t)header));
    ck_assert_ptr_null(modules_look_up((uint64_t)(uintptr_t)header).fresh);
}
END_TEST

START_TEST(an_address_in_no_module_is_harmless)
{
    struct module_lookup lookup = modules_look_up(0x1000);

    ck_assert_ptr_null(lookup.fresh);
    ck_assert(!lookup.foreign);
}
END_TEST

/* Objects that a range ended, in order. */
static uint64_t ended[64];
static unsigned ended_count;

static void remember_ended(uint64_t address, const void *context)
{
    ck_assert_ptr_eq(context, ended);
    ended[ended_count++] = address;
}

static void end_range(uint64_t begin, uint64_t end)
{
    ended_count = 0;
    objects_forget_range(begin, end, remember_ended, ended);
}

START_TEST(a_range_ends_the_objects_in_it_and_no_others)
{
    const uint64_t base = 0x7f0012345000;

    objects_note(base - 8);
    objects_note(base);
    objects_note(base + 8);
    objects_note(base + 504);
    objects_note(base + 512);
    objects_note(base + 40000);
    objects_note(base + 100000);
    end_range(base, base + 100000);
    ck_assert_uint_eq(ended_count, 5);
    ck_assert_uint_eq(ended[0], base);
    ck_assert_uint_eq(ended[1], base + 8);
    ck_assert_uint_eq(ended[2], base + 504);
    ck_assert_uint_eq(ended[3], base + 512);
    ck_assert_uint_eq(ended[4], base + 40000);
    end_range(base, base + 100000);
    ck_assert_uint_eq(ended_count, 0);
    objects_note(base);
    end_range(base - 8, base + 100008);
    ck_assert_uint_eq(ended_count, 3);
}
END_TEST

START_TEST(a_range_that_ends_amid_an_object_ends_it)
{
    const uint64_t base = 0x7f0012346000;

    for (uint64_t end = 497; end <= 512; end++) {
        objects_note(base);
        objects_note(base + 496);
        objects_note(base + 504);
        end_range(base, base + end);
        ck_assert_uint_eq(ended_count, end > 504 ? 3 : 2);
        end_range(base, base + 512);
    }
}
END_TEST

START_TEST(ranges_agree_with_a_plain_list)
{
    enum { UNITS = 4096 };
    const uint64_t base = 0x10007ff0;
    bool there[UNITS] = {false};

    srandom(1);
    for (int step = 0; step < 20000; step++) {
        unsigned at = (unsigned)random() % UNITS, length = (unsigned)random() % 100, expected = 0;

        if (step % 4) {
            objects_note(base + 8 * at);
            there[at] = true;
            continue;
        }
        if (step % 3 == 0) {
            objects_forget(base + 8 * at);
            there[at] = false;
        }
        for (unsigned i = at; i < at + length && i < UNITS; i++) {
            expected += there[i];
            there[i] = false;
        }
        end_range(base + 8 * at, base + 8 * (at + length < UNITS ? at + length : UNITS));
        ck_assert_uint_eq(ended_count, expected);
    }
}
END_TEST

START_TEST(a_huge_range_is_skipped_through)
{
    objects_note(0x5000);
    objects_note(0x7ffffffff000);
    end_range(0, UINT64_MAX);
    ck_assert_uint_ge(ended_count, 2);
}
END_TEST

START_TEST(the_environment_is_read)
{
    struct env env;

    unsetenv("THRUM"), unsetenv("THRUM_LTTNG"), unsetenv("THRUM_STACK"), unsetenv("THRUM_RECORD");
    env_read(&env, true);
    ck_assert(!env.off);
    ck_assert_int_eq(env.lttng, ENV_AUTO);
    ck_assert_uint_eq(env.stack, BACKTRACE_DEFAULT);
    setenv("THRUM", "off", 1), setenv("THRUM_LTTNG", "on", 1), setenv("THRUM_STACK", "3", 1);
    env_read(&env, true);
    ck_assert(env.off);
    ck_assert_int_eq(env.lttng, ENV_ON);
    ck_assert_uint_eq(env.stack, 3);
}
END_TEST

static enum env_check check_wanted(bool preloaded)
{
    struct env env;

    env_read(&env, preloaded);
    return env.check;
}

START_TEST(the_checker_is_on_by_itself_under_the_preload_where_nothing_is_recorded)
{
    unsetenv("THRUM_CHECK"), unsetenv("THRUM_RECORD");
    ck_assert_int_eq(check_wanted(true), ENV_CHECK_REPORT);
    ck_assert_int_eq(check_wanted(false), ENV_CHECK_OFF);
    setenv("THRUM_RECORD", "/nowhere", 1);
    ck_assert_int_eq(check_wanted(true), ENV_CHECK_OFF);
    setenv("THRUM_CHECK", "break", 1);
    ck_assert_int_eq(check_wanted(true), ENV_CHECK_BREAK);
    ck_assert_int_eq(check_wanted(false), ENV_CHECK_BREAK);
    setenv("THRUM_CHECK", "off", 1), unsetenv("THRUM_RECORD");
    ck_assert_int_eq(check_wanted(true), ENV_CHECK_OFF);
}
END_TEST

/* Runs `act` with stderr in a pipe; what it said is in `said`. */
static void hear(void (*act)(void), char *said, size_t size)
{
    int ends[2], kept = dup(STDERR_FILENO);

    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    errno = ERANGE;
    act();
    ck_assert_int_eq(errno, ERANGE);
    dup2(kept, STDERR_FILENO);
    close(kept);
    ssize_t length = read(ends[0], said, size - 1);
    said[length > 0 ? length : 0] = 0;
    close(ends[0]);
}

static void say_much(void)
{
    static char much[2000];

    memset(much, 'x', sizeof(much) - 1);
    log_line("one ", "two ", much, NULL);
}

START_TEST(a_line_is_said_whole_and_cut_where_it_is_too_long)
{
    char said[4096];

    hear(say_much, said, sizeof(said));
    ck_assert_int_eq(strncmp(said, "thrum: one two xxx", 18), 0);
    ck_assert_uint_eq(strlen(said), 512);
    ck_assert_int_eq(said[511], '\n');
}
END_TEST

/* What a line adds to a file that has taken the place of standard error. */
static off_t line_adds(int flags)
{
    char name[] = "/tmp/thrum-core.XXXXXX";
    int fd = mkstemp(name), there = open(name, O_RDWR | flags), kept = dup(STDERR_FILENO);
    struct stat now;

    ck_assert_int_ge(there, 0);
    unlink(name);
    dup2(there, STDERR_FILENO);
    log_line("a line", NULL);
    dup2(kept, STDERR_FILENO);
    ck_assert_int_eq(fstat(there, &now), 0);
    close(kept), close(there), close(fd);
    return now.st_size;
}

START_TEST(what_took_the_number_of_standard_error_is_not_written_to)
{
    log_start();
    ck_assert_int_eq(line_adds(0), 0);
    ck_assert_int_eq(line_adds(O_APPEND), (off_t)strlen("thrum: a line\n"));
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("core");
    TCase *tests = tcase_create("core");

    tcase_add_test(tests, kept_memory_is_zeroed_aligned_and_never_handed_out_twice);
    tcase_add_test(tests, kept_memory_may_be_larger_than_a_chunk);
    tcase_add_test(tests, a_block_has_one_owner_at_a_time);
    tcase_add_test(tests, a_stack_begins_at_the_site);
    tcase_add_test(tests, a_stack_is_cut_at_the_depth_asked_for);
    tcase_add_test(tests, a_site_that_is_not_on_the_stack_stands_alone);
    tcase_add_test(tests, the_places_of_return_addresses_are_told);
    tcase_add_test(tests, a_stack_that_was_walked_before_is_not_mistaken_for_another);
    tcase_add_test(tests, what_is_loaded_at_the_start_is_known);
    tcase_add_test(tests, what_is_loaded_later_is_told_of_once);
    tcase_add_test(tests, an_address_in_no_module_is_harmless);
    tcase_add_test(tests, a_range_ends_the_objects_in_it_and_no_others);
    tcase_add_test(tests, a_range_that_ends_amid_an_object_ends_it);
    tcase_add_test(tests, ranges_agree_with_a_plain_list);
    tcase_add_test(tests, a_huge_range_is_skipped_through);
    tcase_add_test(tests, what_took_the_number_of_standard_error_is_not_written_to);
    tcase_add_test(tests, the_environment_is_read);
    tcase_add_test(tests, the_checker_is_on_by_itself_under_the_preload_where_nothing_is_recorded);
    tcase_add_test(tests, a_line_is_said_whole_and_cut_where_it_is_too_long);
    suite_add_tcase(suite, tests);
    return suite;
}

/* SPDX-License-Identifier: MIT */
/* Addresses become functions, files, lines and variables, however a program was built and whatever became of it. */
#include "config.h"
#include "symbols/symbols.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"
#include "fixture/recording.h"
#include "model/known.h"
#include "symbols/symbols-file.h"

#define BUILD "$CC -w -D_GNU_SOURCE -O1 "
#define PROGRAM " -DMAIN $f/fixture.c $f/modules.c -o $d/"
#define LIBRARY " -fPIC -shared $f/fixture.c -o $d/"
#define LOADER BUILD "-DLOADER $f/modules.c -o $d/loader"

static void assert_matches(const char *text, const char *pattern)
{
    regex_t regex;
    ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    ck_assert_msg(regexec(&regex, text, 0, NULL, 0) == 0, "'%s' doesn't match '%s'", text, pattern);
    regfree(&regex);
}

static const struct symbol_place *call(struct recording *recording, const struct sighting *at)
{
    const struct symbol_place *place = symbols_call(recording->symbols, PID, at->time_ns, at->address);
    ck_assert_ptr_nonnull(place);
    return place;
}

static const struct symbol_place *call_named(struct recording *recording, const char *name)
{
    return call(recording, recording_find(recording, "call", name, 0));
}

static const struct symbol_variable *variable_at(struct recording *recording, const struct sighting *at)
{
    return symbols_variable(recording->symbols, PID, at->time_ns, at->address);
}

/* The text of a frame is `function (fixture.c:LINE)`. */
static void assert_frame(const struct symbol_frame *frame, const char *function, int line)
{
    char text[128];
    snprintf(text, sizeof(text), "%s (fixture.c:%d)", function, line);
    ck_assert_str_eq(frame->text, text);
    ck_assert_str_eq(frame->function, function);
    ck_assert_int_eq(frame->line, line);
    assert_matches(frame->file, "^/.*/unit/fixture/fixture\\.c$");
}

/* Everything that debug information gives is there. */
static void assert_lines(struct recording *recording)
{
    const struct sighting *worker = recording_find(recording, "call", "worker", 0);
    const struct symbol_place *place = call(recording, worker);
    ck_assert_uint_eq(place->count, 1);
    assert_frame(&place->frames[0], "worker", worker->line);
    ck_assert_ptr_eq(place->site, &place->frames[0]);
    ck_assert(!place->changed);

    const struct sighting *inner = recording_find(recording, "call", "innermost", 0);
    place = call(recording, inner);
    ck_assert_uint_eq(place->count, 3);
    assert_frame(&place->frames[0], "innermost", inner->line);
    assert_frame(&place->frames[1], "middle", recording_find(recording, "line", "middle", 0)->line);
    assert_frame(&place->frames[2], "outermost", recording_find(recording, "line", "outermost", 0)->line);
}

static void assert_variables(struct recording *recording)
{
    int count = 0;
    for (int i = 0; i < recording->count; i++) {
        const struct sighting *at = &recording->sightings[i];
        char place[64];
        if (strcmp(at->word, "variable") != 0)
            continue;
        const struct symbol_variable *variable = variable_at(recording, at);
        ck_assert_msg(variable != NULL, "%s isn't known", at->name);
        ck_assert_str_eq(variable->name, at->name);
        snprintf(place, sizeof(place), "fixture.c:%d", at->line);
        ck_assert_str_eq(variable->place, place);
        count++;
    }
    ck_assert_int_eq(count, 6);
}

static void assert_program(const char *build, const char *run)
{
    recording_shell(build);
    struct recording *recording = recording_of(run);
    assert_lines(recording);
    assert_variables(recording);
    const struct sighting *last = recording_find(recording, "call", "last", 0);
    assert_frame(call(recording, last)->site, "last", last->line);
    const struct sighting *start = recording_find(recording, "code", "main", 0);
    ck_assert_str_eq(symbols_code(recording->symbols, PID, start->time_ns, start->address)->site->function, "main");
    recording_free(recording);
}

START_TEST(a_program_at_any_address)
{
    assert_program(BUILD "-g -fPIE -pie" PROGRAM "pie", "$d/pie");
}
END_TEST

START_TEST(a_program_at_its_own_address)
{
    assert_program(BUILD "-g -fno-pie -no-pie" PROGRAM "exec", "$d/exec");
}
END_TEST

START_TEST(functions_in_another_file_than_lines)
{
    assert_program("cd $d && " BUILD "-g -gsplit-dwarf" PROGRAM "split", "$d/split");
}
END_TEST

START_TEST(older_debug_information)
{
    assert_program(BUILD "-gdwarf-4" PROGRAM "dwarf4", "$d/dwarf4");
}
END_TEST

START_TEST(debug_information_without_its_index)
{
    assert_program(BUILD "-g" PROGRAM "noindex && objcopy -R .debug_aranges $d/noindex", "$d/noindex");
}
END_TEST

START_TEST(debug_information_in_a_separate_file)
{
    assert_program(BUILD "-g" PROGRAM "separate && cd $d && objcopy --only-keep-debug separate separate.debug &&"
                   "objcopy --strip-all --add-gnu-debuglink=separate.debug separate", "$d/separate");
}
END_TEST

START_TEST(a_shared_object)
{
    recording_shell(LOADER " && " BUILD "-g" LIBRARY "libshared.so");
    struct recording *recording = recording_of("$d/loader $d/libshared.so");
    assert_lines(recording);
    assert_variables(recording);
    recording_free(recording);
}
END_TEST

START_TEST(a_stack_ends_at_main)
{
    recording_shell(BUILD "-g" PROGRAM "stack");
    struct recording *recording = recording_of("$d/stack");
    uint64_t at[16];
    size_t count = 0;
    for (int i = 0; i < recording->count; i++)
        if (strcmp(recording->sightings[i].word, "stack") == 0 && strcmp(recording->sightings[i].name, "worker") == 0)
            at[count++] = recording->sightings[i].address;
    size_t length = symbols_stack_length(recording->symbols, PID, recording->time_ns, at, count);
    ck_assert_uint_gt(count, length);
    ck_assert_str_eq(symbols_call(recording->symbols, PID, recording->time_ns, at[length - 1])->site->function, "main");
    ck_assert_uint_eq(symbols_stack_length(recording->symbols, PID, recording->time_ns, at + length, count - length), 1);
    recording_free(recording);
}
END_TEST

START_TEST(what_is_no_static_variable_has_no_name)
{
    recording_shell(BUILD "-g" PROGRAM "plain");
    struct recording *recording = recording_of("$d/plain | sed 's/^\\(stack\\|heap\\) /address &/'");
    ck_assert_ptr_null(variable_at(recording, recording_find(recording, "address", "stack", 0)));
    ck_assert_ptr_null(variable_at(recording, recording_find(recording, "address", "heap", 0)));
    recording_free(recording);
}
END_TEST

START_TEST(without_debug_information_there_are_symbols)
{
    recording_shell(BUILD "-g0" PROGRAM "nodebug");
    struct recording *recording = recording_of("$d/nodebug");
    const struct symbol_place *place = call_named(recording, "worker");
    assert_matches(place->site->text, "^worker\\+0x[0-9a-f]+ \\(nodebug\\)$");
    ck_assert_str_eq(place->site->function, "worker");
    assert_matches(call_named(recording, "last")->site->text, "^last\\+0x[0-9a-f]+ \\(nodebug\\)$");
    const struct symbol_variable *variable = variable_at(recording, recording_find(recording, "variable", "inside", 0));
    ck_assert_str_eq(variable->name, "inside");
    ck_assert_str_eq(variable->place, "nodebug");
    recording_free(recording);
}
END_TEST

START_TEST(stripped_programs_have_offsets)
{
    recording_shell(BUILD "-g0 -s" PROGRAM "stripped");
    struct recording *recording = recording_of("$d/stripped");
    const struct sighting *worker = recording_find(recording, "call", "worker", 0);
    const struct symbol_place *place = call(recording, worker);
    char text[64];
    snprintf(text, sizeof(text), "stripped+0x%lx", (long)place->offset);
    ck_assert_str_eq(place->site->text, text);
    ck_assert_ptr_null(place->site->function);
    assert_matches(variable_at(recording, recording_find(recording, "variable", "plain", 0))->name, "^stripped\\+0x[0-9a-f]+$");
    recording_free(recording);
}
END_TEST

START_TEST(stripped_libraries_have_what_they_export)
{
    recording_shell(LOADER " && " BUILD "-g0 -s" LIBRARY "libstripped.so");
    struct recording *recording = recording_of("$d/loader $d/libstripped.so");
    assert_matches(call_named(recording, "worker")->site->text, "^worker\\+0x[0-9a-f]+ \\(libstripped\\.so\\)$");
    const struct symbol_variable *variable = variable_at(recording, recording_find(recording, "variable", "table[1][2]", 0));
    assert_matches(variable->name, "^table\\+0x[0-9a-f]+$");
    ck_assert_str_eq(variable->place, "libstripped.so");
    recording_free(recording);
}
END_TEST

START_TEST(a_library_loaded_over_another)
{
    recording_shell(LOADER " && " BUILD "-g" LIBRARY "libone.so && " BUILD "-g -DWORKER=other" LIBRARY "libtwo.so");
    struct recording *recording = recording_of("$d/loader $d/libone.so");
    struct recording *second = recording_of("$d/loader $d/libtwo.so | grep libtwo");
    const struct sighting *worker = recording_find(recording, "call", "worker", 0);
    const struct symbol_place *place = call(recording, worker);
    char path[4096];
    snprintf(path, sizeof(path), "%s/libtwo.so", getenv("d"));
    /* The same process puts the other library exactly where this one was. */
    uint64_t base = worker->address - place->offset;
    recording_module(recording, PID, base, base, base + 0x5000, path, "");
    struct sighting later = *worker;
    later.time_ns = recording->time_ns;
    ck_assert_str_eq(call(recording, worker)->site->function, "worker");
    ck_assert_str_eq(call(recording, &later)->module, path);
    recording_free(second);
    recording_free(recording);
}
END_TEST

START_TEST(a_call_from_a_constructor_comes_before_its_module)
{
    recording_shell(BUILD "-g" PROGRAM "early");
    struct recording *recording = recording_of("$d/early");
    struct sighting early = *recording_find(recording, "call", "worker", 0);
    early.time_ns = 1;
    assert_frame(call(recording, &early)->site, "worker", early.line);
    recording_free(recording);
}
END_TEST

START_TEST(a_forked_child_has_what_its_parent_had)
{
    recording_shell(BUILD "-g" PROGRAM "forks");
    struct recording *recording = recording_of("$d/forks");
    const struct sighting *worker = recording_find(recording, "call", "worker", 0);
    recording_process(recording, PID + 1, PID);
    recording_process(recording, PID + 2, PID + 1);
    const struct symbol_place *place = symbols_call(recording->symbols, PID + 2, recording->time_ns, worker->address);
    ck_assert_ptr_eq(place, call(recording, worker));
    recording_free(recording);
}
END_TEST

START_TEST(a_process_with_modules_of_its_own_has_none_of_its_parent)
{
    recording_shell(BUILD "-g" PROGRAM "parent");
    struct recording *recording = recording_of("$d/parent");
    const struct sighting *worker = recording_find(recording, "call", "worker", 0);
    recording_process(recording, PID + 1, PID);
    recording_module(recording, PID + 1, 0x1000, 0x1000, 0x2000, "/bin/other", "");
    const struct symbol_place *place = symbols_call(recording->symbols, PID + 1, recording->time_ns, worker->address);
    ck_assert_str_eq(place->module, "");
    recording_free(recording);
}
END_TEST

START_TEST(exec_begins_afresh)
{
    recording_shell(BUILD "-g" PROGRAM "execs");
    struct recording *recording = recording_of("$d/execs");
    const struct sighting *worker = recording_find(recording, "call", "worker", 0);
    recording_process(recording, PID, 1);
    const struct symbol_place *place = symbols_call(recording->symbols, PID, recording->time_ns, worker->address);
    assert_matches(place->site->text, "^0x[0-9a-f]+$");
    ck_assert_str_eq(place->module, "");
    ck_assert_str_eq(call(recording, worker)->site->function, "worker");
    recording_free(recording);
}
END_TEST

static void assert_no_lines(struct recording *recording, const char *text, const char *note)
{
    size_t count;
    const struct symbol_place *place = call_named(recording, "worker");
    assert_matches(place->site->text, text);
    ck_assert(place->changed);
    const char *const *notes = symbols_notes(recording->symbols, &count);
    ck_assert_uint_eq(count, 1);
    assert_matches(notes[0], note);
}

START_TEST(a_changed_file_gives_no_lines)
{
    recording_shell(BUILD "-g" PROGRAM "changed");
    struct recording *recording = recording_of("$d/changed");
    recording_shell(BUILD "-g -DWORKER=other" PROGRAM "changed");
    assert_no_lines(recording, "^changed\\+0x[0-9a-f]+$", "/changed changed since the recording");
    recording_free(recording);
}
END_TEST

START_TEST(a_changed_file_without_build_id_is_told_by_its_time)
{
    recording_shell(BUILD "-g -Wl,--build-id=none" PROGRAM "untold");
    struct recording *recording = recording_of("$d/untold");
    assert_lines(recording);
    recording_free(recording);
    recording = recording_of("$d/untold");
    recording_shell("touch -d @5000000000 $d/untold");
    assert_no_lines(recording, "^untold\\+0x[0-9a-f]+$", "/untold changed since the recording");
    recording_free(recording);
}
END_TEST

START_TEST(a_file_that_is_gone_gives_no_lines)
{
    recording_shell(BUILD "-g" PROGRAM "gone");
    struct recording *recording = recording_of("$d/gone");
    recording_shell("rm $d/gone");
    assert_no_lines(recording, "^gone\\+0x[0-9a-f]+$", "/gone isn't there any more");
    recording_free(recording);
}
END_TEST

START_TEST(a_file_that_is_no_program_is_told)
{
    recording_shell("echo text > $d/text");
    struct recording *recording = recording_of("true");
    char path[4096];
    size_t count;
    snprintf(path, sizeof(path), "%s/text", getenv("d"));
    recording_module(recording, PID, 0x1000, 0x1000, 0x2000, path, "");
    ck_assert_str_eq(symbols_call(recording->symbols, PID, recording->time_ns, 0x1234)->site->text, "text+0x234");
    assert_matches(symbols_notes(recording->symbols, &count)[0], "/text can't be read as an ELF file");
    recording_free(recording);
}
END_TEST

START_TEST(names_that_compilers_made_are_made_plain)
{
    static const char *const names[][2] = {
        {"worker", "worker"},
        {"worker.constprop.0", "worker"},
        {"worker.part.0.cold", "worker"},
        {"lock.1234", "lock"},
        {"_ZN4pool6workerEi", "pool::worker"},
        {"_ZN12_GLOBAL__N_16workerEv", "(anonymous namespace)::worker"},
        {"_ZNSt6threadC2IPFvvEEEOT_", "std::thread::thread<void (*)()>"},
        {"_ZN4poolclEi", "pool::operator()"},
        {"_ZN4demo6worker17h0123456789abcdefE", "demo::worker"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *plain = symbol_name_of_linker(names[i][0]);
        ck_assert_str_eq(plain, names[i][1]);
        free(plain);
    }
}
END_TEST

static const char *known_word(const char *variable, const char *function, const char *module)
{
    struct symbol_variable in = {.name = variable, .module = module};
    struct symbol_frame frame = {.function = function};
    struct symbol_place birth = {.frames = &frame, .count = 1, .module = module};
    const struct known *known = known_object(variable ? &in : NULL, function ? &birth : NULL);
    return known ? known->word : "none";
}

START_TEST(objects_of_runtimes_are_known)
{
    ck_assert_str_eq(known_word(NULL, "PyThread_allocate_lock", "/usr/bin/dining"), "Python lock");
    ck_assert_str_eq(known_word("_PyRuntime.ceval.gil.mutex", NULL, "/usr/bin/dining"), "GIL");
    ck_assert_str_eq(known_word("_PyRuntime+0x1a8", "create_gil", "/usr/bin/dining"), "GIL");
    ck_assert_str_eq(known_word(NULL, "create_gil", "/usr/bin/dining"), "GIL"); /* a subinterpreter's */
    ck_assert_str_eq(known_word("_PyRuntime+0x1a8", "init_runtime", "/usr/bin/dining"), "lock of the Python runtime");
    ck_assert_str_eq(known_word("_PyRuntime._main_interpreter._gil.mutex", NULL, "/usr/bin/dining"), "GIL");
    ck_assert_str_eq(known_word("_PyRuntime+0x12ec8", NULL, "/usr/lib/libpython3.12.so.1.0"), "GIL");
    ck_assert_str_eq(known_word("_PyRuntime+0x177c0", NULL, "/usr/bin/python3.13"), "GIL");
    ck_assert_str_eq(known_word("_PyRuntime+0x1b8", NULL, "/usr/bin/python3.11"), "GIL");
    ck_assert_str_eq(known_word("_PyRuntime+0x188", NULL, "/usr/lib/libpython3.11.so.1.0"), "GIL");
    ck_assert_str_eq(known_word("_PyRuntime+0x238", NULL, "/usr/bin/python3.11"), "lock of the Python runtime");
    ck_assert_str_eq(known_word("_PyRuntime+0x1b8", NULL, "/usr/bin/python3.13"), "lock of the Python runtime");
    ck_assert_str_eq(known_word("_PyRuntime", NULL, "/usr/bin/dining"), "lock of the Python runtime");
    ck_assert_str_eq(known_word("_PyRuntimeState_lock", NULL, "/usr/bin/dining"), "none");
    ck_assert_str_eq(known_word("forks[2]", "main", "/usr/bin/dining"), "none");
    ck_assert_str_eq(known_word(NULL, NULL, "/usr/bin/dining"), "none");
    ck_assert_str_eq(known_word(NULL, "main", "/usr/bin/python3.11"), "Python lock");
    ck_assert_str_eq(known_word(NULL, "main", "/usr/lib/libpython3.13.so.1.0"), "Python lock");
    ck_assert_str_eq(known_word(NULL, "main", "/home/me/mypython3"), "none");
}
END_TEST

Suite *suite_create_all(void)
{
    Suite *suite = suite_create("symbols");
    TCase *files = tcase_create("files");
    tcase_add_unchecked_fixture(files, recording_setup, recording_teardown);
    tcase_add_test(files, a_program_at_any_address);
    tcase_add_test(files, a_program_at_its_own_address);
    tcase_add_test(files, functions_in_another_file_than_lines);
    tcase_add_test(files, older_debug_information);
    tcase_add_test(files, debug_information_without_its_index);
    tcase_add_test(files, debug_information_in_a_separate_file);
    tcase_add_test(files, a_shared_object);
    tcase_add_test(files, a_stack_ends_at_main);
    tcase_add_test(files, what_is_no_static_variable_has_no_name);
    tcase_add_test(files, without_debug_information_there_are_symbols);
    tcase_add_test(files, stripped_programs_have_offsets);
    tcase_add_test(files, stripped_libraries_have_what_they_export);
    tcase_add_test(files, a_library_loaded_over_another);
    tcase_add_test(files, a_call_from_a_constructor_comes_before_its_module);
    tcase_add_test(files, a_forked_child_has_what_its_parent_had);
    tcase_add_test(files, a_process_with_modules_of_its_own_has_none_of_its_parent);
    tcase_add_test(files, exec_begins_afresh);
    tcase_add_test(files, a_changed_file_gives_no_lines);
    tcase_add_test(files, a_changed_file_without_build_id_is_told_by_its_time);
    tcase_add_test(files, a_file_that_is_gone_gives_no_lines);
    tcase_add_test(files, a_file_that_is_no_program_is_told);
    suite_add_tcase(suite, files);
    TCase *names = tcase_create("names");
    tcase_add_test(names, names_that_compilers_made_are_made_plain);
    tcase_add_test(names, objects_of_runtimes_are_known);
    suite_add_tcase(suite, names);
    return suite;
}

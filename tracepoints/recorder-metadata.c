/* SPDX-License-Identifier: MIT */
/* The metadata of a trace: TSDL made from the table of events. */
#include <sys/utsname.h>

#include "recorder-layout.h"
#include "recorder-state.h"
#include "recorder-text.h"
#include "records.h"

/* --- the table, as TSDL; ADDR is the type of addresses --- */

struct event_text {
    const char *name, *fields;
};
#define FIELD(type, name) "\t\t" type " _" #name ";\n"
#define THRUM_EVENT(name, meaning, fields) {#name, fields},
#define THRUM_U32(name, meaning) FIELD("u32", name)
#define THRUM_U64(name, meaning) FIELD("u64", name)
#define THRUM_I32(name, meaning) FIELD("i32", name)
#define THRUM_I64(name, meaning) FIELD("i64", name)
#define THRUM_WORD(name, words, meaning) FIELD(#words "_word", name)
#define THRUM_STRING(name, meaning) FIELD("string", name)

static const struct event_text events[] = {
#define THRUM_ADDR(name, meaning) FIELD("addr", name)
#define THRUM_ADDRS(name, meaning) FIELD("u16", _##name##_length) "\t\taddr _" #name "[ __" #name "_length ];\n"
#include "events.h"
#undef THRUM_ADDR
#undef THRUM_ADDRS
};

static const struct event_text wide_events[] = {
#define THRUM_ADDR(name, meaning) FIELD("wide", name)
#define THRUM_ADDRS(name, meaning) FIELD("u16", _##name##_length) "\t\twide _" #name "[ __" #name "_length ];\n"
#include "events.h"
#include "events-end.h"
};

/* --- the enumerations --- */

struct word {
    const char *word;
    uint32_t number;
};
#define WORD_ROW(enumeration, word, number) {#word, number},
#define WORD_ROWS(name, list) static const struct word name##_words[] = {list(WORD_ROW)};
THRUM_ENUMS(WORD_ROWS)

struct enumeration {
    const char *name;
    unsigned bits;
    const struct word *words;
    size_t count;
};
#define ENUM_ROW(name, list) {#name "_word", BITS_##name, name##_words, sizeof(name##_words) / sizeof(name##_words[0])},
static const struct enumeration enumerations[] = {THRUM_ENUMS(ENUM_ROW)};

/* --- what is the same in every trace --- */

static const char TYPES[] =
    "typealias integer { size = 5; align = 1; signed = false; } := u5;\n"
    "typealias integer { size = 16; align = 8; signed = false; } := u16;\n"
    "typealias integer { size = 32; align = 8; signed = false; } := u32;\n"
    "typealias integer { size = 64; align = 8; signed = false; } := u64;\n"
    "typealias integer { size = 32; align = 8; signed = true; } := i32;\n"
    "typealias integer { size = 64; align = 8; signed = true; } := i64;\n"
    "typealias integer { size = 48; align = 8; signed = false; base = 16; } := addr;\n"
    "typealias integer { size = 64; align = 8; signed = false; base = 16; } := wide;\n\n";

static const char TRACE[] =
    "trace {\n\tmajor = 1;\n\tminor = 8;\n\tbyte_order = "
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    "be"
#else
    "le"
#endif
    ";\n\tpacket.header := struct {\n\t\tu32 magic;\n\t\tu32 stream_id;\n\t\tu64 stream_instance_id;\n\t};\n};\n\n";

static const char STREAM[] =
    "typealias integer { size = 27; align = 1; signed = false; map = clock.monotonic.value; } := time27;\n"
    "typealias integer { size = 64; align = 8; signed = false; map = clock.monotonic.value; } := time64;\n\n"
    "stream {\n\tid = 0;\n"
    "\tpacket.context := struct {\n"
    "\t\tu64 packet_size;\n\t\tu64 content_size;\n\t\ttime64 timestamp_begin;\n\t\ttime64 timestamp_end;\n"
    "\t\tu64 events_discarded;\n\t\tu64 packet_seq_num;\n\t\ti32 pid;\n\t\ti32 tid;\n\t};\n"
    "\tevent.header := struct {\n"
    "\t\tenum : u5 { compact = 0 ... 30, extended = 31 } id;\n"
    "\t\tvariant <id> {\n\t\t\tstruct {\n\t\t\t\ttime27 timestamp;\n\t\t\t} compact;\n"
    "\t\t\tstruct {\n\t\t\t\tu32 id;\n\t\t\t\ttime64 timestamp;\n\t\t\t} extended;\n\t\t} v;\n"
    "\t} align(8);\n};\n\n";

static void add_enumerations(struct text *text)
{
    for (size_t i = 0; i < sizeof(enumerations) / sizeof(enumerations[0]); i++) {
        const struct enumeration *e = &enumerations[i];
        text_add(text, "typealias enum : integer { size = ");
        text_number(text, e->bits);
        text_add(text, "; align = 1; signed = false; } {");
        for (size_t w = 0; w < e->count; w++) {
            text_add(text, w ? ", \"" : " \"");
            text_add(text, e->words[w].word);
            text_add(text, "\" = ");
            text_number(text, e->words[w].number);
        }
        text_add(text, " } := ");
        text_add(text, e->name);
        text_add(text, ";\n");
    }
    text_add(text, "\n");
}

static void add_hex(struct text *text, uint64_t number, unsigned digits)
{
    while (digits-- > 0) {
        char digit[2] = {"0123456789abcdef"[number >> 4 * digits & 15], 0};
        text_add(text, digit);
    }
}

/* The clock is the machine's since it was booted, for all traces made on it: its id is that of the boot. */
static void add_clock(struct text *text, int64_t offset, const uint64_t boot_id[2])
{
    text_add(text, "clock {\n\tname = \"monotonic\";\n\tuuid = \"");
    add_hex(text, boot_id[0] >> 32, 8);
    text_add(text, "-");
    add_hex(text, boot_id[0] >> 16, 4);
    text_add(text, "-");
    add_hex(text, boot_id[0], 4);
    text_add(text, "-");
    add_hex(text, boot_id[1] >> 48, 4);
    text_add(text, "-");
    add_hex(text, boot_id[1], 12);
    text_add(text, "\";\n\tdescription = \"CLOCK_MONOTONIC\";\n\tfreq = 1000000000;\n\toffset_s = ");
    text_signed(text, offset / 1000000000);
    text_add(text, ";\n\toffset = ");
    text_signed(text, offset % 1000000000);
    text_add(text, ";\n};\n\n");
}

/* Names of machines and programs go into quoted strings: what would end or bend those doesn't. */
static void add_quoted(struct text *text, const char *string)
{
    char plain[2] = "";

    text_add(text, "\"");
    for (; *string; string++) {
        plain[0] = (unsigned char)*string < ' ' || *string == '"' || *string == '\\' ? '_' : *string;
        text_add(text, plain);
    }
    text_add(text, "\";\n");
}

static void add_environment(struct text *text, const char *program, int32_t pid)
{
    struct utsname machine;

    text_add(text, "env {\n\ttracer_name = \"thrum\";\n\ttracer_major = 1;\n\ttracer_minor = 0;\n\tdomain = \"ust\";\n");
    if (RAW(SYS_uname, &machine) == 0) {
        text_add(text, "\thostname = ");
        add_quoted(text, machine.nodename);
    }
    text_add(text, "\tprocname = ");
    add_quoted(text, program);
    text_add(text, "\tvpid = ");
    text_signed(text, pid);
    text_add(text, ";\n};\n\n");
}

static void add_event(struct text *text, const struct event_text *event, uint32_t id)
{
    text_add(text, "event {\n\tname = \"thrum:");
    text_add(text, event->name);
    text_add(text, "\";\n\tid = ");
    text_number(text, id);
    text_add(text, ";\n\tstream_id = 0;\n\tfields := struct {\n");
    text_add(text, event->fields);
    text_add(text, "\t};\n};\n\n");
}

int metadata_write(int fd, char *scratch, int64_t clock_offset, const uint64_t boot_id[2], const char *program, int32_t pid)
{
    struct text text = text_buffer(scratch, RECORDER_TEXT);

    text.fd = fd;
    text_add(&text, "/* CTF 1.8 */\n\n");
    text_add(&text, TYPES);
    add_enumerations(&text);
    text_add(&text, TRACE);
    add_environment(&text, program, pid);
    add_clock(&text, clock_offset, boot_id);
    text_add(&text, STREAM);
    for (uint32_t id = 0; id < THRUM_EVENT_COUNT; id++)
        add_event(&text, &events[id], id);
    for (uint32_t id = 0; id < THRUM_EVENT_COUNT; id++)
        add_event(&text, &wide_events[id], ID_WIDE + id);
    text_flush(&text);
    return text.error;
}

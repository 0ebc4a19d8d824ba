/* SPDX-License-Identifier: MIT */
/* The metadata of a trace: TSDL made from the table of events. */
#include <sys/utsname.h>

#include "recorder-layout.h"
#include "recorder-state.h"
#include "recorder-text.h"
#include "records.h"

/* --- the table, as rows --- */

enum field_type { FIELD_END, FIELD_ADDR, FIELD_U32, FIELD_U64, FIELD_I32, FIELD_I64, FIELD_STRING, FIELD_ADDRS, FIELD_WORD };
#define WORD_TYPE(name, list) WORD_##name,
enum word_type { THRUM_ENUMS(WORD_TYPE) WORD_TYPES };

struct field {
    const char *name;
    enum field_type type;
    enum word_type words; /* of FIELD_WORD */
};
#define THRUM_ADDR(name, meaning) {"_" #name, FIELD_ADDR, 0},
#define THRUM_U32(name, meaning) {"_" #name, FIELD_U32, 0},
#define THRUM_U64(name, meaning) {"_" #name, FIELD_U64, 0},
#define THRUM_I32(name, meaning) {"_" #name, FIELD_I32, 0},
#define THRUM_I64(name, meaning) {"_" #name, FIELD_I64, 0},
#define THRUM_WORD(name, words, meaning) {"_" #name, FIELD_WORD, WORD_##words},
#define THRUM_STRING(name, meaning) {"_" #name, FIELD_STRING, 0},
#define THRUM_ADDRS(name, meaning) {"_" #name, FIELD_ADDRS, 0},
#define THRUM_EVENT(name, meaning, fields) static const struct field name##_fields[] = {fields{NULL, FIELD_END, 0}};
#include "events.h"
#undef THRUM_EVENT
#define THRUM_EVENT(name, meaning, fields) {#name, name##_fields},
static const struct event {
    const char *name;
    const struct field *fields;
} events[] = {
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

#define ENUM_ROW(name, list) {#name, BITS_##name, name##_words, sizeof(name##_words) / sizeof(name##_words[0])},
static const struct enumeration {
    const char *name;
    unsigned bits;
    const struct word *words;
    size_t count;
} enumerations[] = {THRUM_ENUMS(ENUM_ROW)};

/* --- what is the same in every trace --- */

static const char TYPES[] =
    "typealias integer { size = 5; align = 1; signed = false; } := u5;\n"
    "typealias integer { size = 16; align = 8; signed = false; } := u16;\n"
    "typealias integer { size = 32; align = 8; signed = false; } := u32;\n"
    "typealias integer { size = 64; align = 8; signed = false; } := u64;\n"
    "typealias integer { size = 32; align = 8; signed = true; } := i32;\n"
    "typealias integer { size = 64; align = 8; signed = true; } := i64;\n"
    "typealias integer { size = 48; align = 1; signed = false; base = 16; } := addr;\n"
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

/*
 * Bits of a word: words that stand side by side share bytes, and the last of them takes what is left of the last byte, so
 * that whatever follows begins at a whole byte without being aligned by its type: babeltrace 1.5 can't read integers of 48
 * bits that are.
 */
static unsigned word_width(const struct field *fields, const struct field *field)
{
    const struct field *first = field;
    unsigned sum = 0;

    if (field[1].type == FIELD_WORD)
        return enumerations[field->words].bits;
    while (first > fields && first[-1].type == FIELD_WORD)
        sum += enumerations[(--first)->words].bits;
    return (sum + enumerations[field->words].bits + 7) / 8 * 8 - sum;
}

enum { WIDTHS = 33 };

static void add_enumeration(struct text *text, const struct enumeration *e, unsigned width)
{
    text_add(text, "typealias enum : integer { size = ");
    text_number(text, width);
    text_add(text, "; align = 1; signed = false; } {");
    for (size_t w = 0; w < e->count; w++) {
        text_add(text, w ? ", \"" : " \"");
        text_add(text, e->words[w].word);
        text_add(text, "\" = ");
        text_number(text, e->words[w].number);
    }
    text_add(text, " } := ");
    text_add(text, e->name);
    text_number(text, width);
    text_add(text, ";\n");
}

/* Each enumeration in each width that a field has. */
static void add_enumerations(struct text *text)
{
    bool done[WORD_TYPES][WIDTHS] = {{false}};

    for (size_t i = 0; i < THRUM_EVENT_COUNT; i++)
        for (const struct field *field = events[i].fields; field->name; field++) {
            unsigned width = field->type == FIELD_WORD ? word_width(events[i].fields, field) : 0;
            if (width == 0 || done[field->words][width])
                continue;
            add_enumeration(text, &enumerations[field->words], width);
            done[field->words][width] = true;
        }
    text_add(text, "\n");
}

static void add_field(struct text *text, const struct field *fields, const struct field *field, const char *addr)
{
    static const char *const types[FIELD_WORD + 1] = {
        [FIELD_U32] = "u32", [FIELD_U64] = "u64", [FIELD_I32] = "i32", [FIELD_I64] = "i64", [FIELD_STRING] = "string"};
    const char *type = types[field->type];

    if (field->type == FIELD_ADDRS) {
        text_add(text, "\t\tu16 _");
        text_add(text, field->name);
        text_add(text, "_length;\n");
    }
    text_add(text, "\t\t");
    text_add(text, type ? type : field->type == FIELD_WORD ? enumerations[field->words].name : addr);
    if (field->type == FIELD_WORD)
        text_number(text, word_width(fields, field));
    text_add(text, " ");
    text_add(text, field->name);
    if (field->type == FIELD_ADDRS) {
        text_add(text, "[ _");
        text_add(text, field->name);
        text_add(text, "_length ]");
    }
    text_add(text, ";\n");
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

static void add_event(struct text *text, const struct event *event, uint32_t id, const char *addr)
{
    text_add(text, "event {\n\tname = \"thrum:");
    text_add(text, event->name);
    text_add(text, "\";\n\tid = ");
    text_number(text, id);
    text_add(text, ";\n\tstream_id = 0;\n\tfields := struct {\n");
    for (const struct field *field = event->fields; field->name; field++)
        add_field(text, event->fields, field, addr);
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
        add_event(&text, &events[id], id, "addr");
    for (uint32_t id = 0; id < THRUM_EVENT_COUNT; id++)
        add_event(&text, &events[id], ID_WIDE + id, "wide");
    text_flush(&text);
    return text.error;
}

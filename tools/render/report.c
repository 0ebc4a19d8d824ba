/* SPDX-License-Identifier: MIT */
/* What renderers of findings share: what is shown, and texts and numbers fit to be shown. */
#include "config.h"
#include "render/render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

bool report_shows(const struct report *report, const struct finding *finding)
{
    return !finding->suppressed && (report->all || finding->certainty != CERTAINTY_infeasible);
}

size_t report_count(const struct report *report, enum finding_certainty certainty)
{
    size_t count = 0;
    for (size_t i = 0; i < report->findings->count; i++)
        count += report->findings->at[i].certainty == certainty && !report->findings->at[i].suppressed;
    return count;
}

size_t report_problems(const struct report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->findings->count; i++)
        count += report->findings->at[i].certainty != CERTAINTY_infeasible && !report->findings->at[i].suppressed;
    return count;
}

size_t report_suppressed(const struct report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->findings->count; i++)
        count += report->findings->at[i].suppressed != NULL;
    return count;
}

bool report_incomplete(const struct report *report)
{
    const struct reader_losses *losses = report->losses;
    return losses->lost_events || losses->lost_packets || losses->unreadable || losses->truncated || losses->trouble;
}

/* Length of the character at `text` in UTF-8, 0 where it is none or moves the cursor. */
static size_t character_length(const unsigned char *text)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : text[0] < 0xf5 ? 4 : 0;
    if (length <= 1)
        return text[0] < 0x20 || text[0] == 0x7f ? 0 : length;
    unsigned code = text[0] & (0xff >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    bool valid = code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) && code >= 0xa0;
    return valid ? length : 0;
}

char *clean_text(const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd";
    char *clean = memory_new(strlen(text) * strlen(replacement) + 1, 1), *to = clean;
    for (const unsigned char *from = (const unsigned char *)text; *from;) {
        size_t length = character_length(from);
        memcpy(to, length ? (const char *)from : replacement, length ? length : strlen(replacement));
        to += length ? length : strlen(replacement);
        from += length ? length : 1;
    }
    return clean;
}

const char *format_duration(char buffer[32], int64_t ns)
{
    int64_t minutes = ns / 1000000000 / 60;
    if (ns < 1000)
        snprintf(buffer, 32, "%" PRId64 " ns", ns);
    else if (ns < 1000000)
        snprintf(buffer, 32, "%.1f us", (double)ns / 1e3);
    else if (ns < 1000000000)
        snprintf(buffer, 32, "%.3f ms", (double)ns / 1e6);
    else if (minutes == 0)
        snprintf(buffer, 32, "%.3f s", (double)ns / 1e9);
    else if (minutes < 60)
        snprintf(buffer, 32, "%" PRId64 " min %02" PRId64 " s", minutes, ns / 1000000000 % 60);
    else
        snprintf(buffer, 32, "%" PRId64 " h %02" PRId64 " min", minutes / 60, minutes % 60);
    return buffer;
}

const char *format_moment(char buffer[32], int64_t ns)
{
    int64_t ms = ns / 1000000, minutes = ms / 60000;
    if (minutes == 0)
        return format_duration(buffer, ns);
    if (minutes < 60)
        snprintf(buffer, 32, "%" PRId64 ":%02" PRId64 ".%03" PRId64, minutes, ms / 1000 % 60, ms % 1000);
    else
        snprintf(buffer, 32, "%" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64, minutes / 60, minutes % 60, ms / 1000 % 60, ms % 1000);
    return buffer;
}

const char *format_count(char buffer[32], uint64_t count)
{
    char digits[32];
    size_t length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count), to = 0;
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            buffer[to++] = ',';
        buffer[to++] = digits[i];
    }
    buffer[to] = '\0';
    return buffer;
}

static void put_loss(FILE *out, uint64_t count, const char *one, const char *many)
{
    char number[32];
    if (count)
        fprintf(out, "%s %s; ", format_count(number, count), count == 1 ? one : many);
}

char *report_losses(const struct report *report)
{
    const struct reader_losses *losses = report->losses;
    char *text;
    size_t size;
    FILE *out = memory_stream(&text, &size);
    put_loss(out, losses->lost_events, "event was lost while recording", "events were lost while recording");
    put_loss(out, losses->overwritten, "packet of older events was overwritten by newer ones",
             "packets of older events were overwritten by newer ones");
    put_loss(out, losses->lost_packets - losses->overwritten, "packet of events was lost while recording", "packets of events were lost while recording");
    put_loss(out, losses->unreadable, "event could not be read", "events could not be read");
    if (losses->truncated)
        fputs("the recording breaks off in the middle; ", out);
    if (losses->trouble)
        fprintf(out, "%s; ", losses->trouble);
    fclose(out);
    text[size >= 2 ? size - 2 : 0] = '\0'; /* the last semicolon */
    return text;
}

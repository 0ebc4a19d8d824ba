/* SPDX-License-Identifier: MIT */
/* How thrum check tells what is found. */
#include "config.h"
#include "check/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cmd/die.h"
#include "cmd/output.h"
#include "render/text.h"
#include "base/memory.h"

static bool is_text(const struct answer *answer)
{
    return answer->renderer == &render_text;
}

static struct report report_of(const struct answer *answer)
{
    static const struct model_totals totals;
    static const struct reader_losses losses;
    return (struct report){.totals = &totals, .losses = &losses, .findings = &answer->log->findings};
}

/* The object as it is by now, in place of the one that is there. */
static void write_file(const struct answer *answer)
{
    struct report report = report_of(answer);
    struct output output;
    output_open(&output, answer->path);
    answer->renderer->report(output.file, &report, &(struct render_options){0});
    output_close(&output);
}

void answer_begin(struct answer *answer)
{
    if (!is_text(answer)) {
        if (answer->path)
            write_file(answer);
        return;
    }
    answer->paper.out = answer->path ? fopen(answer->path, "we") : stderr;
    if (!answer->paper.out)
        die("%s: can't write there: %s", answer->path, strerror(errno));
    answer->paper.colour = colour_wanted(answer->colour, answer->paper.out);
}

void answer_finding(struct answer *answer)
{
    answer_finding_at(answer, answer->log->findings.count - 1);
}

void answer_finding_at(struct answer *answer, size_t index)
{
    struct finding *finding = &answer->log->findings.at[index];
    if (suppressions_apply(answer->suppressions, finding) && is_text(answer))
        return;
    if (is_text(answer)) {
        text_finding(&answer->paper, finding, 0, 0);
        fputc('\n', answer->paper.out);
        fflush(answer->paper.out);
    } else if (answer->path) {
        write_file(answer);
    }
}

static void note_losses(struct check_log *log)
{
    if (log->unreadable)
        findings_note(&log->findings, memory_format("%zu lines of the checker could not be read", (size_t)log->unreadable));
}

size_t answer_end(struct answer *answer)
{
    struct report report = report_of(answer);
    note_losses(answer->log);
    suppressions_tell(answer->suppressions, &answer->log->findings);
    size_t problems = report_problems(&report);
    if (!is_text(answer) && answer->path)
        write_file(answer);
    else if (!is_text(answer))
        answer->renderer->report(stderr, &report, &(struct render_options){0});
    else if (problems > 0 || report.findings->note_count > 0)
        text_end(&answer->paper, &report);
    if (is_text(answer) && answer->path)
        fclose(answer->paper.out);
    return problems;
}

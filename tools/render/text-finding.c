/* SPDX-License-Identifier: MIT */
/*
 * One finding for people: the verdict, a table of who holds and wants what (all that one needs at first), then each
 * thread with its calls, the locks with their births, why it is certain, and what to do.
 */
#include "config.h"
#include "render/text.h"

#include <stdlib.h>
#include <string.h>
#include "base/hosts.h"
#include "base/memory.h"

static size_t max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* How a finding is told: of threads that stand still, or of what they did one after the other. */
struct words {
    const char *holds, *wants; /* "holds", "waits for" */
    const char *when;          /* "since" */
};

static const struct words standing = {"holds", "waits for", "since"};
static const struct words passing = {"took", "then took", "at"};

static const struct words *words_of(const struct finding *finding)
{
    return finding->kind == FINDING_lock_order ? &passing : &standing;
}

static enum ink ink_of(enum finding_certainty certainty)
{
    static const enum ink inks[] = {
        [CERTAINTY_happened] = INK_happened,
        [CERTAINTY_feasible] = INK_feasible,
        [CERTAINTY_potential] = INK_potential,
        [CERTAINTY_infeasible] = INK_infeasible,
    };
    return inks[certainty];
}

/* One that is waited for to end; of a thread that something else was done to, the verb says what. */
static bool is_thread(const struct finding_object *object)
{
    return !object->verb && strcmp(object->kind, "thread") == 0;
}

static bool is_there(const struct finding_object *object)
{
    return object->kind[0] != 0;
}

static const char *verb_of(const struct finding *finding, const struct finding_object *object, bool wanted)
{
    return object->verb ? object->verb : wanted ? words_of(finding)->wants : words_of(finding)->holds;
}

/* --- what objects are called --- */

/* The i-th object of a finding: of each step what it holds, then what it wants. */
static const struct finding_object *object_at(const struct finding *finding, size_t i)
{
    const struct finding_step *step = &finding->steps[i / 2];
    return i % 2 ? &step->wants : &step->holds;
}

static bool is_name_shared(const struct finding *finding, const struct finding_object *object)
{
    for (size_t i = 0; i < 2 * finding->step_count; i++) {
        const struct finding_object *other = object_at(finding, i);
        if (strcmp(other->name, object->name) == 0 && strcmp(other->object, object->object) != 0)
            return true;
    }
    return false;
}

/* Its name, its label where it has none, both where another has the same name; to be freed. */
static char *label_of(const struct finding *finding, const struct finding_object *object)
{
    if (!object->name[0])
        return memory_text(object->object);
    if (is_name_shared(finding, object))
        return memory_format("%s (%s)", object->name, object->object);
    return memory_text(object->name);
}

/* --- the table --- */

/* "waits for" "forks[1]" "" */
struct cell {
    const char *before;
    char *label;
    const char *after;
};

/* What a thread wants of an object beside having it: "main waits for worker to end", "holds table to read". */
static const char *after_of(const struct finding_object *object)
{
    if (is_thread(object))
        return " to end";
    return !object->mode ? "" : strcmp(object->mode, "read") == 0 ? " to read" : " to write";
}

static struct cell held_cell(const struct finding *finding, const struct finding_step *step)
{
    if (is_thread(&step->holds))
        return (struct cell){"has to end", memory_text(""), ""};
    return (struct cell){verb_of(finding, &step->holds, false), label_of(finding, &step->holds), after_of(&step->holds)};
}

static struct cell wanted_cell(const struct finding *finding, const struct finding_step *step)
{
    return (struct cell){verb_of(finding, &step->wants, true), label_of(finding, &step->wants), after_of(&step->wants)};
}

static size_t cell_width(const struct cell *cell)
{
    return paper_width(cell->before) + 1 + paper_width(cell->label) + paper_width(cell->after);
}

/* Writes the cell, and spaces up to a width; frees its label. */
static void put_cell(const struct paper *paper, struct cell cell, size_t width)
{
    size_t taken = cell_width(&cell);
    fprintf(paper->out, "%s ", cell.before);
    paper_put(paper, INK_object, cell.label);
    fprintf(paper->out, "%s%*s", cell.after, (int)(width > taken ? width - taken : 0), "");
    free(cell.label);
}

static void put_table(const struct paper *paper, const struct finding *finding)
{
    size_t thread_width = 0, held_width = 0;
    for (size_t i = 0; i < finding->step_count; i++) {
        struct cell held = held_cell(finding, &finding->steps[i]);
        thread_width = max(thread_width, paper_width(finding->steps[i].thread));
        held_width = max(held_width, cell_width(&held));
        free(held.label);
    }
    for (size_t i = 0; i < finding->step_count; i++) {
        const struct finding_step *step = &finding->steps[i];
        fputs("    ", paper->out);
        paper_put_padded(paper, INK_thread, step->thread, thread_width + 3);
        if (is_there(&step->holds))
            put_cell(paper, held_cell(finding, step), is_there(&step->wants) ? held_width + 3 : 0);
        if (is_there(&step->wants))
            put_cell(paper, wanted_cell(finding, step), 0);
        fputc('\n', paper->out);
    }
    fputc('\n', paper->out);
}

/* --- the threads --- */

/* When a trace begins, and when recording stopped (0: not known). */
struct span {
    int64_t begin_ns, stopped_ns;
};

/* " since +104.210 ms, for 1.895 s" */
static void put_time(const struct paper *paper, const char *when, int64_t ns, struct span span, bool lasting)
{
    char from[32], lasted[32], text[96];
    if (ns < span.begin_ns)
        return;
    format_moment(from, ns - span.begin_ns);
    if (lasting && span.stopped_ns > ns)
        snprintf(text, sizeof(text), " %s +%s, for %s", when, from, format_duration(lasted, span.stopped_ns - ns));
    else
        snprintf(text, sizeof(text), " %s +%s", when, from);
    paper_put(paper, INK_aside, text);
}

static void put_stack(const struct paper *paper, const struct finding_object *object)
{
    for (size_t i = 0; i < object->stack_count; i++) {
        fputs("        ", paper->out);
        paper_put(paper, INK_plain, object->stack[i].text);
        fputc('\n', paper->out);
    }
}

/* Who holds what this thread waits for; NULL where the finding doesn't tell, or where it is past. */
static const struct finding_step *holder_of(const struct finding *finding, const struct finding_object *object)
{
    if (finding->certainty != CERTAINTY_happened || is_thread(object))
        return NULL;
    for (size_t i = 0; i < finding->step_count; i++)
        if (strcmp(finding->steps[i].holds.object, object->object) == 0)
            return &finding->steps[i];
    return NULL;
}

static void put_holder(const struct paper *paper, const struct finding_step *holder)
{
    fputs(" (held by ", paper->out);
    paper_put(paper, INK_thread, holder->thread);
    fputc(')', paper->out);
}

/* What a thread holds or wants, since when, and the calls where it took it or waits for it. */
static void put_object(const struct paper *paper, const struct finding *finding, const struct finding_object *object,
                       bool wanted, struct span span)
{
    const struct words *words = words_of(finding);
    const struct finding_step *holder = wanted ? holder_of(finding, object) : NULL;
    char *label = label_of(finding, object);
    fprintf(paper->out, "    %s ", verb_of(finding, object, wanted));
    /* Labels that aren't names alone say the kind themselves: "mutex 7", "Python lock 12". */
    if (!strchr(label, ' '))
        fprintf(paper->out, "%s ", object->kind);
    paper_put(paper, INK_object, label);
    fputs(after_of(object), paper->out);
    if (holder)
        put_holder(paper, holder);
    put_time(paper, object->verb ? "at" : words->when, object->since_ns, span, wanted && finding->certainty == CERTAINTY_happened);
    fputc('\n', paper->out);
    put_stack(paper, object);
    free(label);
}

static bool several_processes(const struct finding *finding)
{
    for (size_t i = 1; i < finding->step_count; i++)
        if (finding->steps[i].pid != finding->steps[0].pid)
            return true;
    return false;
}

/* Its name says it already; or it has no id: it is of the process that this one was forked from. */
static bool is_named_by_id(const struct finding_step *step)
{
    char text[HOSTS_TEXT];
    return hosts_own(step->tid) == 0 ||
           (strncmp(step->thread, "thread ", 7) == 0 && strcmp(step->thread + 7, hosts_text(text, step->tid)) == 0);
}

static void put_thread(const struct paper *paper, const struct finding *finding, const struct finding_step *step, struct span span)
{
    char ids[2 * HOSTS_TEXT], pid[HOSTS_TEXT];
    if (several_processes(finding))
        snprintf(ids, sizeof(ids), " (process %s, thread %d)", hosts_text(pid, step->pid), (int)hosts_own(step->tid));
    else
        snprintf(ids, sizeof(ids), " (thread %s)", hosts_text(pid, step->tid));
    if (is_named_by_id(step))
        ids[0] = '\0';
    fputs("  ", paper->out);
    paper_put(paper, INK_thread, step->thread);
    paper_put(paper, INK_aside, ids);
    fputc('\n', paper->out);
    if (is_there(&step->holds) && !is_thread(&step->holds))
        put_object(paper, finding, &step->holds, false, span);
    if (is_there(&step->wants))
        put_object(paper, finding, &step->wants, true, span);
    fputc('\n', paper->out);
}

/* --- the locks --- */

static bool is_first_mention(const struct finding *finding, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(object_at(finding, j)->object, object_at(finding, i)->object) == 0)
            return false;
    return true;
}

/* Births are "pool_new (pool.c:12)" or, of static variables, "pool.c:3" or "libpool.so". */
static const char *birth_words(const char *birth)
{
    return strpbrk(birth, "(+") ? "made in" : strchr(birth, ':') ? "defined at" : "defined in";
}

static void put_birth(const struct paper *paper, const struct finding *finding, const struct finding_object *object, size_t width)
{
    char *label = label_of(finding, object);
    char *birth = memory_format("%s %s %s", object->kind, birth_words(object->birth), object->birth);
    fputs("  ", paper->out);
    paper_put_padded(paper, INK_object, label, width + 3);
    paper_put(paper, INK_plain, birth);
    fputc('\n', paper->out);
    free(birth);
    free(label);
}

static bool has_birth_to_tell(const struct finding *finding, size_t i)
{
    const struct finding_object *object = object_at(finding, i);
    return is_there(object) && object->birth[0] && !is_thread(object) && is_first_mention(finding, i);
}

static void put_births(const struct paper *paper, const struct finding *finding)
{
    size_t width = 0;
    for (size_t i = 0; i < 2 * finding->step_count; i++) {
        char *label = label_of(finding, object_at(finding, i));
        width = has_birth_to_tell(finding, i) ? max(width, paper_width(label)) : width;
        free(label);
    }
    for (size_t i = 0; i < 2 * finding->step_count; i++)
        if (has_birth_to_tell(finding, i))
            put_birth(paper, finding, object_at(finding, i), width);
    if (width)
        fputc('\n', paper->out);
}

/* --- the finding --- */

static void put_labelled(const struct paper *paper, const char *label, const char *text)
{
    enum { COLUMN = 8 };
    if (!text[0])
        return;
    fputs("  ", paper->out);
    paper_put_padded(paper, INK_label, label, COLUMN - 2);
    paper_paragraph(paper, INK_plain, text, COLUMN, COLUMN);
}

/* "first waits for lock_b, second for lock_a" */
static char *standstill(const struct finding *finding)
{
    char *sentence = memory_text("now");
    for (size_t i = 0; i < finding->step_count; i++) {
        char *label = label_of(finding, &finding->steps[i].wants), *before = sentence;
        sentence = memory_format("%s%s %s %s %s%s", before, !i ? "" : i + 1 < finding->step_count ? "," : " and",
                                 finding->steps[i].thread, i ? "for" : "waits for", label, after_of(&finding->steps[i].wants));
        free(before);
        free(label);
    }
    return sentence;
}

/* The schedule, a numbered line for each move. */
static void put_moves(const struct paper *paper, const struct finding *finding)
{
    enum { COLUMN = 8, MOVES_SHOWN = 24 };
    char number[32];
    for (size_t i = 0; i <= finding->move_count && finding->move_count; i++) {
        bool last = i == finding->move_count;
        if (i >= MOVES_SHOWN && !last)
            continue;
        const struct finding_move *move = &finding->moves[last ? 0 : i];
        char *text = last ? standstill(finding) : memory_format("%s %s", move->thread, move->text);
        fputs("  ", paper->out);
        paper_put_padded(paper, INK_label, i ? "" : "how", COLUMN - 2);
        snprintf(number, sizeof number, "%zu. ", i + 1);
        paper_put(paper, INK_label, number);
        paper_paragraph(paper, INK_plain, text, COLUMN + strlen(number), COLUMN + strlen(number));
        free(text);
    }
}

void text_finding(const struct paper *paper, const struct finding *finding, int64_t begin_ns, int64_t stopped_ns)
{
    char *verdict = memory_format("%s (%s)", finding_kind_word(finding->kind), finding_certainty_word(finding->certainty));
    paper_put(paper, ink_of(finding->certainty), verdict);
    fputs(": ", paper->out);
    paper_paragraph(paper, INK_thread, finding->message, strlen(verdict) + 2, 4);
    fputc('\n', paper->out);
    put_table(paper, finding);
    for (size_t i = 0; i < finding->step_count; i++)
        put_thread(paper, finding, &finding->steps[i], (struct span){begin_ns, stopped_ns});
    put_births(paper, finding);
    put_labelled(paper, "why", finding->reason);
    put_moves(paper, finding);
    put_labelled(paper, "help", finding->advice);
    put_labelled(paper, "id", finding->id);
    free(verdict);
}

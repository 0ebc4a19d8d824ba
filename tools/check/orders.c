/* SPDX-License-Identifier: MIT */
/* The search for circles: from each order of this run, the shortest first, bounded in length and steps. */
#include "config.h"
#include "check/orders.h"

#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

enum { LENGTH_MAX = 8, STEPS_MAX = 1000000, FINDINGS_MAX = 1000 };

struct order_seen *orders_add(struct orders *orders)
{
    orders->at = memory_grow(orders->at, orders->count + 1, &orders->capacity, sizeof(*orders->at));
    struct order_seen *seen = &orders->at[orders->count++];
    *seen = (struct order_seen){0};
    return seen;
}

void orders_free(struct orders *orders)
{
    for (size_t i = 0; i < orders->count; i++) {
        struct order_seen *seen = &orders->at[i];
        free(seen->from), free(seen->to), free(seen->from_object), free(seen->to_object), free(seen->from_calls);
        free(seen->to_calls), free(seen->gates), free(seen->program), free(seen->thread);
    }
    free(orders->at);
}

/* --- what may be at once --- */

/* Whether a text of lines has this one, of so many characters. */
static bool has_line(const char *lines, const char *line, size_t length)
{
    for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n')
        if (strcspn(lines, "\n") == length && strncmp(lines, line, length) == 0)
            return true;
    return false;
}

static bool share_a_gate(const struct order_seen *first, const struct order_seen *second)
{
    for (const char *gate = first->gates; *gate; gate += strcspn(gate, "\n"), gate += *gate == '\n')
        if (has_line(second->gates, gate, strcspn(gate, "\n")))
            return true;
    return has_line(second->gates, first->from, strlen(first->from)) || has_line(first->gates, second->from, strlen(second->from));
}

static bool same_thread(const struct order_seen *first, const struct order_seen *second)
{
    return first->earlier == second->earlier && first->pid == second->pid && first->tid == second->tid;
}

static bool can_be_at_once(const struct order_seen *first, const struct order_seen *second)
{
    return !same_thread(first, second) && strcmp(first->from, second->from) != 0 && !share_a_gate(first, second);
}

/* Whether who wants waits for who holds. */
static bool waits_for(const struct order_seen *wanting, const struct order_seen *holding)
{
    return strcmp(wanting->to, holding->from) == 0 && !(wanting->to_read && holding->from_read);
}

/* --- the search --- */

enum { CHAINS = 4096 };

struct search {
    const struct orders *orders;
    size_t heads[CHAINS], *next; /* orders by where they begin: one more than the index, 0 at the end */
    const struct order_seen *path[LENGTH_MAX];
    size_t length, limit, steps;
};

static size_t chain_of(const char *class)
{
    size_t hash = 5381;
    for (; *class; class++)
        hash = hash * 33 + (unsigned char)*class;
    return hash % CHAINS;
}

static void link_orders(struct search *search)
{
    search->next = memory_new(search->orders->count + 1, sizeof(*search->next));
    for (size_t i = search->orders->count; i > 0; i--) {
        size_t *head = &search->heads[chain_of(search->orders->at[i - 1].from)];
        search->next[i - 1] = *head;
        *head = i;
    }
}

static bool fits(const struct search *search, const struct order_seen *next)
{
    if (!waits_for(search->path[search->length - 1], next))
        return false;
    for (size_t i = 0; i < search->length; i++)
        if (!can_be_at_once(search->path[i], next))
            return false;
    return true;
}

/* One process with the very same locks: the checker in it knows more. */
static bool is_judged(const struct search *search)
{
    for (size_t i = 0; i < search->length; i++) {
        const struct order_seen *seen = search->path[i], *next = search->path[(i + 1) % search->length];
        if (seen->earlier || seen->pid != next->pid || seen->to_address != next->from_address)
            return false;
    }
    return true;
}

static bool find(struct search *search)
{
    if (waits_for(search->path[search->length - 1], search->path[0]) && search->length > 1 && !is_judged(search))
        return true;
    if (search->length == search->limit)
        return false;
    for (size_t i = search->heads[chain_of(search->path[search->length - 1]->to)]; i > 0 && search->steps > 0; i = search->next[i - 1]) {
        search->steps--;
        if (!fits(search, &search->orders->at[i - 1]))
            continue;
        search->path[search->length++] = &search->orders->at[i - 1];
        if (find(search))
            return true;
        search->length--;
    }
    return false;
}

/* --- findings --- */

static void fill_object(struct finding_object *object, const char *text, const char *calls, uint64_t address, bool read, const char *class)
{
    size_t count = 0;
    object->object = memory_text(text);
    object->kind = memory_format("%.*s", (int)strcspn(text, " "), text);
    object->name = memory_text(strchr(text, ' ') && strncmp(strchr(text, ' '), " 0x", 3) != 0 ? strchr(text, ' ') + 1 : "");
    const char *made = strstr(class, " made at ");
    object->birth = memory_text(made ? made + strlen(" made at ") : "");
    object->address = address;
    object->since_ns = -1;
    if (strcmp(object->kind, "rwlock") == 0)
        object->mode = read ? "read" : "write";
    for (const char *call = calls; *call; call += strcspn(call, "\n"), call += *call == '\n')
        count++;
    object->stack = memory_new(count + 1, sizeof(*object->stack));
    for (const char *call = calls; *call; call += strcspn(call, "\n"), call += *call == '\n')
        object->stack[object->stack_count++].text = memory_format("%.*s", (int)strcspn(call, "\n"), call);
}

static void fill_step(struct finding_step *step, const struct order_seen *seen)
{
    step->pid = seen->pid;
    step->tid = seen->tid;
    step->thread = memory_format("%s of %s%s", seen->thread, seen->program, seen->earlier ? ", earlier" : "");
    fill_object(&step->holds, seen->from_object, seen->from_calls, seen->from_address, seen->from_read, seen->from);
    fill_object(&step->wants, seen->to_object, seen->to_calls, seen->to_address, seen->to_read, seen->to);
}

/* The same in whatever order the circle was found. */
static char *id_of(const struct search *search)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < search->length; i++) {
        uint64_t hash = 0xcbf29ce484222325u;
        const char *texts[] = {search->path[i]->from, search->path[i]->to};
        for (int j = 0; j < 2; j++)
            for (const char *at = texts[j]; *at; at++)
                hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
        sum += hash;
    }
    return memory_format("lock-order-class-%08x", (unsigned)(sum ^ sum >> 32));
}

static bool is_known(const struct findings *findings, const char *id)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->at[i].id, id) == 0)
            return true;
    return false;
}

static void tell(const struct search *search, struct findings *findings)
{
    char *id = id_of(search);
    if (is_known(findings, id)) {
        free(id);
        return;
    }
    struct finding *finding = findings_add(findings);
    finding->id = id;
    finding->kind = FINDING_lock_order;
    finding->certainty = CERTAINTY_potential;
    finding->message = memory_text("locks of these places are taken in opposite orders, though not the very same locks by one process");
    finding->reason = memory_text("all locks that are made at one place are taken for one here, and threads of other runs for threads that "
                                  "may run at the same time");
    finding->advice = memory_text(finding_kind_advice(FINDING_lock_order));
    finding->step_count = search->length;
    finding->steps = memory_new(search->length, sizeof(*finding->steps));
    for (size_t i = 0; i < search->length; i++)
        fill_step(&finding->steps[i], search->path[i]);
}

void orders_find(const struct orders *orders, struct findings *findings)
{
    struct search search = {.orders = orders, .steps = STEPS_MAX};
    size_t before = findings->count;
    link_orders(&search);
    for (size_t i = 0; i < orders->count && findings->count - before < FINDINGS_MAX; i++) {
        if (orders->at[i].earlier || strcmp(orders->at[i].from, orders->at[i].to) == 0)
            continue;
        for (search.limit = 2; search.limit <= LENGTH_MAX && search.steps > 0; search.limit *= 2) {
            search.path[0] = &orders->at[i];
            search.length = 1;
            if (find(&search)) {
                tell(&search, findings);
                break;
            }
        }
    }
    free(search.next);
    if (search.steps == 0)
        findings_note(findings, memory_text("the search for circles of lock classes was cut short: not all were examined"));
}

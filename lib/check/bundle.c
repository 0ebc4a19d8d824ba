/* SPDX-License-Identifier: MIT */
/* Bundles: made from what a thread holds, found again by a hash of that, dissolved as their locks end. */
#include "check/bundle.h"

#include "check/heap.h"
#include "check/wire.h"

enum { CHAINS = 1 << 10 };
struct bundle_limit bundle_limit = {.free = 64, .each = 2};

/* Each in the graph is in one of these: by hash, or with the others that a thread can't hold again. */
static struct bundle *chains[CHAINS], *past;
static uint32_t count;

static void enter_list(struct bundle *bundle, struct bundle **list)
{
    bundle->next = *list;
    bundle->link = list;
    if (bundle->next)
        bundle->next->link = &bundle->next;
    *list = bundle;
}

static void leave_list(const struct bundle *bundle)
{
    *bundle->link = bundle->next;
    if (bundle->next)
        bundle->next->link = bundle->link;
}

void bundle_ref(struct bundle *bundle)
{
    if (bundle)
        bundle->references++;
}

void bundle_unref(struct bundle *bundle)
{
    while (bundle && --bundle->references == 0) {
        struct bundle *below = bundle->below;

        heap_give(bundle, sizeof(*bundle));
        bundle = below;
    }
}

const struct record_object *bundle_find(const struct bundle *bundle, uint64_t object)
{
    for (; bundle; bundle = bundle->below)
        for (uint32_t i = 0; i < bundle->held_count; i++)
            if (bundle->held[i].object == object)
                return &bundle->held[i];
    return NULL;
}

static uint64_t hash_of(const struct check_thread *self, uint32_t groups)
{
    return check_mix(self->held[groups * BUNDLE - 1].path, self->serial + ((uint64_t)order_forks << 48));
}

static struct bundle *find(uint64_t hash)
{
    struct bundle *bundle = chains[hash % CHAINS];

    while (bundle && bundle->hash != hash)
        bundle = bundle->next;
    return bundle;
}

/* --- taking them out of the graph --- */

static void leave_graph(struct bundle *bundle)
{
    graph_remove(&check_state.graph, bundle->node, order_drop_edge);
    leave_list(bundle);
    count--;
    bundle->node = NULL;
    bundle_unref(bundle);
}

/* What an edge out of a bundle says, said of one of those that lead into it. */
static void hand_down(const struct edge *edge, struct node *from)
{
    bool fresh;
    struct edge *instead = graph_edge(&check_state.graph, from, edge->to, &fresh);

    for (const struct witness *witness = instead ? edge->witnesses : NULL; witness; witness = witness->next)
        order_witness(instead, witness->record, witness->record->held_count);
}

static void dissolve(struct bundle *bundle)
{
    for (const struct edge *out = bundle->node->out; out; out = out->next_out)
        for (const struct edge *in = bundle->node->in; in; in = in->next_in)
            hand_down(out, in->from);
    leave_graph(bundle);
}

static bool is_only_way(const struct edge *edge)
{
    return edge->to->bundle && edge->to->in == edge && !edge->next_in;
}

/* Nothing leads into it any more but what goes now; so it goes, and those that only it leads into. */
static void remove_unreached(struct node *first)
{
    first->listed = NULL;
    for (struct node *node = first, *pending; node; node = pending) {
        pending = node->listed;
        for (const struct edge *edge = node->out; edge; edge = edge->next_out)
            if (is_only_way(edge)) {
                edge->to->listed = pending;
                pending = edge->to;
            }
        leave_graph(node->bundle);
    }
}

static struct node *put_past(struct node *node, struct node *pending)
{
    struct bundle *bundle = node->bundle;

    if (!bundle || bundle->is_past)
        return pending;
    bundle->is_past = true;
    leave_list(bundle);
    enter_list(bundle, &past);
    node->listed = pending;
    return node;
}

/* One of the locks that it stands for ended: nobody will hold just that again, nor with more above it. */
static void make_past(struct node *first)
{
    for (struct node *pending = put_past(first, NULL); pending; ) {
        const struct node *node = pending;

        pending = node->listed;
        for (const struct edge *edge = node->out; edge; edge = edge->next_out)
            pending = put_past(edge->to, pending);
    }
}

void bundle_leaves(struct node *node)
{
    for (const struct edge *edge = node->out, *next; edge; edge = next) {
        next = edge->next_out;
        if (is_only_way(edge))
            remove_unreached(edge->to);
        else if (edge->to->bundle)
            make_past(edge->to);
    }
}

/* --- making them --- */

static void link_to(struct node *from, struct node *to)
{
    bool fresh;

    if (from)
        graph_edge(&check_state.graph, from, to, &fresh);
}

/* Puts what counts into the bundle; false where that isn't known yet of one of them. */
static bool fill(struct bundle *bundle, const struct held *held)
{
    for (uint32_t i = 0; i < BUNDLE; i++) {
        if (held[i].depth == 0)
            return false;
        if (semaphore_is_kind(held[i].kind))
            bundle->odd++;
        else
            bundle->held[bundle->held_count++] =
                (struct record_object){held[i].object, held[i].stack, held[i].kind, held[i].mode};
    }
    return true;
}

static bool enter_graph(struct bundle *bundle)
{
    struct node *nodes[BUNDLE];

    for (uint32_t i = 0; i < bundle->held_count; i++)
        if (!(nodes[i] = order_node(&bundle->held[i])))
            return false;
    if (!(bundle->node = graph_node_apart(&check_state.graph, bundle)))
        return false;
    for (uint32_t i = 0; i < bundle->held_count; i++)
        link_to(nodes[i], bundle->node);
    if (bundle->below)
        link_to(bundle->below->node, bundle->node);
    return true;
}

static bool is_room(void)
{
    uint32_t limit = bundle_limit.free + bundle_limit.each * check_state.graph.node_count;

    if (count >= limit && past)
        dissolve(past);
    return count < limit;
}

static struct bundle *make(const struct check_thread *self, uint32_t groups, struct bundle *below)
{
    struct bundle *bundle = is_room() ? heap_take(sizeof(*bundle)) : NULL;

    if (!bundle)
        return NULL;
    bundle->references = 1;
    bundle->groups = groups;
    bundle->odd = below ? below->odd : 0;
    bundle->hash = hash_of(self, groups);
    bundle->below = below;
    if (!fill(bundle, &self->held[(groups - 1) * BUNDLE]) || !enter_graph(bundle)) {
        heap_give(bundle, sizeof(*bundle));
        return NULL;
    }
    bundle_ref(below);
    enter_list(bundle, &chains[bundle->hash % CHAINS]);
    count++;
    return bundle;
}

struct bundle *bundle_of(struct check_thread *self)
{
    uint32_t most = held_count(self) / BUNDLE, groups;
    struct bundle *bundle = NULL, *next;

    /* Who reads orders from outside reads pairs. */
    if (most < 2 || wire_orders_wanted())
        return NULL;
    for (groups = most - 1; groups > 0 && !(bundle = find(hash_of(self, groups))); groups--)
        ;
    for (; groups < most - 1 && (next = make(self, groups + 1, bundle)); groups++)
        bundle = next;
    return bundle;
}

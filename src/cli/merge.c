#include "merge.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "shard.h"

/* A report of a whole plan is the only shard of one. */
static struct shard shard_of(const struct saved_report *part)
{
    struct shard shard = { 1, 1 };
    struct strbuf ignored = STRBUF_INIT;

    if (part->shard)
        (void)shard_parse(part->shard, &shard, &ignored); /* its own word */
    strbuf_release(&ignored);
    return shard;
}

static bool is_same_plan(const struct saved_report *first,
                         const struct saved_report *other)
{
    return strcmp(first->plan.hash, other->plan.hash) == 0 &&
           first->plan.all_count == other->plan.all_count;
}

/* One that most others belong to, so that a stray one is told as that. */
static const struct saved_report *
find_typical(struct saved_report *const *parts, size_t count)
{
    const struct saved_report *typical = parts[0];
    size_t most = 0;

    for (size_t i = 0; i < count && most * 2 <= count; i++) {
        size_t alike = 0;

        for (size_t k = 0; k < count; k++)
            alike += is_same_plan(parts[i], parts[k]) &&
                     shard_of(parts[i]).count == shard_of(parts[k]).count;
        if (alike <= most)
            continue;
        most = alike;
        typical = parts[i];
    }
    return typical;
}

static bool belongs_to(const struct saved_report *first,
                       const struct saved_report *other, struct strbuf *why)
{
    unsigned count = shard_of(first).count;

    if (!is_same_plan(first, other)) {
        strbuf_addf(why, _("%s: of another plan than %s\n"), other->file,
                    first->file);
        return false;
    }
    if (shard_of(other).count == count)
        return true;
    strbuf_addf(why, _("%s: one of %u shards, but %s is one of %u\n"),
                other->file, shard_of(other).count, first->file, count);
    return false;
}

static void tell_missing(struct saved_report *const *by_number, unsigned count,
                         struct strbuf *why)
{
    for (unsigned i = 0; i < count; i++)
        if (!by_number[i])
            strbuf_addf(why, _("shard %u/%u is missing\n"), i + 1, count);
}

/* Each part in its place; false: not all are there, or not once. */
static bool put_in_order(struct saved_report *const *parts, size_t count,
                         const struct saved_report *typical,
                         struct saved_report **by_number, struct strbuf *why)
{
    unsigned shards = shard_of(typical).count;
    size_t before = why->length;

    for (size_t i = 0; i < count; i++) {
        unsigned number = shard_of(parts[i]).number;

        if (!belongs_to(typical, parts[i], why))
            continue;
        if (by_number[number - 1])
            strbuf_addf(why, _("%s: shard %u/%u is there already: %s\n"),
                        parts[i]->file, number, shards,
                        by_number[number - 1]->file);
        else
            by_number[number - 1] = parts[i];
    }
    tell_missing(by_number, shards, why);
    return why->length == before;
}

/* The number of the network called NAME, which may be a new one. */
static uint32_t network_of(struct merged_round *round,
                           const struct network *network)
{
    size_t count = round->plan.network_count;

    for (size_t i = 0; i < count; i++)
        if (!strcmp(round->networks[i].name, network->name))
            return (uint32_t)i;
    round->networks =
        xreallocarray(round->networks, count + 1, sizeof(*round->networks));
    round->workers =
        xreallocarray(round->workers, count + 1, sizeof(*round->workers));
    round->networks[count] = *network;
    round->workers[count] = 0;
    round->plan.network_count = count + 1;
    return (uint32_t)count;
}

static int by_number(const void *left, const void *right)
{
    const struct result *const *first = left;
    const struct result *const *second = right;
    uint32_t number = (*first)->endpoint->number;
    uint32_t other = (*second)->endpoint->number;

    return (number > other) - (number < other);
}

/* The results of all parts, each with an endpoint of the merged plan. */
static void gather_results(struct merged_round *round,
                           struct saved_report *const *parts, size_t count)
{
    size_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += parts[i]->result_count;
    round->results = xcalloc(total, sizeof(struct result *));
    round->endpoints = xcalloc(total, sizeof(*round->endpoints));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < parts[i]->result_count; k++)
            round->results[round->result_count++] = parts[i]->results[k];
    if (total)
        qsort(round->results, total, sizeof(struct result *), by_number);
}

/* Each part says when it began; the first of them begins the round. */
static void move_in_time(const struct merged_round *round,
                         const struct saved_report *part)
{
    int64_t later_us = part->started_at_us - round->started_at_us;

    for (size_t i = 0; i < part->result_count; i++) {
        if (!part->results[i]->began_us)
            continue;
        part->results[i]->began_us += later_us;
        part->results[i]->ended_us += later_us;
    }
}

/*
 * Networks are the same where their names are. Each machine has workers of its
 * own, so they add up, and those of a later part get the numbers behind.
 */
static void number_networks(struct merged_round *round,
                            const struct saved_report *part)
{
    size_t count = part->plan.network_count;
    uint32_t *numbers = xcalloc(count, sizeof(*numbers));

    for (size_t i = 0; i < count; i++)
        numbers[i] = network_of(round, &part->plan.networks[i]);
    for (size_t i = 0; i < part->result_count; i++) {
        uint32_t *network = &part->endpoints[i].network;

        *network = numbers[*network];
        if (part->results[i]->worker >= 0)
            part->results[i]->worker += (int)round->workers[*network];
    }
    for (size_t i = 0; i < count; i++) {
        round->workers[numbers[i]] += part->workers[i];
        round->networks[numbers[i]].workers = round->workers[numbers[i]];
    }
    free(numbers);
}

static void settle_endpoints(struct merged_round *round)
{
    for (size_t i = 0; i < round->result_count; i++) {
        round->endpoints[i] = *round->results[i]->endpoint;
        round->results[i]->endpoint = &round->endpoints[i];
        round->results[i]->index = i;
    }
    round->plan.endpoints = round->endpoints;
    round->plan.endpoint_count = round->result_count;
    round->plan.networks = round->networks;
}

static int64_t elapsed_of(const struct merged_round *round,
                          struct saved_report *const *parts, size_t count)
{
    int64_t end_us = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t part_us = parts[i]->started_at_us - round->started_at_us +
                          parts[i]->elapsed_us;

        if (part_us > end_us)
            end_us = part_us;
    }
    return end_us;
}

static void add_up(struct merged_round *round,
                   struct saved_report *const *parts, size_t count)
{
    struct summarizer *summarizer =
        summarizer_create(round->networks, round->plan.network_count);

    for (size_t i = 0; i < round->result_count; i++)
        summarizer_add(summarizer, round->results[i]);
    summarizer_finish(summarizer, elapsed_of(round, parts, count),
                      round->workers, &round->summary);
    summarizer_destroy(summarizer);
    /* Which check opened how many is not in a report, only their sum. */
    for (size_t i = 0; i < count; i++) {
        round->summary.connections_opened += parts[i]->connections_opened;
        round->summary.connections_reused += parts[i]->connections_reused;
    }
}

/* PARTS are complete and in order. */
static void merge(struct saved_report *const *parts, size_t count,
                  struct merged_round *round)
{
    *round = (struct merged_round){ .plan = parts[0]->plan,
                                    .engine = parts[0]->engine,
                                    .started_at_us = parts[0]->started_at_us };
    round->plan.network_count = 0;
    for (size_t i = 1; i < count; i++)
        if (parts[i]->started_at_us < round->started_at_us)
            round->started_at_us = parts[i]->started_at_us;
    for (size_t i = 0; i < count; i++) {
        move_in_time(round, parts[i]);
        number_networks(round, parts[i]);
    }
    gather_results(round, parts, count);
    settle_endpoints(round);
    add_up(round, parts, count);
}

bool merge_reports(struct saved_report *const *parts, size_t count,
                   struct merged_round *round, struct strbuf *why)
{
    const struct saved_report *typical = find_typical(parts, count);
    struct saved_report **by_number =
        xcalloc(shard_of(typical).count, sizeof(struct saved_report *));
    bool are_complete = put_in_order(parts, count, typical, by_number, why);

    *round = (struct merged_round){ 0 };
    if (are_complete)
        merge(by_number, count, round);
    free(by_number);
    return are_complete;
}

void merged_round_release(struct merged_round *round)
{
    free(round->results);
    free(round->endpoints);
    free(round->networks);
    free(round->workers);
    summary_release(&round->summary);
}

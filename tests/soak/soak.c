/*
 * Round after round in one process: soak ENGINE ROUNDS PLAN.cfg
 *
 * For each round a line of numbers: those of every outcome, in the order of
 * enum outcome, resident memory and heap in use (KiB), open descriptors. Exit 1
 * where a result was lost or came twice.
 */

#include <curl/curl.h>
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rounds/clock.h"
#include "rounds/collector.h"
#include "rounds/engine.h"
#include "rounds/order.h"
#include "rounds/plan.h"
#include "rounds/xalloc.h"

struct feed {
    const struct plan *plan;
    size_t *indices;
    size_t count;
    size_t next;
};

static bool next_endpoint(void *context, const struct endpoint **endpoint,
                          size_t *index, int64_t *expected_us)
{
    struct feed *feed = context;

    (void)expected_us; /* nobody has asked them before */

    if (feed->next == feed->count)
        return false;
    *index = feed->indices[feed->next++];
    *endpoint = &feed->plan->endpoints[*index];
    return true;
}

static size_t open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t count = 0;

    if (!folder)
        return 0;
    while (readdir(folder))
        count++;
    (void)closedir(folder);
    return count - 3; /* ".", ".." and the folder itself */
}

/* The second number of /proc/self/statm is in pages. */
static long resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128];
    char *rest = NULL;
    long resident = 0;

    if (!file)
        return 0;
    if (fgets(line, sizeof(line), file)) {
        (void)strtol(line, &rest, 10); /* the whole address space */
        resident = strtol(rest, NULL, 10);
    }
    (void)fclose(file); /* it was only read */
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void tell(const struct summary *summary)
{
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        printf("%zu ", summary->outcomes[i]);
    printf("%ld %zu %zu\n", resident_kib(), mallinfo2().uordblks / 1024,
           open_descriptors());
    fflush(stdout);
}

static void run_networks(const struct plan *plan, engine_run *run,
                         struct engine_round *round, struct strbuf *notes)
{
    struct engine_network *networks =
        xcalloc(plan->network_count, sizeof(*networks));
    struct engine_network_report *reports =
        xcalloc(plan->network_count, sizeof(*reports));
    struct feed *feeds = xcalloc(plan->network_count, sizeof(*feeds));

    for (size_t i = 0; i < plan->network_count; i++) {
        feeds[i].plan = plan;
        feeds[i].indices = order_endpoints(
            plan->endpoints, plan->endpoint_count, (uint32_t)i, NULL,
            order_stretch(&plan->networks[i]), &feeds[i].count);
        networks[i] = (struct engine_network){ &plan->networks[i],
                                               next_endpoint, &feeds[i] };
    }
    round->networks = networks;
    round->network_count = plan->network_count;
    run(round, reports, notes);
    for (size_t i = 0; i < plan->network_count; i++)
        free(feeds[i].indices);
    free(feeds);
    free(reports);
    free(networks);
}

static bool run_round(const struct plan *plan, engine_run *run,
                      struct strbuf *why)
{
    int64_t began_us = clock_monotonic_us();
    struct collector *collector = collector_start(
        &(struct collector_options){
            .networks = plan->networks,
            .network_count = plan->network_count,
            .expected = plan->endpoint_count,
        },
        why);
    struct summary summary;
    struct stop stop;
    bool is_whole;

    if (!collector)
        return false;
    stop_init(&stop);
    run_networks(plan, run,
                 &(struct engine_round){
                     .sink = collector_push,
                     .sink_context = collector,
                     .stop = &stop,
                     .secrets = plan->secrets,
                 },
                 why);
    is_whole = collector_finish(collector, clock_monotonic_us() - began_us,
                                NULL, &summary, why);
    collector_destroy(collector);
    tell(&summary);
    summary_release(&summary);
    return is_whole;
}

int main(int argc, char **argv)
{
    engine_run *run = argc == 4 ? engine_find(argv[1]) : NULL;
    long rounds = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct plan *plan;
    bool is_well = true;

    if (!run || rounds < 1) {
        fprintf(stderr, "usage: soak threads|async ROUNDS PLAN.cfg\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    plan = plan_read(argv[3], &why, &warnings);
    is_well = plan != NULL;
    for (long i = 0; is_well && i < rounds; i++)
        is_well = run_round(plan, run, &why);
    fputs(why.data, stderr);
    plan_destroy(plan);
    strbuf_release(&warnings);
    strbuf_release(&why);
    curl_global_cleanup();
    return is_well ? 0 : 1;
}

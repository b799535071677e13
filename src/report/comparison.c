#include "rounds/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/secrets.h"
#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

/* With fewer origins nobody can tell a slow network from a slow endpoint. */
enum { ORIGINS_LEAST = 5 };

struct comparison {
    struct saved_report *report;
    const struct secrets *secrets; /* hidden in the names of the report */
    const struct result **before;  /* by name */
    size_t before_count;
    enum change *changes; /* by the results' order */
    size_t count;
    size_t counts[CHANGE_COUNT];
    double slowdown;
};

static int by_name(const void *left, const void *right)
{
    const struct result *const *first = left;
    const struct result *const *second = right;

    return strcmp((*first)->endpoint->name, (*second)->endpoint->name);
}

struct comparison *comparison_create(struct saved_report *report,
                                     const struct secrets *secrets)
{
    struct comparison *comparison = xcalloc(1, sizeof(*comparison));
    size_t count = report->result_count;

    comparison->report = report;
    comparison->secrets = secrets;
    comparison->slowdown = 1;
    comparison->before = xcalloc(count, sizeof(const struct result *));
    for (size_t i = 0; i < count; i++)
        comparison->before[i] = report->results[i];
    comparison->before_count = count;
    if (count)
        qsort(comparison->before, count, sizeof(const struct result *),
              by_name);
    return comparison;
}

struct comparison *comparison_read(const char *file,
                                   const struct secrets *secrets,
                                   struct strbuf *why)
{
    struct saved_report *report = saved_report_read(file, why);

    return report ? comparison_create(report, secrets) : NULL;
}

void comparison_destroy(struct comparison *comparison)
{
    if (!comparison)
        return;
    free(comparison->before);
    free(comparison->changes);
    saved_report_destroy(comparison->report);
    free(comparison);
}

static const struct result *find(const struct comparison *comparison,
                                 const char *name)
{
    const struct endpoint endpoint = { .name = name };
    const struct result wanted = { .endpoint = &endpoint };
    const struct result *key = &wanted;
    const struct result **found =
        comparison->before_count
            ? bsearch(&key, comparison->before, comparison->before_count,
                      sizeof(const struct result *), by_name)
            : NULL;

    return found ? *found : NULL;
}

const struct result *comparison_before(const struct comparison *comparison,
                                       const char *name)
{
    struct strbuf shown = STRBUF_INIT;
    const struct result *before;

    if (!comparison)
        return NULL;
    secrets_hide(comparison->secrets, name, strlen(name), &shown);
    before = find(comparison, shown.data);
    strbuf_release(&shown);
    return before;
}

static bool is_failed(const struct result *result)
{
    return result->outcome == OUTCOME_UNHEALTHY ||
           result->outcome == OUTCOME_UNREACHABLE;
}

static int64_t happened_us(int64_t phase_us)
{
    return phase_us > 0 ? phase_us : 0;
}

static int64_t connecting_us(const struct timings *timings)
{
    return happened_us(timings->dns_us) + happened_us(timings->connect_us) +
           happened_us(timings->tls_us);
}

/* How long an endpoint took in two rounds, where both can be compared. */
struct spans {
    int64_t before_us;
    int64_t now_us;
};

/*
 * Which check of an origin pays for the connection that the others reuse is
 * chance: where only one of the two did, connecting is left out of both. False:
 * one of them did not pass.
 */
static bool pair_up(const struct comparison *comparison,
                    const struct result *result, struct spans *spans)
{
    const struct result *before =
        comparison_before(comparison, result->endpoint->name);

    if (!before || !result_is_passed(before) || !result_is_passed(result))
        return false;
    spans->before_us = before->timings.total_us;
    spans->now_us = result->timings.total_us;
    if (before->connection_reused != result->connection_reused) {
        spans->before_us -= connecting_us(&before->timings);
        spans->now_us -= connecting_us(&result->timings);
    }
    return spans->before_us > 0 && spans->now_us > 0;
}

/* By how much an endpoint is slower, and whose it is. */
struct ratio {
    const char *origin; /* the beginning of a URL */
    size_t length;
    double value;
};

static int by_value(const void *left, const void *right)
{
    const struct ratio *first = left, *second = right;

    return (first->value > second->value) - (first->value < second->value);
}

static int by_origin(const void *left, const void *right)
{
    const struct ratio *first = left, *second = right;
    size_t shorter =
        first->length < second->length ? first->length : second->length;
    int order = strncmp(first->origin, second->origin, shorter);

    if (order)
        return order;
    if (first->length != second->length)
        return first->length > second->length ? 1 : -1;
    return by_value(left, right);
}

static bool is_same_origin(const struct ratio *one, const struct ratio *other)
{
    return one->length == other->length &&
           strncmp(one->origin, other->origin, one->length) == 0;
}

static struct ratio ratio_of(const char *url, const struct spans *spans)
{
    const char *authority = strstr(url, "://");

    authority = authority ? authority + 3 : url;
    return (struct ratio){
        .origin = url,
        .length = (size_t)(authority - url) + strcspn(authority, "/?#"),
        .value = (double)spans->now_us / (double)spans->before_us,
    };
}

static size_t gather_ratios(const struct comparison *comparison,
                            struct result *const *results, size_t count,
                            struct ratio *ratios)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        struct spans spans;

        if (pair_up(comparison, results[i], &spans))
            ratios[found++] = ratio_of(results[i]->endpoint->url, &spans);
    }
    return found;
}

/* Of two in the middle the lower: half may not hide itself. */
static size_t middle(size_t count)
{
    return (count - 1) / 2;
}

/* Leaves each origin's median ratio; how many those are. */
static size_t keep_medians(struct ratio *ratios, size_t count)
{
    size_t origins = 0;

    qsort(ratios, count, sizeof(*ratios), by_origin);
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count; next++)
            if (!is_same_origin(&ratios[first], &ratios[next]))
                break;
        ratios[origins++] = ratios[first + middle(next - first)];
    }
    return origins;
}

/* By how much the network as a whole is slower: the median of the origins'. */
static double slowdown_of(const struct comparison *comparison,
                          struct result *const *results, size_t count)
{
    struct ratio *ratios = xcalloc(count, sizeof(*ratios));
    size_t found = gather_ratios(comparison, results, count, ratios);
    size_t origins = found ? keep_medians(ratios, found) : 0;
    double slowdown = 1;

    if (origins >= ORIGINS_LEAST) {
        qsort(ratios, origins, sizeof(*ratios), by_value);
        slowdown = ratios[middle(origins)].value;
    }
    free(ratios);
    return slowdown > 1 ? slowdown : 1;
}

static bool is_slower(const struct comparison *comparison,
                      const struct result *result)
{
    struct spans spans;
    double usual_us;

    if (!pair_up(comparison, result, &spans))
        return false;
    usual_us = (double)spans.before_us * comparison->slowdown;
    return (double)spans.now_us > 2 * usual_us &&
           (double)spans.now_us - usual_us >= COMPARISON_SLOWER_US;
}

static enum change judge(const struct comparison *comparison,
                         const struct result *result)
{
    const struct result *before =
        comparison_before(comparison, result->endpoint->name);

    if (is_failed(result))
        return before && is_failed(before) ? CHANGE_STILL : CHANGE_NEW;
    if (!before || !result_is_passed(result))
        return CHANGE_NONE;
    if (is_failed(before))
        return CHANGE_RECOVERED;
    return is_slower(comparison, result) ? CHANGE_SLOWER : CHANGE_NONE;
}

void comparison_judge(struct comparison *comparison,
                      struct result *const *results, size_t count)
{
    comparison->slowdown = slowdown_of(comparison, results, count);
    free(comparison->changes);
    comparison->changes = xcalloc(count, sizeof(*comparison->changes));
    comparison->count = count;
    memset(comparison->counts, 0, sizeof(comparison->counts));
    for (size_t i = 0; i < count; i++) {
        comparison->changes[i] = judge(comparison, results[i]);
        comparison->counts[comparison->changes[i]]++;
    }
}

double comparison_slowdown(const struct comparison *comparison)
{
    return comparison->slowdown;
}

enum change comparison_change(const struct comparison *comparison, size_t index)
{
    return index < comparison->count ? comparison->changes[index] : CHANGE_NONE;
}

size_t comparison_count(const struct comparison *comparison, enum change change)
{
    return comparison->counts[change];
}

const char *change_name(enum change change)
{
    static const char *const names[CHANGE_COUNT] = {
        [CHANGE_NEW] = "new",
        [CHANGE_STILL] = "still",
        [CHANGE_RECOVERED] = "recovered",
        [CHANGE_SLOWER] = "slower",
    };

    return names[change];
}

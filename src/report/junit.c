/*
 * JUnit XML, as Jenkins and GitLab read it: a suite for each network, a test
 * case for each endpoint. Only elements and attributes that the schema of
 * Jenkins knows (the part of it that is needed: tests/data/reports/junit.xsd),
 * which is why the place in the plan stands in the text.
 */

#include "formats.h"

#include <stdlib.h>

#include "machine_text.h"
#include "rounds/clock.h"
#include "rounds/xalloc.h"
#include "unique_names.h"
#include "xml.h"

/* How a network's checks ended, in the words of JUnit. */
struct suite {
    size_t first; /* of its results in junit.order */
    size_t tests;
    size_t failures;
    size_t errors;
    size_t skipped;
};

/* The report in the making. */
struct junit {
    const struct report_input *input;
    struct strbuf *out;
    struct suite *suites; /* by the plan's networks */
    size_t *order;        /* numbers of results, network by network */
    struct unique_names *names;
    struct strbuf shown; /* kept to be used again */
    struct strbuf story;
};

static void count(struct suite *suite, enum outcome outcome)
{
    suite->tests++;
    suite->failures += outcome == OUTCOME_UNHEALTHY;
    suite->errors +=
        outcome == OUTCOME_UNREACHABLE || outcome == OUTCOME_UNKNOWN;
    suite->skipped += outcome == OUTCOME_SKIPPED;
}

/* Within a network in the plan's order. */
static void sort_by_network(struct junit *junit)
{
    const struct report_input *input = junit->input;
    size_t network_count = input->plan->network_count;
    size_t *next = xcalloc(network_count, sizeof(*next));
    size_t first = 0;

    for (size_t i = 0; i < input->result_count; i++)
        count(&junit->suites[input->results[i]->endpoint->network],
              input->results[i]->outcome);
    for (size_t i = 0; i < network_count; i++) {
        junit->suites[i].first = next[i] = first;
        first += junit->suites[i].tests;
    }
    for (size_t i = 0; i < input->result_count; i++)
        junit->order[next[input->results[i]->endpoint->network]++] = i;
    free(next);
}

static void open_element(struct junit *junit, const char *element,
                         const struct result *result)
{
    const char *type = reason_name(result->reason);

    strbuf_addf(junit->out, "      <%s", element);
    xml_add_attribute(junit->out, "type", type ? type : "");
    xml_add_attribute(
        junit->out, "message",
        machine_message(junit->input->plan, result, &junit->shown));
    strbuf_add_char(junit->out, '>');
}

static void close_element(struct junit *junit, const char *element)
{
    strbuf_addf(junit->out, "</%s>\n", element);
}

/*
 * The message stands in the attribute, which Jenkins shows, and in the
 * content, which is all that GitLab shows.
 */
static void add_element(struct junit *junit, const char *element,
                        const struct result *result)
{
    strbuf_clear(&junit->story);
    machine_add_story(junit->input->plan, result, &junit->story);
    open_element(junit, element, result);
    xml_add_text(junit->out, junit->story.data);
    close_element(junit, element);
}

static void add_skipped(struct junit *junit, const struct result *result)
{
    open_element(junit, "skipped", result);
    xml_add_text(junit->out, junit->shown.data);
    close_element(junit, "skipped");
}

/* Each attempt before the one that passed, as Maven's Surefire writes it. */
static void add_flaky(struct junit *junit, const struct result *result)
{
    for (size_t i = 0; i < result->earlier_count; i++) {
        const struct attempt_record *attempt = &result->earlier[i];
        const char *type = reason_name(attempt->reason);

        strbuf_addf(junit->out, "      <flakyFailure");
        xml_add_attribute(junit->out, "type", type ? type : "");
        xml_add_attribute(
            junit->out, "message",
            machine_text(junit->input->plan, attempt->message, &junit->shown));
        strbuf_clear(&junit->story);
        machine_add_attempt(junit->input->plan, result, i, &junit->story);
        strbuf_add_string(junit->out, "><stackTrace>");
        xml_add_text(junit->out, junit->story.data);
        strbuf_add_string(junit->out, "</stackTrace></flakyFailure>\n");
    }
}

/* JUnit has no word for a test that passed but should be looked at. */
static void add_warning(struct junit *junit, const struct result *result)
{
    strbuf_clear(&junit->story);
    machine_add_story(junit->input->plan, result, &junit->story);
    strbuf_add_string(junit->out, "      <system-out>");
    xml_add_text(junit->out, junit->story.data);
    close_element(junit, "system-out");
}

static void add_ending(struct junit *junit, const struct result *result)
{
    switch (result->outcome) {
    case OUTCOME_DEGRADED:
        add_flaky(junit, result);
        add_warning(junit, result);
        break;
    case OUTCOME_UNHEALTHY:
        add_element(junit, "failure", result);
        break;
    case OUTCOME_UNREACHABLE:
    case OUTCOME_UNKNOWN:
        add_element(junit, "error", result);
        break;
    default:
        add_skipped(junit, result);
    }
}

/* Jenkins takes what stands before the last dot for a package. */
static void add_case(struct junit *junit, const char *network, size_t number)
{
    const struct result *result = junit->input->results[number];
    char *class_name = xasprintf("rounds.%s", network);

    strbuf_add_string(junit->out, "    <testcase");
    xml_add_attribute(junit->out, "classname", class_name);
    xml_add_attribute(junit->out, "name",
                      unique_names_get(junit->names, number));
    xml_add_seconds(junit->out, "time", result->timings.total_us);
    if (result->outcome == OUTCOME_HEALTHY) {
        strbuf_add_string(junit->out, "/>\n");
    } else {
        strbuf_add_string(junit->out, ">\n");
        add_ending(junit, result);
        strbuf_add_string(junit->out, "    </testcase>\n");
    }
    free(class_name);
}

static void add_property(struct junit *junit, const char *name,
                         const char *value)
{
    strbuf_add_string(junit->out, "      <property");
    xml_add_attribute(junit->out, "name", name);
    xml_add_attribute(junit->out, "value", value);
    strbuf_add_string(junit->out, "/>\n");
}

static void add_properties(struct junit *junit, unsigned workers)
{
    char *count_text = xasprintf("%u", workers);

    strbuf_add_string(junit->out, "    <properties>\n");
    add_property(junit, "rounds", ROUNDS_VERSION);
    add_property(junit, "engine", junit->input->engine);
    add_property(junit, "workers", count_text);
    if (junit->input->shard)
        add_property(junit, "shard", junit->input->shard);
    strbuf_add_string(junit->out, "    </properties>\n");
    free(count_text);
}

/* In UTC without saying so: the schema of Ant allows no zone. */
static void add_timestamp(struct junit *junit)
{
    char text[CLOCK_TEXT_BYTES];

    clock_format(junit->input->started_at_us, text);
    text[sizeof("2026-11-22T18:00:00") - 1] = '\0';
    xml_add_attribute(junit->out, "timestamp", text);
}

static void add_counts(struct junit *junit, const struct suite *suite)
{
    xml_add_count(junit->out, "tests", suite->tests);
    xml_add_count(junit->out, "failures", suite->failures);
    xml_add_count(junit->out, "errors", suite->errors);
}

static void add_suite(struct junit *junit,
                      const struct network_summary *summary)
{
    const struct plan *plan = junit->input->plan;
    const struct suite *suite =
        &junit->suites[summary->network - plan->networks];
    struct strbuf name = STRBUF_INIT;

    machine_text(plan, summary->network->name, &name);
    strbuf_add_string(junit->out, "  <testsuite");
    xml_add_attribute(junit->out, "name", name.data);
    add_counts(junit, suite);
    xml_add_count(junit->out, "skipped", suite->skipped);
    xml_add_seconds(junit->out, "time", summary->elapsed_us);
    add_timestamp(junit);
    if (plan->file)
        xml_add_attribute(junit->out, "file",
                          machine_text(plan, plan->file, &junit->shown));
    strbuf_add_string(junit->out, ">\n");
    add_properties(junit, summary->workers);
    for (size_t i = 0; i < suite->tests; i++)
        add_case(junit, name.data, junit->order[suite->first + i]);
    strbuf_add_string(junit->out, "  </testsuite>\n");
    strbuf_release(&name);
}

static void add_suites(struct junit *junit)
{
    const struct summary *summary = junit->input->summary;
    const size_t *outcomes = summary->outcomes;
    const struct suite all = {
        .tests = summary->endpoints,
        .failures = outcomes[OUTCOME_UNHEALTHY],
        .errors = outcomes[OUTCOME_UNREACHABLE] + outcomes[OUTCOME_UNKNOWN],
    };

    strbuf_add_string(junit->out, "<testsuites name=\"rounds\"");
    add_counts(junit, &all);
    xml_add_seconds(junit->out, "time", summary->elapsed_us);
    strbuf_add_string(junit->out, ">\n");
    for (size_t i = 0; i < summary->network_count; i++)
        add_suite(junit, &summary->networks[i]);
    strbuf_add_string(junit->out, "</testsuites>\n");
}

void junit_report(const struct report_input *input, struct strbuf *out)
{
    struct junit junit = {
        .input = input,
        .out = out,
        .suites = xcalloc(input->plan->network_count, sizeof(*junit.suites)),
        .order = xcalloc(input->result_count, sizeof(*junit.order)),
        .names = unique_names_create(input),
        .shown = STRBUF_INIT,
        .story = STRBUF_INIT,
    };

    sort_by_network(&junit);
    strbuf_add_string(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    add_suites(&junit);
    strbuf_release(&junit.story);
    strbuf_release(&junit.shown);
    unique_names_destroy(junit.names);
    free(junit.order);
    free(junit.suites);
}

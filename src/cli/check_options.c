#include "check_options.h"

#include <errno.h>
#include <fnmatch.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "plan_hash.h"
#include "report_options.h"
#include "rounds/engine.h"
#include "rounds/report_stream.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"
#include "shard.h"
#include "url_list.h"

enum { DAY_MS = 86400000 };

#define FIELD(name) offsetof(struct check_options, name)

const struct option check_option_table[] = {
    { NULL, 0, NULL, N_("What is asked:"), OPTION_GROUP, 0, 0, 0 },
    { "only", 0, "GLOB", N_("endpoints whose name matches; may be repeated"),
      OPTION_LIST, FIELD(only), 0, 0 },
    { "tag", 0, "TAG", N_("endpoints with this tag; may be repeated"),
      OPTION_LIST, FIELD(tags), 0, 0 },
    { "exclude", 0, "GLOB", N_("not those whose name matches; may be repeated"),
      OPTION_LIST, FIELD(exclude), 0, 0 },
    { "urls", 0, "FILE", N_("URLs, one a line, instead of a plan; - is stdin"),
      OPTION_TEXT, FIELD(urls), 0, 0 },
    { "shard", 0, "I/K", N_("the I-th of K parts, split by origin"),
      OPTION_TEXT, FIELD(shard), 0, 0 },
    { "dry-run", 0, NULL, N_("read and check the plan, send nothing"),
      OPTION_FLAG, FIELD(is_dry_run), 0, 0 },
    { NULL, 0, NULL, N_("How it is asked:"), OPTION_GROUP, 0, 0, 0 },
    { "workers", 'n', "N", N_("workers of every network (plan: 16 and 4)"),
      OPTION_NUMBER, FIELD(workers), 1, 10000 },
    { "engine", 0, "NAME", N_("threads or async (threads)"), OPTION_TEXT,
      FIELD(engine), 0, 0 },
    { "loops", 0, "K", N_("with async: event loops, a thread each (1)"),
      OPTION_NUMBER, FIELD(loops), 1, 64 },
    { "timeout", 0, "DURATION", N_("for all of one attempt (plan: 5s)"),
      OPTION_DURATION, FIELD(timeout_ms), 1, DAY_MS },
    { "connect-timeout", 0, "DURATION", N_("for name, TCP and TLS (plan: 2s)"),
      OPTION_DURATION, FIELD(connect_timeout_ms), 1, DAY_MS },
    { "retries", 0, "K", N_("attempts after a failed one (plan: 0)"),
      OPTION_NUMBER, FIELD(retries), 0, 100 },
    { "deadline", 0, "DURATION", N_("for the whole round; the rest is skipped"),
      OPTION_DURATION, FIELD(deadline_ms), 1, 7 * (int64_t)DAY_MS },
    { NULL, 0, NULL, N_("When it has failed:"), OPTION_GROUP, 0, 0, 0 },
    { "baseline", 0, "OLD.json",
      N_("an earlier JSON report, to tell what changed"), OPTION_TEXT,
      FIELD(baseline), 0, 0 },
    { "fail-on", 0, "WORDS", N_("outcomes or reasons (unhealthy,unreachable)"),
      OPTION_TEXT, FIELD(fail_on), 0, 0 },
    { "max-failures", 0, "N|P%", N_("so many failures are put up with (0)"),
      OPTION_TEXT, FIELD(max_failures), 0, 0 },
    { "exit", 0, "STYLE",
      N_("simple, or nagios: codes and first line (simple)"), OPTION_TEXT,
      FIELD(exit), 0, 0 },
    { "fail-fast", 0, NULL, N_("stop once it has failed; the rest is skipped"),
      OPTION_FLAG, FIELD(fails_fast), 0, 0 },
    { NULL, 0, NULL, N_("What it says:"), OPTION_GROUP, 0, 0, 0 },
    { "report", 0, "FORMAT[=FILE]",
      N_("text json jsonl junit tap github html prometheus"), OPTION_LIST,
      FIELD(reports), 0, 0 },
    { "history", 0, NULL, N_("store the round in the plan's history"),
      OPTION_FLAG, FIELD(keeps_history), 0, 0 },
    { "no-progress", 0, NULL, N_("no progress line on the terminal"),
      OPTION_FLAG, FIELD(hides_progress), 0, 0 },
    { "color", 0, "WHEN", N_("auto, always or never (auto)"), OPTION_TEXT,
      FIELD(color), 0, 0 },
    { "quiet", 'q', NULL, N_("only what failed, and one closing line"),
      OPTION_FLAG, FIELD(is_quiet), 0, 0 },
    { "verbose", 'v', NULL, N_("show the exchange of what failed"), OPTION_FLAG,
      FIELD(is_verbose), 0, 0 },
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG, FIELD(wants_help), 0,
      0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

void check_options_init(struct check_options *options)
{
    *options = (struct check_options){ .retries = -1 };
}

void check_options_release(struct check_options *options)
{
    text_list_release(&options->only);
    text_list_release(&options->tags);
    text_list_release(&options->exclude);
    text_list_release(&options->reports);
}

static bool is_url(const char *operand)
{
    return strstr(operand, "://") != NULL;
}

/* Most likely a URL without its scheme, or a slip of the pen. */
static void tell_missing(const char *file, struct strbuf *why)
{
    if (access(file, F_OK) != 0 && errno == ENOENT)
        strbuf_add_string(why, _("rounds: expected the file of a plan, or URLs "
                                 "that begin with http:// or https://\n"));
}

/* One plan file, or URLs, or a file of URLs: not two of them. */
static struct plan *read_plan(const struct check_options *options,
                              const struct text_list *operands, bool is_stream,
                              struct strbuf *why, struct strbuf *warnings)
{
    size_t url_count = 0;
    struct plan *plan;

    for (size_t i = 0; i < operands->count; i++)
        url_count += is_url(operands->items[i]);
    if (options->urls) {
        if (!operands->count)
            return is_stream ? plan_from_urls(NULL, 0, why)
                             : url_list_plan(options->urls, why);
        strbuf_add_string(why,
                          _("rounds: --urls takes the place of a plan and of "
                            "URLs: give one of them\n"));
        return NULL;
    }
    if (!operands->count) {
        strbuf_add_string(why, _("rounds: a plan file or URLs are missing\n"));
        return NULL;
    }
    if (url_count == operands->count)
        return plan_from_urls(operands->items, operands->count, why);
    if (url_count || operands->count > 1) {
        strbuf_add_string(why,
                          _("rounds: expected one plan file, or URLs alone\n"));
        return NULL;
    }
    plan = plan_read(operands->items[0], why, warnings);
    if (!plan)
        tell_missing(operands->items[0], why);
    return plan;
}

static bool matches_any(const struct text_list *globs, const char *name)
{
    for (size_t i = 0; i < globs->count; i++)
        if (!fnmatch(globs->items[i], name, 0))
            return true;
    return false;
}

static bool has_any_tag(const struct text_list *tags,
                        const struct endpoint *endpoint)
{
    for (size_t i = 0; i < tags->count; i++)
        for (uint32_t k = 0; k < endpoint->tag_count; k++)
            if (!strcmp(tags->items[i], endpoint->tags[k]))
                return true;
    return false;
}

static bool is_selected(const void *context, const struct endpoint *endpoint)
{
    const struct check_options *options = context;

    if (options->only.count && !matches_any(&options->only, endpoint->name))
        return false;
    if (options->tags.count && !has_any_tag(&options->tags, endpoint))
        return false;
    return !matches_any(&options->exclude, endpoint->name);
}

static bool is_in_shard(const void *context, const struct endpoint *endpoint)
{
    return shard_holds(context, endpoint->origin);
}

/* Only a report that is read back tells it. */
static bool wants_hash(const struct check_options *options)
{
    for (size_t i = 0; i < options->reports.count; i++)
        if (!strncmp(options->reports.items[i], "json", 4))
            return true;
    return false;
}

static bool parse_shard(const char *text, struct shard *shard,
                        struct strbuf *why)
{
    size_t before = why->length;

    strbuf_add_string(why, "rounds: ");
    if (!shard_parse(text, shard, why))
        return false;
    strbuf_truncate(why, before);
    return true;
}

/* The shards of one plan are those of the same endpoints picked out of it. */
static bool select_endpoints(const struct check_options *options,
                             struct plan *plan, struct strbuf *why)
{
    size_t all = plan->endpoint_count;
    struct shard shard;

    if (options->shard && !parse_shard(options->shard, &shard, why))
        return false;
    plan_select(plan, is_selected, options);
    if (!plan->endpoint_count) {
        strbuf_addf(
            why,
            _("rounds: none of the plan's %zu endpoints is left by --only, "
              "--tag and --exclude\n"),
            all);
        return false;
    }
    if (wants_hash(options))
        plan_hash(plan);
    if (options->shard) /* which may be empty: the others have it all */
        plan_select(plan, is_in_shard, &shard);
    return true;
}

struct plan *check_options_plan(const struct check_options *options,
                                const struct text_list *operands,
                                bool is_stream, struct strbuf *why,
                                struct strbuf *warnings)
{
    const struct plan_overrides overrides = {
        .workers = (unsigned)options->workers,
        .timeout_ms = options->timeout_ms,
        .connect_timeout_ms = options->connect_timeout_ms,
        .retries = (int)options->retries,
    };
    struct plan *plan = read_plan(options, operands, is_stream, why, warnings);

    if (!plan)
        return NULL;
    plan_override(plan, &overrides);
    if (is_stream || select_endpoints(options, plan, why))
        return plan;
    plan_destroy(plan);
    return NULL;
}

static bool parse_engine(const struct check_options *options,
                         struct round_request *request, struct strbuf *why)
{
    request->engine = options->engine ? options->engine : "threads";
    request->loops = (unsigned)options->loops;
    if (engine_find(request->engine))
        return true;
    strbuf_addf(why, _("--engine: \"%s\" is none of threads, async\n"),
                request->engine);
    return false;
}

bool check_options_can_stream(const struct check_options *options,
                              const struct round_request *request)
{
    if (!options->urls || options->only.count || options->tags.count ||
        options->exclude.count || options->shard || options->baseline)
        return false;
    for (size_t i = 0; i < request->report_count; i++)
        if (!report_stream_is_possible(request->reports[i].format))
            return false;
    return true;
}

bool check_options_request(const struct check_options *options,
                           struct report_request *reports,
                           struct round_request *request, struct strbuf *why)
{
    bool is_right = true;

    exit_policy_init(&request->policy);
    if (options->fail_on)
        is_right &=
            exit_policy_parse_fail_on(&request->policy, options->fail_on, why);
    if (options->max_failures)
        is_right &= exit_policy_parse_most(&request->policy,
                                           options->max_failures, why);
    if (request->policy.only_new && !options->baseline) {
        strbuf_add_string(why, _("--fail-on new: it takes --baseline OLD.json "
                                 "to know what is new\n"));
        is_right = false;
    }
    is_right &= parse_engine(options, request, why);
    is_right &= report_options_parse(options, reports, request, why);
    request->shard = options->shard;
    request->deadline_ms = options->deadline_ms;
    request->fails_fast = options->fails_fast;
    request->is_quiet = options->is_quiet;
    request->is_verbose = options->is_verbose;
    request->hides_progress = options->hides_progress;
    return is_right;
}

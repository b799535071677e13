#include "compare_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"
#include "rounds/engine.h"
#include "rounds/terminal.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000,
    ROUND_TIME_MS = 10 * 60 * 1000,
    WORKERS_MOST = 10000,
    ROUNDS_MOST = 1000,
    LIST_MOST = 64,
};

#define FIELD(name) offsetof(struct compare_options, name)

const struct option compare_option_table[] = {
    { NULL, 0, NULL, N_("What is compared:"), OPTION_GROUP, 0, 0, 0 },
    { "engines", 0, "LIST", N_("the first is held against (threads,async)"),
      OPTION_TEXT, FIELD(engines), 0, 0 },
    { "peer", 0, "COMMAND", N_("an outside command too; may be repeated"),
      OPTION_LIST, FIELD(peers), 0, 0 },
    { "workers", 'n', "N,...",
      N_("workers of every network, each number in turn"), OPTION_TEXT,
      FIELD(workers), 0, 0 },
    { "rounds", 0, "K", N_("rounds of each that count (6)"), OPTION_NUMBER,
      FIELD(round_count), 1, ROUNDS_MOST },
    { NULL, 0, NULL, N_("What is asked:"), OPTION_GROUP, 0, 0, 0 },
    { "only", 0, "GLOB", N_("endpoints whose name matches; may be repeated"),
      OPTION_LIST, FIELD(round.only), 0, 0 },
    { "tag", 0, "TAG", N_("endpoints with this tag; may be repeated"),
      OPTION_LIST, FIELD(round.tags), 0, 0 },
    { "exclude", 0, "GLOB", N_("not those whose name matches; may be repeated"),
      OPTION_LIST, FIELD(round.exclude), 0, 0 },
    { NULL, 0, NULL, N_("How it is asked:"), OPTION_GROUP, 0, 0, 0 },
    { "loops", 0, "K", N_("with async: event loops, a thread each (1)"),
      OPTION_NUMBER, FIELD(round.loops), 1, 64 },
    { "timeout", 0, "DURATION", N_("for all of one attempt (plan: 5s)"),
      OPTION_DURATION, FIELD(round.timeout_ms), 1, DAY_MS },
    { "connect-timeout", 0, "DURATION", N_("for name, TCP and TLS (plan: 2s)"),
      OPTION_DURATION, FIELD(round.connect_timeout_ms), 1, DAY_MS },
    { "retries", 0, "K", N_("attempts after a failed one (plan: 0)"),
      OPTION_NUMBER, FIELD(round.retries), 0, 100 },
    { "deadline", 0, "DURATION",
      N_("for each round of an engine; the rest is skipped"), OPTION_DURATION,
      FIELD(round.deadline_ms), 1, 7 * (int64_t)DAY_MS },
    { "round-time", 0, "DURATION",
      N_("whoever takes longer for a round is ended (10m)"), OPTION_DURATION,
      FIELD(round_time_ms), 1, 7 * (int64_t)DAY_MS },
    { NULL, 0, NULL, N_("What it says:"), OPTION_GROUP, 0, 0, 0 },
    { "report", 0, "FORMAT[=FILE]", N_("text json html"), OPTION_LIST,
      FIELD(round.reports), 0, 0 },
    { "no-progress", 0, NULL, N_("no progress line on the terminal"),
      OPTION_FLAG, FIELD(round.hides_progress), 0, 0 },
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG, FIELD(round.wants_help),
      0, 0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

static const char *const format_names[] = { "text", "json", "html", NULL };

void compare_options_init(struct compare_options *options)
{
    *options = (struct compare_options){
        .round_count = PAIRED_LEAST,
        .round_time_ms = ROUND_TIME_MS,
    };
    check_options_init(&options->round);
}

void compare_options_release(struct compare_options *options)
{
    text_list_release(&options->peers);
    check_options_release(&options->round);
}

/*
 * The words of TEXT, which OPTION was given, COUNT of them: they are the
 * caller's as long as TEXT is.
 */
static bool split(const char *option, char *text, char **words, size_t *count,
                  struct strbuf *why)
{
    char *word;

    *count = 0;
    while ((word = strsep(&text, ","))) {
        if (*count == LIST_MOST) {
            strbuf_addf(why,
                        _("%s: expected at most %d, separated by commas\n"),
                        option, LIST_MOST);
            return false;
        }
        words[(*count)++] = word;
    }
    return true;
}

/* The name out of our own memory, which outlives what was split. */
static const char *engine_name(const char *word)
{
    static const char *const names[] = { "threads", "async" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcmp(word, names[i]) && engine_find(word))
            return names[i];
    return NULL;
}

static bool parse_engines(const char *text, struct compare_request *request,
                          struct strbuf *why)
{
    char *copy = xstrdup(text ? text : "threads,async");
    char *words[LIST_MOST];
    size_t count;
    bool is_right = split("--engines", copy, words, &count, why);

    request->engines = xcalloc(count, sizeof(*request->engines));
    for (size_t i = 0; i < count; i++) {
        const char *name = engine_name(words[i]);

        if (name) {
            request->engines[request->engine_count++] = name;
            continue;
        }
        strbuf_addf(why, _("--engines: \"%s\" is none of threads, async\n"),
                    words[i]);
        is_right = false;
    }
    free(copy);
    return is_right;
}

static bool parse_count(const char *word, unsigned *count)
{
    char *end;
    long number = strtol(word, &end, 10);

    *count = (unsigned)number;
    return end != word && !*end && number >= 1 && number <= WORKERS_MOST;
}

static bool is_among(const unsigned *numbers, size_t count, unsigned number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

static bool parse_workers(const char *text, struct compare_request *request,
                          struct strbuf *why)
{
    char *copy = xstrdup(text ? text : "");
    char *words[LIST_MOST];
    size_t count;
    bool is_right = split("--workers", copy, words, &count, why);

    request->workers = xcalloc(count, sizeof(*request->workers));
    for (size_t i = 0; text && i < count; i++) {
        unsigned number;

        if (!parse_count(words[i], &number)) {
            strbuf_addf(why,
                        _("--workers: \"%s\" is not a whole number from 1 to "
                          "%d\n"),
                        words[i], WORKERS_MOST);
            is_right = false;
        } else if (!is_among(request->workers, request->workers_count,
                             number)) {
            request->workers[request->workers_count++] = number;
        }
    }
    if (!text)
        request->workers_count = 1; /* 0: as the plan says */
    free(copy);
    return is_right;
}

static bool check_peers(const struct text_list *peers, struct strbuf *why)
{
    bool are_right = true;

    for (size_t i = 0; i < peers->count; i++) {
        const char *quoted = peer_quoted(peers->items[i]);

        if (!quoted)
            continue;
        strbuf_addf(why,
                    _("--peer: %s stands within quotes; leave them out, it is "
                      "quoted where it has to be\n"),
                    quoted);
        are_right = false;
    }
    return are_right;
}

bool compare_options_write(const struct format_choice *choice,
                           struct compare_input *input)
{
    static compare_writer *const writers[] = { compare_text, compare_json,
                                               compare_html };
    struct strbuf text = STRBUF_INIT;
    bool is_written;

    input->columns = choice->file ? 0 : terminal_columns(STDOUT_FILENO);
    writers[choice->format](input, &text);
    is_written = format_list_write(choice, format_names[choice->format], &text);
    strbuf_release(&text);
    return is_written;
}

bool compare_options_request(const struct compare_options *options,
                             struct compare_request *request,
                             struct strbuf *why)
{
    bool is_right;

    *request = (struct compare_request){ 0 };
    is_right = parse_engines(options->engines, request, why);
    is_right &= parse_workers(options->workers, request, why);
    is_right &= check_peers(&options->peers, why);
    request->choices =
        xcalloc(options->round.reports.count + 1, sizeof(*request->choices));
    is_right &=
        format_list_parse(&options->round.reports, format_names,
                          request->choices, &request->choice_count, why);
    if (is_right && request->engine_count + options->peers.count < 2) {
        strbuf_add_string(why, _("one alone cannot be compared: give another "
                                 "with --engines or --peer\n"));
        return false;
    }
    return is_right;
}

void compare_request_release(struct compare_request *request)
{
    free(request->engines);
    free(request->workers);
    free(request->choices);
}

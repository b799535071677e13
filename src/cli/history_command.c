#include "command.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_options.h"
#include "complain.h"
#include "exit_code.h"
#include "rounds/clock.h"
#include "rounds/past.h"
#include "rounds/report.h"
#include "rounds/terminal.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

#define DAY_MS INT64_C(86400000)

enum { SPAN_DAYS = 30, SPAN_MOST_DAYS = 3660 };

struct values {
    struct check_options selection;
    int64_t since_ms; /* 0: as usual */
};

#define FIELD(name) offsetof(struct values, name)

static const struct option table[] = {
    { "since", 0, "DURATION", N_("latencies and incidents of so long (30d)"),
      OPTION_DURATION, FIELD(since_ms), 1000, SPAN_MOST_DAYS *DAY_MS },
    { "only", 0, "GLOB", N_("endpoints whose name matches; may be repeated"),
      OPTION_LIST, FIELD(selection.only), 0, 0 },
    { "tag", 0, "TAG", N_("endpoints with this tag; may be repeated"),
      OPTION_LIST, FIELD(selection.tags), 0, 0 },
    { "exclude", 0, "GLOB", N_("not those whose name matches; may be repeated"),
      OPTION_LIST, FIELD(selection.exclude), 0, 0 },
    { "report", 0, "FORMAT[=FILE]",
      N_("text or json; may be repeated, one to stdout"), OPTION_LIST,
      FIELD(selection.reports), 0, 0 },
    { "help", 'h', NULL, N_("this text"), OPTION_FLAG,
      FIELD(selection.wants_help), 0, 0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds history [OPTION...] PLAN.cfg\n"
            "\n"
            "What the plan's history tells: how often each endpoint was up, "
            "how fast it\nanswered, when and why it was down. Nothing is "
            "sent.\n\n"),
          stream);
    options_describe(table, stream);
    fputs(_("\n"
            "Exit codes: 0 it was told; 2 a mistake in options or plan; 3 the "
            "history could\nnot be read, or a report not be written.\n"
            "\n"
            "Example: rounds history --since 7d --tag prod plan.cfg\n"),
          stream);
}

/* A report somebody asked for. */
struct wanted {
    bool is_json;
    const char *file; /* NULL: stdout */
};

static bool parse_format(const char *name, struct wanted *wanted,
                         struct strbuf *why)
{
    wanted->is_json = strcmp(name, "json") == 0;
    if (wanted->is_json || strcmp(name, "text") == 0)
        return true;
    strbuf_addf(why, _("--report: \"%s\" is no format; expected one of "),
                name);
    strbuf_add_string(why, "text, json\n");
    return false;
}

/* "json=out.json" or "json". */
static bool parse_report(const char *text, struct wanted *wanted,
                         struct strbuf *why)
{
    const char *equals = strchr(text, '=');
    char *name =
        xstrndup(text, equals ? (size_t)(equals - text) : strlen(text));
    bool is_right = parse_format(name, wanted, why);

    free(name);
    wanted->file = equals ? equals + 1 : NULL;
    if (!is_right || !equals || equals[1])
        return is_right;
    strbuf_addf(why, _("--report: a file name is missing after \"%s\"\n"),
                text);
    return false;
}

/* WANTED has room for one more than there are. */
static bool parse_reports(const struct text_list *texts, struct wanted *wanted,
                          size_t *count, struct strbuf *why)
{
    size_t on_stdout = 0;
    bool is_right = true;

    for (size_t i = 0; i < texts->count; i++) {
        is_right &= parse_report(texts->items[i], &wanted[i], why);
        on_stdout += !wanted[i].file;
    }
    *count = texts->count;
    if (!on_stdout)
        wanted[(*count)++] = (struct wanted){ false, NULL };
    if (on_stdout < 2)
        return is_right;
    strbuf_add_string(why, _("--report: only one report may have stdout; "
                             "give the others a file: FORMAT=FILE\n"));
    return false;
}

static bool write_report(const struct wanted *wanted, const struct past *past)
{
    struct strbuf text = STRBUF_INIT, why = STRBUF_INIT;
    bool is_written;

    if (wanted->is_json)
        past_json(past, &text);
    else
        past_text(past, wanted->file ? 0 : terminal_columns(STDOUT_FILENO),
                  &text);
    is_written = report_save(wanted->file, text.data, text.length, &why);
    complain("rounds: ", &why);
    strbuf_release(&why);
    strbuf_release(&text);
    return is_written;
}

static int tell_past(const struct values *values, const struct plan *plan,
                     const struct wanted *wanted, size_t count)
{
    int64_t span_ms = values->since_ms ? values->since_ms : SPAN_DAYS * DAY_MS;
    struct strbuf why = STRBUF_INIT;
    struct past *past = past_read(plan, span_ms, clock_wall_us() / 1000, &why);
    bool are_written = past != NULL;

    complain("rounds: ", &why);
    for (size_t i = 0; past && i < count; i++)
        are_written &= write_report(&wanted[i], past);
    past_destroy(past);
    strbuf_release(&why);
    return are_written ? EXIT_ALL_WELL : EXIT_INCOMPLETE;
}

static int tell_plan(const struct values *values,
                     const struct text_list *operands,
                     const struct wanted *wanted, size_t count)
{
    struct strbuf why = STRBUF_INIT, warnings = STRBUF_INIT;
    struct plan *plan = check_options_plan(&values->selection, operands, false,
                                           &why, &warnings);
    int code = EXIT_MISTAKE;

    complain("", &warnings);
    complain("", &why);
    if (plan && plan->history.file)
        code = tell_past(values, plan, wanted, count);
    else if (plan)
        fputs(_("rounds: the plan has no history; expected history = { file = "
                "\"rounds.db\"; };\n"),
              stderr);
    plan_destroy(plan);
    strbuf_release(&warnings);
    strbuf_release(&why);
    return code;
}

static int tell(const struct values *values, const struct text_list *operands)
{
    const struct text_list *reports = &values->selection.reports;
    struct wanted *wanted = xcalloc(reports->count + 1, sizeof(*wanted));
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;
    size_t count;

    if (parse_reports(reports, wanted, &count, &why))
        code = tell_plan(values, operands, wanted, count);
    complain("rounds: ", &why);
    strbuf_release(&why);
    free(wanted);
    return code;
}

int history_command(int argc, char **argv)
{
    struct values values = { 0 };
    struct text_list operands = { 0 };
    struct strbuf why = STRBUF_INIT;
    int code = EXIT_MISTAKE;

    check_options_init(&values.selection);
    if (!options_parse(table, argc, argv, &values, &operands, &why)) {
        complain("rounds: ", &why);
        fputs(_("rounds: see rounds history --help\n"), stderr);
    } else if (values.selection.wants_help) {
        describe(stdout);
        code = EXIT_ALL_WELL;
    } else {
        code = tell(&values, &operands);
    }
    strbuf_release(&why);
    text_list_release(&operands);
    check_options_release(&values.selection);
    return code;
}

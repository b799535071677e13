/*
 * GitHub Actions: workflow commands that become annotations of the plan's
 * lines, and what else is said of them in rounds/github.h.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */

#include "rounds/github.h"

#include <string.h>
#include <sys/random.h>

#include "formats.h"
#include "github_path.h"
#include "machine_text.h"
#include "rounds/text.h"

enum {
    ANNOTATIONS_MOST = 10, /* of a kind that GitHub shows of a step */
    TITLE_COLUMNS = 200,   /* it takes 255 characters */
};

enum kind { KIND_ERROR, KIND_WARNING, KIND_NOTICE, KIND_COUNT };

static const struct {
    const char *command;
    const char *rest; /* what is said of those that are only counted */
} kinds[KIND_COUNT] = {
    [KIND_ERROR] = { "error", "unhealthy, unreachable or unknown" },
    [KIND_WARNING] = { "warning", "degraded" },
    [KIND_NOTICE] = { "notice", "skipped" },
};

/* False: nothing is said of it. */
static bool find_kind(enum outcome outcome, enum kind *kind)
{
    switch (outcome) {
    case OUTCOME_UNHEALTHY:
    case OUTCOME_UNREACHABLE:
    case OUTCOME_UNKNOWN:
        *kind = KIND_ERROR;
        return true;
    case OUTCOME_DEGRADED:
        *kind = KIND_WARNING;
        return true;
    case OUTCOME_SKIPPED:
        *kind = KIND_NOTICE;
        return true;
    default:
        return false;
    }
}

static void add_escaped(struct strbuf *out, const char *text, size_t length,
                        const char *escaped)
{
    for (size_t i = 0; i < length; i++) {
        if (strchr(escaped, text[i]))
            strbuf_addf(out, "%%%02X", (unsigned char)text[i]);
        else
            strbuf_add_char(out, text[i]);
    }
}

static void add_data(struct strbuf *out, const char *text, size_t length)
{
    add_escaped(out, text, length, "%\r\n");
}

static void add_property(struct strbuf *out, const char *text)
{
    add_escaped(out, text, strlen(text), "%\r\n:,");
}

static void add_place(const struct report_input *input,
                      const struct source *source, struct strbuf *out)
{
    bool is_below = input->folder && source->file && source->file[0] != '/';
    struct strbuf given = STRBUF_INIT, path = STRBUF_INIT;
    struct strbuf shown = STRBUF_INIT;

    if (source->file) {
        strbuf_addf(&given, "%s%s", is_below ? input->folder : "",
                    source->file);
        path_add_normal(&path, given.data);
        strbuf_add_string(out, "file=");
        add_property(out, machine_text(input->plan, path.data, &shown));
        strbuf_addf(out, ",line=%u,", source->line);
    }
    strbuf_release(&shown);
    strbuf_release(&path);
    strbuf_release(&given);
}

/* "payments: connect_refused". */
static void add_title(const struct report_input *input,
                      const struct result *result, struct strbuf *out)
{
    struct strbuf name = STRBUF_INIT, title = STRBUF_INIT;

    text_add_cut(&title,
                 machine_text(input->plan, result->endpoint->name, &name),
                 TITLE_COLUMNS);
    strbuf_addf(&title, ": %s", reason_name(result->reason));
    strbuf_add_string(out, "title=");
    add_property(out, title.data);
    strbuf_release(&title);
    strbuf_release(&name);
}

static void annotate(const struct report_input *input,
                     const struct result *result, enum kind kind,
                     struct strbuf *out)
{
    struct strbuf story = STRBUF_INIT;

    machine_add_story(input->plan, result, &story);
    strbuf_addf(out, "::%s ", kinds[kind].command);
    add_place(input, &result->endpoint->source, out);
    add_title(input, result, out);
    strbuf_add_string(out, "::");
    add_data(out, story.data, story.length - 1); /* without the last newline */
    strbuf_add_char(out, '\n');
    strbuf_release(&story);
}

/* Of too many the last annotation is spent on their number, or nobody would
 * see it. */
static void add_rest(enum kind kind, size_t shown, size_t rest,
                     struct strbuf *out)
{
    if (!rest)
        return;
    strbuf_addf(out, "::%s title=rounds::%s%zu %sendpoint%s %s\n",
                kinds[kind].command, shown ? "and " : "", rest,
                shown ? "more " : "", rest == 1 ? "" : "s", kinds[kind].rest);
}

static void add_closing_line(const struct summary *summary, struct strbuf *out)
{
    struct strbuf reasons = STRBUF_INIT;

    strbuf_add_string(out, "rounds: ");
    machine_add_verdict(summary, out);
    machine_add_reasons(summary, &reasons);
    if (reasons.length)
        strbuf_addf(out, " (%s)", reasons.data);
    strbuf_add_char(out, '\n');
    strbuf_release(&reasons);
}

void github_report(const struct report_input *input, struct strbuf *out)
{
    size_t totals[KIND_COUNT] = { 0 };
    size_t shown[KIND_COUNT] = { 0 };
    enum kind kind;

    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (find_kind((enum outcome)i, &kind))
            totals[kind] += input->summary->outcomes[i];
    for (size_t i = 0; i < input->result_count; i++) {
        const struct result *result = input->results[i];

        if (!find_kind(result->outcome, &kind) ||
            shown[kind] + (totals[kind] > ANNOTATIONS_MOST) >= ANNOTATIONS_MOST)
            continue;
        annotate(input, result, kind, out);
        shown[kind]++;
    }
    for (int i = 0; i < KIND_COUNT; i++)
        add_rest((enum kind)i, shown[i], totals[i] - shown[i], out);
    add_closing_line(input->summary, out);
}

bool github_add_fence(struct strbuf *before, struct strbuf *after)
{
    unsigned char random[16];
    struct strbuf word = STRBUF_INIT;

    /* So few bytes come whole or not at all: getrandom(2). */
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return false;
    strbuf_add_string(&word, "rounds-");
    for (size_t i = 0; i < sizeof(random); i++)
        strbuf_addf(&word, "%02x", random[i]);
    strbuf_addf(before, "::stop-commands::%s\n", word.data);
    strbuf_addf(after, "::%s::\n", word.data);
    strbuf_release(&word);
    return true;
}

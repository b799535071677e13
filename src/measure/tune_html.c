#include <string.h>

#include "rounds/clock.h"
#include "rounds/html_text.h"
#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/tune_report.h"
#include "tune_svg.h"
#include "tune_words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Two themes of the same names; the reader's system chooses, paper is light. */
static const char style[] =
    ":root{color-scheme:light dark;--ground:#f4f5f7;--surface:#fff;"
    "--text:#1b2230;--muted:#5a6475;--line:#dde1e8;--accent:#1f5fd6;"
    "--good:#1a7f4b;--bad:#c9252d}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--ground:#0f131a;"
    "--surface:#171d27;--text:#e4e8ef;--muted:#98a3b5;--line:#2b3443;"
    "--accent:#78a9ff;--good:#4fc98b;--bad:#ff7a76}}\n"
    "body{margin:0 auto;max-width:860px;padding:24px 16px;"
    "background:var(--ground);color:var(--text);"
    "font:15px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.4em}h2{font-size:1.15em;margin:0 0 .4em}\n"
    "section{background:var(--surface);border:1px solid var(--line);"
    "border-radius:8px;padding:16px 20px;margin:16px 0}\n"
    "p{margin:.3em 0}.muted{color:var(--muted)}\n"
    "svg{display:block;width:100%;height:auto;margin:12px 0}\n"
    "svg text{fill:var(--muted);font-size:12px}\n"
    ".axis{stroke:var(--muted)}.grid{stroke:var(--line)}\n"
    ".fitted{fill:none;stroke:var(--accent);stroke-width:1.5;"
    "stroke-dasharray:5 4}\n"
    ".recommended{stroke:var(--good);stroke-width:2}\n"
    ".point{fill:var(--accent)}.point.objected{fill:var(--bad)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}\n"
    "th,td{padding:4px 10px;text-align:right;"
    "border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}\n"
    "th{color:var(--muted);font-weight:600}\n"
    "tr.chosen td{color:var(--good);font-weight:600}\n"
    "tr.objected td{color:var(--bad)}\n"
    "@media print{section{break-inside:avoid}}\n";

/* TEXT in an element; what TEXT held is gone. */
static void add_element(struct strbuf *out, const char *tag,
                        struct strbuf *text)
{
    if (text->length) {
        strbuf_addf(out, "<%s>", tag);
        html_add_text(out, text->data);
        strbuf_addf(out, "</%.*s>\n", (int)strcspn(tag, " "), tag);
    }
    strbuf_clear(text);
}

static void add_cell(struct strbuf *out, const struct strbuf *text)
{
    strbuf_add_string(out, "<td>");
    html_add_text(out, text->data);
}

static void add_row(const struct tune_outcome *outcome,
                    const struct tune_step *step, struct strbuf *out)
{
    struct strbuf texts[6];
    const char *kind = "";

    for (size_t i = 0; i < COUNT(texts); i++)
        strbuf_init(&texts[i]);
    if (tune_objection(&outcome->course, step))
        kind = " class=\"objected\"";
    else if (step->workers == outcome->advice.workers)
        kind = " class=\"chosen\"";
    strbuf_addf(&texts[0], "%u", step->workers);
    tune_add_rate(&texts[1], step->all.throughput_per_s);
    tune_add_ms(&texts[2], step->all.p50_us);
    tune_add_ms(&texts[3], step->all.p95_us);
    strbuf_addf(&texts[4], "%ju", (uintmax_t)step->errors);
    strbuf_addf(&texts[5], "%ju", (uintmax_t)step->requests);
    strbuf_addf(out, "<tr%s>", kind);
    for (size_t i = 0; i < COUNT(texts); i++) {
        add_cell(out, &texts[i]);
        strbuf_release(&texts[i]);
    }
    strbuf_add_char(out, '\n');
}

static void add_table(const struct tune_outcome *outcome, struct strbuf *out)
{
    const char *const headings[] = {
        _("workers"), _("checks/s"), _("p50 ms"),
        _("p95 ms"),  _("errors"),   _("requests")
    };

    if (!outcome->course.count)
        return;
    strbuf_add_string(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (size_t i = 0; i < COUNT(headings); i++) {
        strbuf_add_string(out, "<th scope=\"col\">");
        html_add_text(out, headings[i]);
    }
    strbuf_add_string(out, "</thead>\n<tbody>\n");
    for (size_t i = 0; i < outcome->course.count; i++)
        add_row(outcome, &outcome->course.steps[i], out);
    strbuf_add_string(out, "</tbody>\n</table></div>\n");
}

static void add_outcome(const struct tune_outcome *outcome, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_add_string(out, "<section>\n");
    strbuf_addf(&text, "%s: ", outcome->network->name);
    tune_add_verdict(outcome, &text);
    add_element(out, "h2", &text);
    tune_add_why(outcome, LISTENER_PERSON, &text);
    add_element(out, "p", &text);
    tune_add_effort(outcome, &text);
    add_element(out, "p class=\"muted\"", &text);
    tune_add_charts(outcome, out);
    tune_add_fit(outcome, &text);
    add_element(out, "p class=\"muted\"", &text);
    add_table(outcome, out);
    strbuf_add_string(out, "</section>\n");
    strbuf_release(&text);
}

/* "workers of plan.cfg", secrets hidden, control characters visible. */
static void make_title(const struct tune_report *report, struct strbuf *title)
{
    struct strbuf hidden = STRBUF_INIT;

    if (report->file)
        secrets_hide(report->secrets, report->file, strlen(report->file),
                     &hidden);
    strbuf_add_string(title, _("How many workers"));
    if (hidden.length) {
        strbuf_add_string(title, " - ");
        text_add_visible(title, hidden.data, hidden.length);
    }
    strbuf_release(&hidden);
}

static void add_head(const struct tune_report *report, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    char started_at[CLOCK_TEXT_BYTES];

    /* Translators: the language you translate into, as in HTML: "de", "zh". */
    strbuf_addf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n", _("en"));
    strbuf_add_string(
        out,
        "<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
        "'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n");
    make_title(report, &text);
    add_element(out, "title", &text);
    strbuf_addf(out, "<style>%s</style>\n</head>\n<body>\n", style);
    make_title(report, &text);
    add_element(out, "h1", &text);
    clock_format(report->started_at_us, started_at);
    strbuf_addf(&text, "%s; rounds %s, %s", started_at, ROUNDS_VERSION,
                report->engine);
    if (report->is_stopped)
        strbuf_addf(&text, "; %s", _("stopped early"));
    add_element(out, "p class=\"muted\"", &text);
    strbuf_release(&text);
}

void tune_write_html(const struct tune_report *report, struct strbuf *out)
{
    add_head(report, out);
    for (size_t i = 0; i < report->count; i++)
        add_outcome(&report->outcomes[i], out);
    strbuf_add_string(out, "</body>\n</html>\n");
}

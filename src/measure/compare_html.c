/*
 * A comparison as one HTML file that needs nothing but itself: no script, no
 * resource from outside. Whatever comes from outside goes through add_shown()
 * and html_add_text(), or as JSON through html_add_json().
 */

#include <string.h>

#include "compare_chart.h"
#include "compare_words.h"
#include "rounds/clock.h"
#include "rounds/html_text.h"
#include "rounds/translate.h"

/* Two themes of the same names; the reader's system chooses. */
static const char style[] =
    ":root{color-scheme:light dark;--ground:#f4f5f7;--surface:#fff;"
    "--text:#1b2230;--muted:#5a6475;--line:#dde1e8;--warn:#946200;"
    "--c0:#1f5fd6;--c1:#b4400f;--c2:#1a7f4b;--c3:#8a3fc4;--c4:#a3145f;"
    "--c5:#68717d}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--ground:#0f131a;"
    "--surface:#171d27;--text:#e4e8ef;--muted:#98a3b5;--line:#2b3443;"
    "--warn:#e2b341;--c0:#78a9ff;--c1:#ff9d66;--c2:#4fc98b;--c3:#c7a0ff;"
    "--c4:#f57cb8;--c5:#98a1ad}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--ground);color:var(--text);font:14px/1.5 "
    "system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\","
    "\"Noto Sans CJK SC\",\"PingFang SC\",\"Microsoft YaHei\",sans-serif;"
    "overflow-wrap:anywhere}\n"
    "main{max-width:1100px;margin:0 auto;padding:16px}\n"
    "h1{font-size:24px;line-height:1.25;margin:0 0 4px}\n"
    "h2{font-size:17px;margin:24px 0 8px}\n"
    "p{margin:0 0 8px}\n"
    ".facts,figcaption,caption{color:var(--muted)}\n"
    ".says{background:var(--surface);border:1px solid var(--line);"
    "border-left:4px solid var(--c0);border-radius:6px;padding:10px 14px;"
    "font-size:16px}\n"
    ".notes{border-left:4px solid var(--warn);padding:4px 14px 4px 30px;"
    "margin:12px 0}\n"
    ".charts{display:grid;gap:16px;"
    "grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr))}\n"
    "figure{margin:0;background:var(--surface);border:1px solid var(--line);"
    "border-radius:6px;padding:12px}\n"
    "figcaption{font-weight:600}\n"
    "figure>svg{width:100%;height:auto}\n"
    "svg text{font-size:15px;fill:var(--muted)}\n"
    ".axis{stroke:var(--line);stroke-width:1}\n"
    ".c0{--c:var(--c0)}.c1{--c:var(--c1)}.c2{--c:var(--c2)}"
    ".c3{--c:var(--c3)}.c4{--c:var(--c4)}.c5{--c:var(--c5)}\n"
    ".curve polyline,.curve line{stroke:var(--c);stroke-width:2}\n"
    ".curve .range{stroke-width:1.5;opacity:.6}\n"
    ".mark{fill:var(--c)}\n"
    ".legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;"
    "margin:4px 0 0;padding:0}\n"
    ".legend svg{vertical-align:middle}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;background:var(--surface);"
    "border:1px solid var(--line);margin:0 0 12px;"
    "font-variant-numeric:tabular-nums}\n"
    "caption{text-align:left;padding:4px 0}\n"
    "th,td{padding:4px 12px;border-top:1px solid var(--line);"
    "text-align:right;white-space:nowrap}\n"
    "th:first-child{text-align:left;font-weight:400}\n"
    "thead th{border-top:0;color:var(--muted);font-weight:600}\n"
    "td.difference{font-weight:700}\n";

/* The page in the making. */
struct page {
    const struct compare_input *input;
    const struct contest *contest;
    struct strbuf *out;
};

static void add_markup(struct page *page, const char *markup)
{
    strbuf_add_string(page->out, markup);
}

/* TEXT of any kind: secrets hidden, control characters visible, escaped. */
static void add_text(struct page *page, const char *text)
{
    struct strbuf shown = STRBUF_INIT;

    add_shown(page->input, text, &shown);
    html_add_text(page->out, shown.data);
    strbuf_release(&shown);
}

static void add_names(struct page *page, size_t from)
{
    for (size_t i = from; i < page->contest->contestant_count; i++) {
        add_markup(page, "<th scope=\"col\">");
        add_text(page, page->contest->contestants[i].name);
    }
    add_markup(page, "</tr></thead>\n<tbody>\n");
}

static void begin_row(struct page *page, const char *label)
{
    add_markup(page, "<tr><th scope=\"row\">");
    add_text(page, label);
}

static void begin_table(struct page *page, const char *caption, size_t from)
{
    add_markup(page, "<div class=\"wide\"><table>\n<caption>");
    add_text(page, caption);
    add_markup(page, "</caption>\n<thead><tr><td>");
    add_names(page, from);
}

static void end_table(struct page *page)
{
    add_markup(page, "</tbody>\n</table></div>\n");
}

static void add_medians(struct page *page, size_t stand)
{
    const struct contest *contest = page->contest;

    begin_table(page, _("medians"), 0);
    begin_row(page, _("rounds"));
    for (size_t k = 0; k < contest->contestant_count; k++)
        strbuf_addf(page->out, "<td>%zu", contest_measured(contest, stand, k));
    add_markup(page, "</tr>\n");
    for (int i = 0; i < MEASURE_COUNT; i++) {
        begin_row(page, _(measure_rows[i].label));
        for (size_t k = 0; k < contest->contestant_count; k++) {
            add_markup(page, "<td>");
            add_measure(page->out, (enum measure)i,
                        contest_median(contest, stand, k, (enum measure)i));
        }
        add_markup(page, "</tr>\n");
    }
    end_table(page);
}

static void add_ratio_cell(struct page *page, size_t stand, size_t contestant,
                           enum measure measure)
{
    struct paired_ratio ratio;

    contest_ratio(page->contest, stand, contestant, measure, &ratio);
    add_markup(page,
               is_difference(&ratio) ? "<td class=\"difference\">" : "<td>");
    add_interval(page->out, &ratio);
}

static void add_ratios(struct page *page, size_t stand)
{
    struct strbuf caption = STRBUF_INIT;

    if (page->contest->contestant_count == 1)
        return;
    strbuf_addf(&caption, _("times %s"), page->contest->contestants[0].name);
    begin_table(page, caption.data, 1);
    for (size_t i = 0; i < told_ratio_count; i++) {
        begin_row(page, _(measure_rows[told_ratios[i]].label));
        for (size_t k = 1; k < page->contest->contestant_count; k++)
            add_ratio_cell(page, stand, k, told_ratios[i]);
        add_markup(page, "</tr>\n");
    }
    end_table(page);
    strbuf_release(&caption);
}

static void add_sayings(struct page *page, size_t stand)
{
    struct strbuf said = STRBUF_INIT;

    for (size_t k = 1; k < page->contest->contestant_count; k++) {
        strbuf_clear(&said);
        add_saying(page->input, stand, k, LISTENER_PERSON, &said);
        add_markup(page, "<p class=\"says\">");
        add_text(page, said.data);
        add_markup(page, "</p>\n");
    }
    strbuf_release(&said);
}

static void add_stands(struct page *page)
{
    struct strbuf heading = STRBUF_INIT;

    for (size_t i = 0; i < page->contest->stand_count; i++) {
        strbuf_clear(&heading);
        add_stand(page->input, i, &heading);
        add_markup(page, "<h2>");
        add_text(page, heading.data);
        add_markup(page, "</h2>\n");
        add_sayings(page, i);
        add_medians(page, i);
        add_ratios(page, i);
    }
    strbuf_release(&heading);
}

static void add_charts(struct page *page)
{
    if (page->contest->stand_count == 1)
        return;
    add_markup(page, "<div class=\"charts\">\n");
    add_chart(page->input, MEASURE_RATE, page->out);
    add_chart(page->input, MEASURE_CPU, page->out);
    add_markup(page, "</div>\n");
}

static void add_note(struct page *page, const char *text, size_t length)
{
    struct strbuf note = STRBUF_INIT;

    strbuf_add(&note, text, length);
    add_markup(page, "<li>");
    add_text(page, note.data);
    add_markup(page, "\n");
    strbuf_release(&note);
}

static void add_notes(struct page *page)
{
    struct strbuf ending = STRBUF_INIT;
    const char *rest = page->input->notes[LISTENER_PERSON];

    add_ending(page->input, &ending);
    if (*rest || ending.length)
        add_markup(page, "<ul class=\"notes\">\n");
    if (ending.length)
        add_note(page, ending.data, ending.length);
    while (*rest) {
        size_t length = strcspn(rest, "\n");

        add_note(page, rest, length);
        rest += length + (rest[length] == '\n');
    }
    if (*page->input->notes[LISTENER_PERSON] || ending.length)
        add_markup(page, "</ul>\n");
    strbuf_release(&ending);
}

static void add_commands(struct page *page)
{
    for (size_t i = 0; i < page->contest->contestant_count; i++) {
        const struct contestant *it = &page->contest->contestants[i];

        if (!it->command)
            continue;
        add_markup(page, "<p class=\"facts\">");
        add_text(page, it->name);
        add_markup(page, ": <code>");
        add_text(page, it->command);
        add_markup(page, "</code></p>\n");
    }
}

static void add_top(struct page *page)
{
    struct strbuf text = STRBUF_INIT;
    char started_at[CLOCK_TEXT_BYTES];

    clock_format(page->input->started_at_us, started_at);
    add_headline(page->input, &text);
    add_markup(page, "<h1>");
    add_text(page, _("Comparison"));
    add_markup(page, "</h1>\n<p>");
    add_text(page, text.data);
    add_markup(page, "</p>\n<p class=\"facts\">");
    add_text(page, started_at);
    strbuf_addf(page->out, "; rounds %s</p>\n", ROUNDS_VERSION);
    add_commands(page);
    strbuf_release(&text);
}

/* The very report of --report json. */
static void add_report(struct page *page)
{
    struct strbuf json = STRBUF_INIT;

    compare_json(page->input, &json);
    add_markup(page, "<script type=\"application/json\" id=\"report\">\n");
    html_add_json(page->out, json.data, json.length);
    add_markup(page, "</script>\n");
    strbuf_release(&json);
}

void compare_html(const struct compare_input *input, struct strbuf *out)
{
    struct page page = { input, input->contest, out };

    add_markup(&page, "<!DOCTYPE html>\n<html lang=\"");
    html_add_text(out, _("en"));
    add_markup(&page,
               "\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" "
               "content=\"default-src 'none'; style-src 'unsafe-inline'; "
               "img-src data:; base-uri 'none'; form-action 'none'\">\n"
               "<meta name=\"viewport\" "
               "content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    add_text(&page, _("Comparison"));
    if (input->plan) {
        add_markup(&page, " - ");
        add_text(&page, input->plan);
    }
    add_markup(&page, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>");
    add_markup(&page, style);
    add_markup(&page, "</style>\n</head>\n<body>\n<main>\n");
    add_top(&page);
    add_notes(&page);
    add_charts(&page);
    add_stands(&page);
    add_markup(&page, "</main>\n");
    add_report(&page);
    add_markup(&page, "</body>\n</html>\n");
}

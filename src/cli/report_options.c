#include "report_options.h"

#include <stdlib.h>
#include <string.h>

#include "format_list.h"
#include "rounds/figures.h"
#include "rounds/meter.h"
#include "rounds/report_stream.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* "json=out.json" or "json". */
static bool parse_report(const char *text, struct report_request *report,
                         struct strbuf *why)
{
    const char *equals = strchr(text, '=');
    char *name =
        xstrndup(text, equals ? (size_t)(equals - text) : strlen(text));

    report->format = report_format_find(name);
    report->file = equals ? equals + 1 : NULL;
    if (!report->format) {
        strbuf_addf(why, _("--report: \"%s\" is no format; expected one of "),
                    name);
        report_format_names(why);
        strbuf_add_char(why, '\n');
    } else if (report->file && !*report->file) {
        strbuf_addf(why, _("--report: a file name is missing after \"%s\"\n"),
                    text);
    }
    free(name);
    return report->format && !(report->file && !*report->file);
}

static bool is_in_github(void)
{
    const char *set = getenv("GITHUB_ACTIONS");

    return set && !strcmp(set, "true");
}

/* What stdout gets where nobody asked for anything there. */
static void add_default(struct report_request *reports,
                        struct round_request *request)
{
    if (!request->report_count)
        reports[request->report_count++] =
            (struct report_request){ report_format_find("text"), NULL };
    if (request->is_in_github && !request->is_nagios)
        reports[request->report_count++] =
            (struct report_request){ report_format_find("github"), NULL };
}

static bool parse_reports(const struct check_options *options,
                          struct report_request *reports,
                          struct round_request *request, struct strbuf *why)
{
    bool is_right = format_list_is_apart(&options->reports, why);
    size_t on_stdout = 0;

    for (size_t i = 0; i < options->reports.count; i++) {
        is_right &= parse_report(options->reports.items[i], &reports[i], why);
        on_stdout += !reports[i].file;
    }
    request->report_count = options->reports.count;
    request->reports = reports;
    request->is_in_github = is_in_github();
    if (on_stdout > 1) {
        strbuf_add_string(why, _("--report: only one report may have stdout; "
                                 "give the others a file: FORMAT=FILE\n"));
        return false;
    }
    if (!on_stdout)
        add_default(reports, request);
    return is_right;
}

static bool parse_color(const char *text, enum color_choice *color,
                        struct strbuf *why)
{
    static const char *const words[] = { "auto", "always", "never" };

    for (int i = 0; i < 3; i++) {
        if (!text || !strcmp(text, words[i])) {
            *color = text ? (enum color_choice)i : COLOR_AUTO;
            return true;
        }
    }
    strbuf_addf(why, _("--color: \"%s\" is none of auto, always, never\n"),
                text);
    return false;
}

static bool parse_exit(const char *text, struct round_request *request,
                       struct strbuf *why)
{
    request->is_nagios = text && !strcmp(text, "nagios");
    if (!text || request->is_nagios || !strcmp(text, "simple"))
        return true;
    strbuf_addf(why, _("--exit: \"%s\" is none of simple, nagios\n"), text);
    return false;
}

/* The line of a monitoring plugin comes first, before any record. */
static bool leaves_stdout(const struct round_request *request,
                          struct strbuf *why)
{
    for (size_t i = 0; i < request->report_count; i++) {
        const struct report_request *report = &request->reports[i];

        if (!report->format || report->file ||
            !strcmp(report->format->name, "text"))
            continue;
        strbuf_addf(why,
                    _("--exit nagios: its line has stdout; give the %s "
                      "report a file\n"),
                    report->format->name);
        return false;
    }
    return true;
}

/* See meter.h: another process of ours waits for them. */
static void add_figures(struct report_request *reports,
                        struct round_request *request)
{
    reports[0] = (struct report_request){ &figures_format, METER_FIGURES_FILE };
    request->reports = reports;
    request->report_count = 1;
}

bool report_options_parse(const struct check_options *options,
                          struct report_request *reports,
                          struct round_request *request, struct strbuf *why)
{
    bool is_right = parse_color(options->color, &request->color, why);

    if (options->is_measured) {
        add_figures(reports, request);
        return is_right;
    }
    is_right &= parse_exit(options->exit, request, why);
    is_right &= parse_reports(options, reports, request, why);
    if (request->is_nagios)
        is_right &= leaves_stdout(request, why);
    return is_right;
}

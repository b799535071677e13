#include "outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rounds/github.h"
#include "rounds/report_stream.h"
#include "rounds/terminal.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

struct outputs {
    const struct round_request *request;
    struct report_stream **streams; /* by report; NULL: not a stream */
    bool *has_failed;               /* by report: it was told already */
};

static void tell_not_written(const char *what, const char *why)
{
    fprintf(stderr, _("rounds: the %s report was not written: %s\n"), what,
            why);
}

static bool is_streamed(const struct report_request *report, bool is_stream)
{
    /* TAP counts in the plan's order where results are kept. */
    return report_stream_is_possible(report->format) &&
           (is_stream || !strcmp(report->format->name, "jsonl"));
}

struct outputs *outputs_begin(const struct round_request *request)
{
    struct outputs *outputs = xcalloc(1, sizeof(*outputs));
    struct strbuf why = STRBUF_INIT;

    outputs->request = request;
    outputs->streams =
        xcalloc(request->report_count, sizeof(struct report_stream *));
    outputs->has_failed = xcalloc(request->report_count, sizeof(bool));
    for (size_t i = 0; i < request->report_count; i++) {
        const struct report_request *report = &request->reports[i];

        if (!is_streamed(report, request->urls != NULL))
            continue;
        outputs->streams[i] = report_stream_begin(report->format, request->plan,
                                                  report->file, &why);
        if (!outputs->streams[i]) {
            outputs->has_failed[i] = true;
            tell_not_written(report->format->name, why.data);
            strbuf_clear(&why);
        }
    }
    strbuf_release(&why);
    return outputs;
}

void outputs_destroy(struct outputs *outputs)
{
    if (!outputs)
        return;
    for (size_t i = 0; i < outputs->request->report_count; i++)
        report_stream_destroy(outputs->streams[i]);
    free(outputs->streams);
    free(outputs->has_failed);
    free(outputs);
}

void outputs_record(struct outputs *outputs, const struct result *result)
{
    for (size_t i = 0; i < outputs->request->report_count; i++)
        report_stream_record(outputs->streams[i], result);
}

static bool is_dumb_terminal(void)
{
    const char *term = getenv("TERM");

    return !term || !strcmp(term, "dumb");
}

/* https://no-color.org */
bool outputs_want_color(enum color_choice choice, int descriptor)
{
    const char *no_color = getenv("NO_COLOR");

    if (choice != COLOR_AUTO)
        return choice == COLOR_ALWAYS;
    return isatty(descriptor) && !is_dumb_terminal() &&
           !(no_color && *no_color);
}

bool outputs_can_redraw(void)
{
    return isatty(STDERR_FILENO) && !is_dumb_terminal();
}

/*
 * A text report in a log of GitHub Actions: what a server sent must not be
 * taken for a command there.
 */
static void write_fenced(const struct report_format *format,
                         const struct report_input *input, struct strbuf *out)
{
    struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;

    if (!github_add_fence(&before, &after))
        strbuf_clear(&before);
    strbuf_add(out, before.data, before.length);
    format->write(input, out);
    strbuf_add(out, after.data, after.length);
    strbuf_release(&after);
    strbuf_release(&before);
}

static bool write_report(const struct report_request *report,
                         struct report_input *input, bool is_fenced,
                         enum color_choice color)
{
    struct strbuf text = STRBUF_INIT, why = STRBUF_INIT;
    bool is_written;

    input->has_color = report->file ? color == COLOR_ALWAYS
                                    : outputs_want_color(color, STDOUT_FILENO);
    input->columns = report->file ? 0 : terminal_columns(STDOUT_FILENO);
    if (is_fenced && !report->file && !strcmp(report->format->name, "text"))
        write_fenced(report->format, input, &text);
    else
        report->format->write(input, &text);
    is_written = report_save(report->file, text.data, text.length, &why);
    if (!is_written)
        tell_not_written(report->format->name, why.data);
    strbuf_release(&why);
    strbuf_release(&text);
    return is_written;
}

static bool finish_report(struct outputs *outputs, size_t at,
                          struct report_input *input)
{
    const struct round_request *request = outputs->request;
    struct strbuf why = STRBUF_INIT;
    bool is_written = !outputs->has_failed[at];

    if (outputs->streams[at]) {
        is_written = report_stream_end(outputs->streams[at], &why);
        outputs->streams[at] = NULL;
        if (!is_written)
            tell_not_written(request->reports[at].format->name, why.data);
    } else if (is_written) {
        is_written = write_report(&request->reports[at], input,
                                  request->is_in_github, request->color);
    }
    strbuf_release(&why);
    return is_written;
}

static bool write_all(int descriptor, const struct strbuf *text)
{
    size_t written = 0;

    while (written < text->length) {
        ssize_t count =
            write(descriptor, text->data + written, text->length - written);

        if (count < 0 && errno != EINTR)
            return false;
        written += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* GitHub collects what the steps of a job append to that file. */
static bool append_summary(const char *file, const struct report_input *input)
{
    struct strbuf text = STRBUF_INIT;
    int descriptor;
    bool is_written;

    github_add_summary(input, &text);
    descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    is_written = descriptor >= 0 && write_all(descriptor, &text);
    if (!is_written)
        fprintf(stderr, _("rounds: %s: the summary was not written: %s\n"),
                file, error_text(errno));
    if (descriptor >= 0 && close(descriptor) != 0)
        is_written = false;
    strbuf_release(&text);
    return is_written;
}

static bool has_format(const struct round_request *request, const char *name)
{
    for (size_t i = 0; i < request->report_count; i++)
        if (!strcmp(request->reports[i].format->name, name))
            return true;
    return false;
}

/* The caller's; NULL: not in a workspace of GitHub's. */
static char *github_folder(void)
{
    const char *workspace = getenv("GITHUB_WORKSPACE");
    char *working = getcwd(NULL, 0);
    struct strbuf folder = STRBUF_INIT;

    if (workspace && *workspace && working)
        github_add_folder(working, workspace, &folder);
    free(working);
    return strbuf_detach(&folder);
}

bool outputs_finish(struct outputs *outputs, struct report_input *input)
{
    const struct round_request *request = outputs->request;
    const char *summary = getenv("GITHUB_STEP_SUMMARY");
    char *folder = github_folder();
    bool are_written = true;

    input->folder = folder;
    for (size_t i = 0; i < request->report_count; i++)
        are_written &= finish_report(outputs, i, input);
    if (summary && *summary && has_format(request, "github"))
        are_written &= append_summary(summary, input);
    input->folder = NULL;
    free(folder);
    return are_written;
}

void outputs_print_nagios(const struct report_input *input,
                          enum nagios_state state)
{
    struct strbuf line = STRBUF_INIT;

    nagios_line(input, state, &line);
    fputs(line.data, stdout);
    strbuf_release(&line);
}

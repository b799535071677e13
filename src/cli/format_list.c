#include "format_list.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "rounds/report.h"
#include "rounds/translate.h"

static void tell_formats(const char *text, const char *const *names,
                         struct strbuf *why)
{
    strbuf_addf(why, _("--report: \"%s\" is no format; expected one of "),
                text);
    for (size_t i = 0; names[i]; i++)
        strbuf_addf(why, "%s%s", i ? ", " : "", names[i]);
    strbuf_add_char(why, '\n');
}

/* "json=out.json" or "json". */
static bool parse(const char *text, const char *const *names,
                  struct format_choice *choice, struct strbuf *why)
{
    size_t length = strcspn(text, "=");

    choice->file = text[length] ? text + length + 1 : NULL;
    if (choice->file && !*choice->file) {
        strbuf_addf(why, _("--report: a file name is missing after \"%s\"\n"),
                    text);
        return false;
    }
    for (size_t i = 0; names[i]; i++) {
        choice->format = i;
        if (strlen(names[i]) == length && !strncmp(names[i], text, length))
            return true;
    }
    tell_formats(text, names, why);
    return false;
}

static bool is_replaced(const char *file)
{
    struct stat status;

    return stat(file, &status) != 0 || S_ISREG(status.st_mode);
}

/* Whether a report before that at AT goes into the same file. */
static bool is_taken(const struct text_list *reports, size_t at)
{
    const char *file = strchr(reports->items[at], '=');

    if (!file || !file[1] || !is_replaced(file + 1))
        return false;
    for (size_t i = 0; i < at; i++) {
        const char *other = strchr(reports->items[i], '=');

        if (other && !strcmp(other, file))
            return true;
    }
    return false;
}

bool format_list_is_apart(const struct text_list *reports, struct strbuf *why)
{
    bool are_apart = true;

    for (size_t i = 0; i < reports->count; i++) {
        if (!is_taken(reports, i))
            continue;
        strbuf_addf(why,
                    _("--report: \"%s\": another report goes into that file\n"),
                    reports->items[i]);
        are_apart = false;
    }
    return are_apart;
}

bool format_list_parse(const struct text_list *reports,
                       const char *const *names, struct format_choice *choices,
                       size_t *count, struct strbuf *why)
{
    size_t on_stdout = 0;
    bool is_right = format_list_is_apart(reports, why);

    for (size_t i = 0; i < reports->count; i++) {
        is_right &= parse(reports->items[i], names, &choices[i], why);
        on_stdout += !choices[i].file;
    }
    *count = reports->count;
    if (on_stdout > 1) {
        strbuf_add_string(why, _("--report: only one report may have stdout; "
                                 "give the others a file: FORMAT=FILE\n"));
        return false;
    }
    if (!on_stdout)
        choices[(*count)++] = (struct format_choice){ 0, NULL };
    return is_right;
}

bool format_list_write(const struct format_choice *choice, const char *name,
                       const struct strbuf *text)
{
    struct strbuf why = STRBUF_INIT;
    bool is_written = report_save(choice->file, text->data, text->length, &why);

    if (!is_written)
        fprintf(stderr, _("rounds: the %s report was not written: %s\n"), name,
                why.data);
    strbuf_release(&why);
    return is_written;
}

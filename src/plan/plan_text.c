#include "plan_text.h"

#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "lexer.h"

#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* A file being read, and the one that includes it. */
struct opened {
    const struct opened *by;
    size_t file; /* in text->files */
    unsigned depth;
    struct strbuf bytes;
    const char *rest; /* what was not put into the whole text yet */
};

void plan_text_release(struct plan_text *text)
{
    strbuf_release(&text->text);
    for (size_t i = 0; i < text->file_count; i++)
        free(text->files[i].path);
    free(text->files);
    free(text->segments);
    memset(text, 0, sizeof(*text));
    strbuf_init(&text->text);
}

struct source plan_text_source(const struct plan_text *text, unsigned line)
{
    size_t low = 0;
    size_t high = text->segment_count;
    const struct text_segment *segment;

    while (line && low < high) {
        size_t middle = low + (high - low) / 2;

        if (text->segments[middle].first_line <= line)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return (struct source){ text->files[0].path, line };
    segment = &text->segments[low - 1];
    return (struct source){ text->files[segment->file].path,
                            segment->file_line + line - segment->first_line };
}

unsigned plan_text_first_line(const struct plan_text *text, size_t file)
{
    for (size_t i = 0; i < text->segment_count; i++)
        if (text->segments[i].file == file)
            return text->segments[i].first_line;
    return 0;
}

void plan_text_add_place(const struct plan_text *text, unsigned line,
                         unsigned from, struct strbuf *out)
{
    struct source place = plan_text_source(text, line);

    strbuf_addf(out, _("line %u"), place.line);
    if (strcmp(place.file, plan_text_source(text, from).file) != 0)
        strbuf_addf(out, _(" of %s"), place.file);
}

/* From here on the whole text's lines are FILE's from FILE_LINE on. */
static void start_segment(struct plan_text *text, size_t file,
                          unsigned file_line)
{
    const struct text_segment segment = { text->lines + 1, file_line, file };

    /* An include at the very start of a file leaves nothing before it. */
    if (text->segment_count &&
        text->segments[text->segment_count - 1].first_line ==
            segment.first_line)
        text->segment_count--;
    text->segments = xgrow(text->segments, text->segment_count,
                           &text->segment_capacity, sizeof(*text->segments));
    text->segments[text->segment_count++] = segment;
}

static void add_bytes(struct plan_text *text, const char *bytes, size_t count)
{
    const char *end = bytes + count;
    const char *at = bytes;

    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        text->lines++;
        at++;
    }
    strbuf_add(&text->text, bytes, count);
}

static size_t add_file(struct plan_text *text, char *path, bool others_write)
{
    text->files = xgrow(text->files, text->file_count, &text->file_capacity,
                        sizeof(*text->files));
    text->files[text->file_count] = (struct text_file){ path, others_write };
    return text->file_count++;
}

/* The path within an include's quotes, its escapes undone as libconfig does. */
static char *included_path(const struct token *token)
{
    const char *at = memchr(token->start, '"', token->length);
    const char *end = token->start + token->length - 1;
    struct strbuf path = STRBUF_INIT;

    for (at++; at < end; at++) {
        if (*at == '\\')
            at++;
        strbuf_add_char(&path, *at);
    }
    return strbuf_detach(&path);
}

static bool is_open_already(const struct plan_text *text,
                            const struct opened *opened, const char *path)
{
    for (; opened; opened = opened->by)
        if (strcmp(text->files[opened->file].path, path) == 0)
            return true;
    return false;
}

static bool add_opened(struct plan_text *text, struct opened *opened,
                       struct mistakes *mistakes);

static bool refuse_include(struct mistakes *mistakes, unsigned line,
                           const char *path, const char *why)
{
    char *message = xasprintf("@include: %s: %s", path, why);

    mistakes_add(mistakes, line, message);
    free(message);
    return false;
}

/* Put the file that an include of BY names into the whole text. */
static bool add_included(struct plan_text *text, const struct opened *by,
                         const struct token *token, struct mistakes *mistakes)
{
    char *named = included_path(token);
    char *path = file_beside(text->files[by->file].path, named);
    unsigned line = text->lines + 1;
    struct opened opened = { by, 0, by->depth + 1, STRBUF_INIT, NULL };
    struct strbuf why = STRBUF_INIT;
    bool others_write = false;
    bool is_added = false;

    free(named);
    if (is_open_already(text, by, path)) {
        refuse_include(mistakes, line, path, _("includes itself in a circle"));
    } else if (opened.depth > PLAN_TEXT_DEEPEST_INCLUDE) {
        refuse_include(mistakes, line, path,
                       _("more than 10 includes within each other"));
    } else if (!file_read(path, PLAN_TEXT_MOST_BYTES - text->bytes_read,
                          &opened.bytes, &others_write, &why)) {
        refuse_include(mistakes, line, path, why.data);
    } else {
        text->bytes_read += opened.bytes.length;
        opened.file = add_file(text, path, others_write);
        path = NULL;
        is_added = add_opened(text, &opened, mistakes);
    }
    free(path);
    strbuf_release(&why);
    strbuf_release(&opened.bytes);
    return is_added;
}

/* A line of OPENED, which the whole text has up to its rest. */
static unsigned line_in_text(const struct plan_text *text,
                             const struct opened *opened, const char *at)
{
    unsigned line = text->lines + 1;

    for (const char *byte = opened->rest; byte < at; byte++)
        line += *byte == '\n';
    return line;
}

/* Put OPENED into the whole text, the files it includes in their places. */
static bool add_with_includes(struct plan_text *text, struct opened *opened,
                              struct mistakes *mistakes)
{
    struct lexer lexer;
    const char *end = opened->bytes.data + opened->bytes.length;
    bool is_good = true;

    lexer_init(&lexer, opened->rest, (size_t)(end - opened->rest));
    for (;;) {
        struct token token = lexer_next(&lexer);

        switch (token.kind) {
        case TOKEN_END:
            add_bytes(text, opened->rest, (size_t)(end - opened->rest));
            return is_good;
        case TOKEN_INCLUDE:
            add_bytes(text, opened->rest, (size_t)(token.start - opened->rest));
            is_good &= add_included(text, opened, &token, mistakes);
            opened->rest = token.start + token.length;
            start_segment(text, opened->file, token.line);
            break;
        case TOKEN_UNCLOSED_STRING:
        case TOKEN_UNCLOSED_INCLUDE:
        case TOKEN_UNCLOSED_COMMENT:
            mistakes_add(mistakes, line_in_text(text, opened, token.start),
                         token.kind == TOKEN_UNCLOSED_COMMENT
                             ? _("a comment that is not closed; expected */")
                             : _("a string that is not closed; expected \""));
            add_bytes(text, opened->rest, (size_t)(end - opened->rest));
            return false;
        default:
            break;
        }
    }
}

/* Most plans include nothing: then the file's bytes are the whole text. */
static bool take_over_whole(struct plan_text *text, struct opened *opened)
{
    struct strbuf *bytes = &opened->bytes;

    if (opened->by || opened->rest != bytes->data ||
        memmem(bytes->data, bytes->length, "@include", 8))
        return false;
    text->text = *bytes;
    strbuf_init(bytes);
    return true;
}

static bool add_opened(struct plan_text *text, struct opened *opened,
                       struct mistakes *mistakes)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    bool is_good = true;

    opened->rest = opened->bytes.data;
    if (strncmp(opened->rest, byte_order_mark, 3) == 0)
        opened->rest += 3;
    start_segment(text, opened->file, 1);
    if (!take_over_whole(text, opened))
        is_good = add_with_includes(text, opened, mistakes);
    /* To libconfig a comment without a newline behind it is a mistake. */
    if (!text->text.length || text->text.data[text->text.length - 1] != '\n')
        add_bytes(text, "\n", 1);
    return is_good;
}

bool plan_text_read(struct plan_text *text, const char *file,
                    struct mistakes *mistakes)
{
    struct opened opened = { NULL, 0, 0, STRBUF_INIT, NULL };
    struct strbuf why = STRBUF_INIT;
    bool is_read;

    memset(text, 0, sizeof(*text));
    strbuf_init(&text->text);
    (void)add_file(text, xstrdup(file), false);
    is_read = file_read(file, PLAN_TEXT_MOST_BYTES, &opened.bytes,
                        &text->files[0].others_write, &why);
    text->bytes_read = opened.bytes.length;
    if (is_read)
        is_read = add_opened(text, &opened, mistakes);
    else
        mistakes_add(mistakes, 0, why.data);
    strbuf_release(&why);
    strbuf_release(&opened.bytes);
    return is_read;
}

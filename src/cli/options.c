#include "options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/text.h"
#include "rounds/translate.h"
#include "rounds/units.h"
#include "rounds/xalloc.h"

enum { HELP_COLUMN = 30, SUGGESTIONS_MOST = 64 };

/* Options that every command has. The language was set before any word was
 * read, so that mistakes in other words are told in it: language.h. */
static const struct option common_options[] = {
    { "lang", 0, "LANG", N_("language of messages: en, zh_CN (the locale's)"),
      OPTION_IGNORED, 0, 0, 0 },
    { NULL, 0, NULL, NULL, 0, 0, 0, 0 },
};

void text_list_add(struct text_list *list, const char *item)
{
    list->items =
        xgrow(list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = item;
}

void text_list_release(struct text_list *list)
{
    free(list->items);
    *list = (struct text_list){ 0 };
}

static bool is_end(const struct option *option)
{
    return !option->kind;
}

static const struct option *find_in(const struct option *options,
                                    const char *name, size_t length)
{
    for (; !is_end(options); options++)
        if (options->name && strlen(options->name) == length &&
            !strncmp(options->name, name, length))
            return options;
    return NULL;
}

static const struct option *find_name(const struct option *options,
                                      const char *name, size_t length)
{
    const struct option *option = find_in(options, name, length);

    return option ? option : find_in(common_options, name, length);
}

static const struct option *find_letter(const struct option *options,
                                        char letter)
{
    for (; !is_end(options); options++)
        if (options->letter && options->letter == letter)
            return options;
    return NULL;
}

static void tell_unknown(const struct option *options, const char *name,
                         size_t length, struct strbuf *why)
{
    const char *names[SUGGESTIONS_MOST];
    char *word = xstrndup(name, length);
    size_t count = 0;
    const char *nearest;

    names[count++] = common_options[0].name;
    for (; !is_end(options) && count < SUGGESTIONS_MOST; options++)
        if (options->name)
            names[count++] = options->name;
    nearest = text_nearest(word, names, count);
    strbuf_addf(why, _("--%s: no such option"), word);
    if (nearest)
        strbuf_addf(why, _("; did you mean --%s?"), nearest);
    strbuf_add_char(why, '\n');
    free(word);
}

static bool parse_number(const struct option *option, const char *text,
                         int64_t *value, struct strbuf *why)
{
    int64_t number;

    if (!number_parse(text, &number) || number < option->least ||
        number > option->most) {
        strbuf_addf(why,
                    _("--%s: \"%s\" is not a whole number from %jd to %jd\n"),
                    option->name, text, (intmax_t)option->least,
                    (intmax_t)option->most);
        return false;
    }
    *value = number;
    return true;
}

static bool parse_duration(const struct option *option, const char *text,
                           int64_t *value, struct strbuf *why)
{
    char least[DURATION_TEXT_BYTES], most[DURATION_TEXT_BYTES];

    if (!duration_parse(text, value)) {
        strbuf_addf(why, _("--%s: \"%s\" is not %s\n"), option->name, text,
                    DURATION_EXPECTED);
        return false;
    }
    if (*value >= option->least && *value <= option->most)
        return true;
    duration_format(option->least, least);
    duration_format(option->most, most);
    strbuf_addf(why, _("--%s: \"%s\" does not lie between %s and %s\n"),
                option->name, text, least, most);
    return false;
}

static bool store(const struct option *option, const char *text, void *values,
                  struct strbuf *why)
{
    void *field = (char *)values + option->offset;

    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_NUMBER:
        return parse_number(option, text, field, why);
    case OPTION_DURATION:
        return parse_duration(option, text, field, why);
    case OPTION_TEXT:
        *(const char **)field = text;
        return true;
    case OPTION_LIST:
        text_list_add(field, text);
        return true;
    case OPTION_IGNORED:
        return true;
    case OPTION_GROUP:
        break;
    }
    return false;
}

/* The words still to read. */
struct words {
    char **at;
    char **end;
};

/* ATTACHED is what came with the option ("=VALUE", "-nVALUE"); NULL: nothing. */
static bool take_value(const struct option *option, const char *attached,
                       struct words *words, void *values, struct strbuf *why)
{
    if (!option->argument) {
        assert(option->kind == OPTION_FLAG);
        if (!attached)
            return store(option, NULL, values, why);
        strbuf_addf(why, _("--%s takes no value\n"), option->name);
        return false;
    }
    if (!attached) {
        if (words->at == words->end) {
            strbuf_addf(why, _("--%s needs a value: --%s %s\n"), option->name,
                        option->name, option->argument);
            return false;
        }
        attached = *words->at++;
    }
    return store(option, attached, values, why);
}

static bool parse_long(const struct option *options, const char *word,
                       struct words *words, void *values, struct strbuf *why)
{
    const char *name = word + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct option *option = find_name(options, name, length);

    if (!option) {
        tell_unknown(options, name, length, why);
        return false;
    }
    return take_value(option, equals ? equals + 1 : NULL, words, values, why);
}

/* "-q", "-qv", "-n4", "-n 4". */
static bool parse_letters(const struct option *options, const char *word,
                          struct words *words, void *values, struct strbuf *why)
{
    for (const char *at = word + 1; *at; at++) {
        const struct option *option = find_letter(options, *at);

        if (!option) {
            strbuf_addf(why, _("-%c: no such option\n"), *at);
            return false;
        }
        if (option->argument)
            return take_value(option, at[1] ? at + 1 : NULL, words, values,
                              why);
        if (!take_value(option, NULL, words, values, why))
            return false;
    }
    return true;
}

bool options_parse(const struct option *options, int argc, char **argv,
                   void *values, struct text_list *operands, struct strbuf *why)
{
    struct words words = { argv, argv + argc };
    bool is_right = true;

    while (words.at < words.end) {
        const char *word = *words.at++;

        if (!strcmp(word, "--")) {
            while (words.at < words.end)
                text_list_add(operands, *words.at++);
        } else if (!strncmp(word, "--", 2)) {
            is_right &= parse_long(options, word, &words, values, why);
        } else if (word[0] == '-' && word[1]) {
            is_right &= parse_letters(options, word, &words, values, why);
        } else {
            text_list_add(operands, word);
        }
    }
    return is_right;
}

static void describe(const struct option *option, FILE *stream)
{
    char left[HELP_COLUMN + 1];
    char letter[5] = "    ";
    int used;

    if (option->kind == OPTION_GROUP) {
        fprintf(stream, "\n%s\n", _(option->help));
        return;
    }
    if (option->letter)
        (void)snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    used = snprintf(left, sizeof(left), "  %s--%s%s%s", letter, option->name,
                    option->argument ? " " : "",
                    option->argument ? option->argument : "");
    if (used >= HELP_COLUMN)
        fprintf(stream, "  %s--%s %s\n%*s%s\n", letter, option->name,
                option->argument ? option->argument : "", HELP_COLUMN, "",
                _(option->help));
    else
        fprintf(stream, "%-*s%s\n", HELP_COLUMN, left, _(option->help));
}

void options_describe(const struct option *options, FILE *stream)
{
    for (; !is_end(options); options++) {
        /* --help, the last one, stays the last one. */
        if (is_end(options + 1))
            for (size_t i = 0; !is_end(&common_options[i]); i++)
                describe(&common_options[i], stream);
        describe(options, stream);
    }
}

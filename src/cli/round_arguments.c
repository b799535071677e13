#include "round_arguments.h"

#include <inttypes.h>
#include <stdlib.h>

#include "command.h"
#include "rounds/xalloc.h"

/* Words in the making. */
struct words {
    char **items;
    size_t count;
    size_t capacity;
};

static void add_word(struct words *words, char *word)
{
    words->items =
        xgrow(words->items, words->count, &words->capacity, sizeof(char *));
    words->items[words->count++] = word;
}

static void add_text(struct words *words, const char *option, const char *text)
{
    if (text)
        add_word(words, xasprintf("--%s=%s", option, text));
}

static void add_number(struct words *words, const char *option, int64_t number,
                       const char *unit)
{
    add_word(words, xasprintf("--%s=%" PRId64 "%s", option, number, unit));
}

static void add_duration(struct words *words, const char *option,
                         int64_t duration_ms)
{
    if (duration_ms)
        add_number(words, option, duration_ms, "ms");
}

static void add_list(struct words *words, const char *option,
                     const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        add_text(words, option, list->items[i]);
}

char **round_arguments(const struct check_options *options,
                       const struct text_list *operands)
{
    struct words words = { 0 };

    add_word(&words, xstrdup("rounds"));
    add_word(&words, xstrdup(MEASURED_ROUND_COMMAND));
    add_text(&words, "engine", options->engine);
    if (options->loops)
        add_number(&words, "loops", options->loops, "");
    if (options->workers)
        add_number(&words, "workers", options->workers, "");
    if (options->retries >= 0)
        add_number(&words, "retries", options->retries, "");
    add_duration(&words, "timeout", options->timeout_ms);
    add_duration(&words, "connect-timeout", options->connect_timeout_ms);
    add_duration(&words, "deadline", options->deadline_ms);
    add_list(&words, "only", &options->only);
    add_list(&words, "tag", &options->tags);
    add_list(&words, "exclude", &options->exclude);
    add_word(&words, xstrdup("--"));
    for (size_t i = 0; i < operands->count; i++)
        add_word(&words, xstrdup(operands->items[i]));
    add_word(&words, NULL);
    return words.items;
}

void round_arguments_free(char **arguments)
{
    if (!arguments)
        return;
    for (size_t i = 0; arguments[i]; i++)
        free(arguments[i]);
    free(arguments);
}

#include "peer.h"

#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"
#include "shell.h"

/* Returns the bytes of the placeholder at TEXT; 0: there is none. */
static size_t add_value(const char *text, const struct peer_values *values,
                        struct strbuf *out)
{
    static const char plan[] = "{plan}", urls[] = "{urls}",
                      workers[] = "{workers}";

    if (values->plan && !strncmp(text, plan, sizeof(plan) - 1)) {
        shell_add_word(out, values->plan, strlen(values->plan));
        return sizeof(plan) - 1;
    }
    if (!strncmp(text, urls, sizeof(urls) - 1)) {
        shell_add_word(out, values->urls, strlen(values->urls));
        return sizeof(urls) - 1;
    }
    if (!strncmp(text, workers, sizeof(workers) - 1)) {
        strbuf_addf(out, "%u", values->workers);
        return sizeof(workers) - 1;
    }
    return 0;
}

void peer_add_command(const char *command, const struct peer_values *values,
                      struct strbuf *out)
{
    while (*command) {
        size_t plain = strcspn(command, "{");
        size_t used;

        strbuf_add(out, command, plain);
        command += plain;
        if (!*command)
            return;
        used = add_value(command, values, out);
        if (!used)
            strbuf_add_char(out, *command++);
        command += used;
    }
}

bool peer_wants(const char *command, const char *name)
{
    char *place = xasprintf("{%s}", name);
    bool does = strstr(command, place) != NULL;

    free(place);
    return does;
}

const char *peer_quoted(const char *command)
{
    static const char *const values[] = { "{plan}", "{urls}" };
    char quote = '\0';

    for (; *command; command++) {
        if (*command == '\\' && command[1] && quote != '\'')
            command++;
        else if (quote && *command == quote)
            quote = '\0';
        else if (!quote && strchr("'\"", *command))
            quote = *command;
        for (size_t i = 0; quote && i < sizeof(values) / sizeof(*values); i++)
            if (!strncmp(command, values[i], strlen(values[i])))
                return values[i];
    }
    return NULL;
}

#define SEPARATORS " \t\n;|&"

/* The bytes of a redirection and of where it goes to; 0: there is none. */
static size_t redirection_length(const char *text)
{
    size_t length = strspn(text, "0123456789");

    if (text[length] != '<' && text[length] != '>')
        return 0;
    length += strspn(text + length, "<>&|");
    length += strspn(text + length, " \t");
    return length + strcspn(text + length, SEPARATORS "<>");
}

char *peer_name(const char *command)
{
    const char *first = command;
    size_t first_length = 0;
    const char *text = command;

    while (*(text += strspn(text, SEPARATORS))) {
        size_t redirection = redirection_length(text);
        size_t length = strcspn(text, SEPARATORS "<>");
        const char *slash = memrchr(text, '/', length);

        if (redirection) {
            text += redirection;
            continue;
        }
        if (slash && *text != '-' && slash + 1 < text + length)
            return xstrndup(slash + 1, (size_t)(text + length - slash - 1));
        if (!first_length) {
            first = text;
            first_length = length;
        }
        text += length;
    }
    return xstrndup(first, first_length ? first_length : strlen(command));
}

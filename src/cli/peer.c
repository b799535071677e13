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

char *peer_name(const char *command)
{
    static const char spaces[] = " \t\n";
    const char *first = command + strspn(command, spaces);
    size_t first_length = strcspn(first, spaces);
    const char *word = first;

    while (*word) {
        size_t length = strcspn(word, spaces);
        const char *slash = memrchr(word, '/', length);

        if (slash && *word != '-' && slash + 1 < word + length)
            return xstrndup(slash + 1, (size_t)(word + length - slash - 1));
        word += length;
        word += strspn(word, spaces);
    }
    return xstrndup(first, first_length);
}

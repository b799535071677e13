#include "url_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rounds/translate.h"

static bool write_urls(const struct plan *plan, int descriptor)
{
    FILE *stream = fdopen(descriptor, "w");
    bool is_written = true;

    if (!stream)
        return false;
    for (size_t i = 0; i < plan->endpoint_count; i++)
        is_written &= fprintf(stream, "%s\n", plan->endpoints[i].url) >= 0;
    return fclose(stream) == 0 && is_written;
}

char *url_file_make(const struct plan *plan, struct strbuf *why)
{
    const char *folder = getenv("TMPDIR");
    char *file =
        xasprintf("%s/rounds-urls-XXXXXX", folder && *folder ? folder : "/tmp");
    int descriptor = mkstemp(file);

    if (descriptor >= 0 && write_urls(plan, descriptor))
        return file;
    strbuf_addf(why, "%s: %s\n", file, error_text(errno));
    if (descriptor >= 0)
        (void)unlink(file); /* half a list is of no use */
    free(file);
    return NULL;
}

size_t url_file_lossy(const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->endpoint_count; i++) {
        const struct settings *settings = plan->endpoints[i].settings;

        count += strcmp(settings->method, "GET") != 0 || settings->body ||
                 settings->header_count || settings->user || settings->bearer;
    }
    return count;
}

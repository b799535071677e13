/*
 * Whole reports: into files, where readers see the old one or the new one, and
 * to stdout.
 */

#include "rounds/report.h"

#include "target.h"

bool report_save(const char *file, const char *bytes, size_t length,
                 struct strbuf *why)
{
    struct target target;

    if (!target_open(&target, file, why))
        return false;
    target_write(&target, bytes, length);
    return target_commit(&target, why);
}

#ifndef ROUNDS_REPORT_HTML_DATA_H
#define ROUNDS_REPORT_HTML_DATA_H

/*
 * What the page's script needs to know beside the JSON report, which stands in
 * the page as well: caveats, networks, what the reasons that occurred mean,
 * and when on the round's own time line each check ran.
 */

#include "rounds/report.h"

/* Adds one JSON object. LANGUAGE is the page's: "en". */
void html_add_data(const struct report_input *input, const char *language,
                   struct strbuf *out);

#endif

#ifndef ROUNDS_REPORT_XML_H
#define ROUNDS_REPORT_XML_H

/*
 * Text in XML 1.0. Bytes that are no UTF-8 and characters that XML forbids even
 * as a reference come out as U+FFFD, so a document stays well-formed whatever
 * is put into it. Pure.
 */

#include <stdint.h>

#include "rounds/strbuf.h"

/* Between tags; "]]>" is harmless too. */
void xml_add_text(struct strbuf *out, const char *text);

/* ' name="text"' within a tag; line ends and tabs are kept as references. */
void xml_add_attribute(struct strbuf *out, const char *name, const char *text);
void xml_add_count(struct strbuf *out, const char *name, uint64_t count);

/* Seconds with a dot and three digits behind it; below 0: 0.000. */
void xml_add_seconds(struct strbuf *out, const char *name, int64_t duration_us);

#endif

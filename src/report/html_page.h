#ifndef ROUNDS_REPORT_HTML_PAGE_H
#define ROUNDS_REPORT_HTML_PAGE_H

/*
 * The page without its data: html/page.html with style and scripts put in by
 * cmake/embed.cmake, which also writes the .c file. Places for data are
 * {{word}}.
 */

#include <stddef.h>

extern const unsigned char html_page[];
extern const size_t html_page_length;

#endif

#ifndef ROUNDS_WATCH_PAGE_FILES_H
#define ROUNDS_WATCH_PAGE_FILES_H

/*
 * The status page as a browser gets it: page/page.html, page/style.css and
 * its scripts, embedded by cmake/embed.cmake, which also writes the .c file.
 * Places for data in the HTML are {{language}} and {{title}}.
 */

#include <stddef.h>

extern const unsigned char page_files_html[];
extern const size_t page_files_html_length;
extern const unsigned char page_files_css[];
extern const size_t page_files_css_length;
extern const unsigned char page_files_js[];
extern const size_t page_files_js_length;

#endif

#ifndef ROUNDS_WATCH_PAGE_LANGUAGE_H
#define ROUNDS_WATCH_PAGE_LANGUAGE_H

/*
 * In which language a reader wants the status page. Pure.
 */

/* As HTML names it: "en" or "zh-CN". LANG is what the address asks for,
 * ACCEPT_LANGUAGE what the browser does; NULL: nothing. */
const char *page_language(const char *lang, const char *accept_language);

#endif

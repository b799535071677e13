#ifndef ROUNDS_ENGINE_DESCRIPTORS_H
#define ROUNDS_ENGINE_DESCRIPTORS_H

/*
 * How many workers the limit on open files allows.
 */

#include <stddef.h>

/*
 * What a worker may have open at once: its connection, one being closed or
 * raced over the other IP version, two for libcurl's wake-up pair, and what a
 * name server query takes.
 */
enum { DESCRIPTORS_A_WORKER = 8, DESCRIPTORS_ELSEWHERE = 16 };

/* Raises the soft limit to the hard one; returns it (RLIM_INFINITY: SIZE_MAX). */
size_t descriptors_raise_limit(void);

/* At most WANTED, at least 1. */
size_t descriptors_allow(size_t limit, size_t wanted);

#endif

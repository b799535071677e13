#ifndef ROUNDS_ORDER_H
#define ROUNDS_ORDER_H

/*
 * The order in which a producer feeds its network's bounded queue: origins take
 * turns with a stretch of endpoints each, so that what the queue holds at any
 * time spans many origins, while each origin's endpoints stay together and are
 * asked over few connections. Where durations are known, what takes longest
 * comes first; else, within an origin and among origins, the plan's order
 * stays. Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"

/*
 * The indices of the endpoints of NETWORK among COUNT ENDPOINTS, in that order:
 * an array, the caller's to free, of *ORDERED items. STRETCH >= 1 is how many
 * of an origin come in a row while others wait. DURATIONS_US is by endpoint;
 * NULL: not known.
 */
size_t *order_endpoints(const struct endpoint *endpoints, size_t count,
                        uint32_t network, const int64_t *durations_us,
                        size_t stretch, size_t *ordered);

/* The stretch with which a queue of NETWORK's size spans twice as many origins
 * as it has workers. */
size_t order_stretch(const struct network *network);

#endif

#ifndef ROUNDS_NETWORK_H
#define ROUNDS_NETWORK_H

/*
 * Which network a host belongs to, and which addresses are private. Pure; any
 * thread may call any function.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rounds/endpoint.h"

/* What the built-in networks have. Sources: the field's rule of thumb. */
#define NETWORK_INTRANET "intranet"
#define NETWORK_PUBLIC "public"
enum { NETWORK_INTRANET_WORKERS = 16, NETWORK_PUBLIC_WORKERS = 4 };

/* "10.0.0.0/8", "fd00::/8" or a plain address. False: neither. */
bool cidr_parse(const char *text, struct cidr *cidr);

/* HOST is a literal address, brackets or not, that lies in CIDR. */
bool cidr_holds(const struct cidr *cidr, const char *host);

/*
 * The index of the network of HOST: the first of COUNT networks with a glob or
 * a range for it; else intranet for loopback, private (RFC 1918, RFC 4193),
 * shared (RFC 6598) and link-local addresses, names without a dot and names
 * below .local .lan .internal .localhost; else public. Both stand among NETWORKS.
 */
size_t network_of_host(const struct network *networks, size_t count,
                       const char *host);

/*
 * Whether a literal IP ADDRESS is one that forbid_private refuses: loopback,
 * private, shared, link-local, unspecified, multicast, reserved, set aside for
 * documentation or benchmarks, and IPv6 that carries an IPv4 address of such
 * kind (mapped, NAT64, 6to4).
 */
bool address_is_private(const char *address);

#endif

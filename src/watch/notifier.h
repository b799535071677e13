#ifndef ROUNDS_WATCH_NOTIFIER_H
#define ROUNDS_WATCH_NOTIFIER_H

/*
 * Tells systemd how the service fares: datagrams to the socket that
 * NOTIFY_SOCKET names. The protocol is these few lines and stable; libsystemd
 * would bring a library, and what that stands on, for them.
 * https://www.freedesktop.org/software/systemd/man/sd_notify.html
 */

#include <stdbool.h>
#include <stdint.h>

struct notifier;

/*
 * To the socket at PATH, "@..." an abstract one; NULL, or one that cannot be
 * reached: nobody is told, and all below do nothing.
 */
struct notifier *notifier_create(const char *path);
void notifier_destroy(struct notifier *notifier); /* NULL is allowed */

void notifier_tell_ready(const struct notifier *notifier, const char *status);
void notifier_tell_reloading(const struct notifier *notifier, int64_t now_us);
void notifier_tell_stopping(const struct notifier *notifier);
void notifier_tell_status(const struct notifier *notifier, const char *status);
void notifier_feed_watchdog(const struct notifier *notifier);

/*
 * How often the watchdog wants to be fed, in us, out of the values of
 * WATCHDOG_USEC and WATCHDOG_PID (NULL: not set) for the process PID; half of
 * what it waits, as the manual recommends. 0: there is none.
 */
int64_t watchdog_interval_us(const char *usec, const char *pid,
                             int64_t own_pid);

#endif

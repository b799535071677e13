#include "notifier.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "rounds/strbuf.h"
#include "rounds/xalloc.h"

struct notifier {
    int socket; /* connected; -1: nobody listens */
};

/* The length of PATH's address; 0: there can be no such. */
static socklen_t make_address(const char *path, struct sockaddr_un *address)
{
    size_t length = strlen(path);

    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    if ((*path != '/' && *path != '@') || length < 2 ||
        length >= sizeof(address->sun_path))
        return 0;
    memcpy(address->sun_path, path, length);
    if (*path == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static int open_socket(const char *path)
{
    struct sockaddr_un address;
    socklen_t length = path ? make_address(path, &address) : 0;
    int descriptor;

    if (!length)
        return -1;
    descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0 &&
        connect(descriptor, (struct sockaddr *)&address, length) != 0) {
        (void)close(descriptor); /* nothing was sent */
        descriptor = -1;
    }
    return descriptor;
}

struct notifier *notifier_create(const char *path)
{
    struct notifier *notifier = xcalloc(1, sizeof(*notifier));

    notifier->socket = open_socket(path);
    return notifier;
}

void notifier_destroy(struct notifier *notifier)
{
    if (!notifier)
        return;
    if (notifier->socket >= 0)
        (void)close(notifier->socket); /* what was sent has arrived */
    free(notifier);
}

static void tell(const struct notifier *notifier, const char *text)
{
    ssize_t sent;

    if (notifier->socket < 0)
        return;
    do
        sent = send(notifier->socket, text, strlen(text),
                    MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    (void)sent; /* who does not listen cannot be told so */
}

static void tell_line(const struct notifier *notifier, const char *before,
                      const char *status)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, "%sSTATUS=%s", before, status);
    tell(notifier, text.data);
    strbuf_release(&text);
}

void notifier_tell_ready(const struct notifier *notifier, const char *status)
{
    tell_line(notifier, "READY=1\n", status);
}

void notifier_tell_reloading(const struct notifier *notifier, int64_t now_us)
{
    char *text = xasprintf("RELOADING=1\nMONOTONIC_USEC=%" PRId64, now_us);

    tell(notifier, text);
    free(text);
}

void notifier_tell_stopping(const struct notifier *notifier)
{
    tell(notifier, "STOPPING=1");
}

void notifier_tell_status(const struct notifier *notifier, const char *status)
{
    tell_line(notifier, "", status);
}

void notifier_feed_watchdog(const struct notifier *notifier)
{
    tell(notifier, "WATCHDOG=1");
}

/* -1: not a number above 0. */
static int64_t parse_positive(const char *text)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    return end == text || *end || errno || number <= 0 ? -1 : number;
}

int64_t watchdog_interval_us(const char *usec, const char *pid, int64_t own_pid)
{
    int64_t waits_us = usec ? parse_positive(usec) : -1;

    if (waits_us < 0 || (pid && parse_positive(pid) != own_pid))
        return 0;
    return waits_us / 2 ? waits_us / 2 : 1;
}

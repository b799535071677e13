/*
 * A long line in user space: line ONE_WAY_US SETUP_US DESCRIPTOR:PORT...
 *
 * Each DESCRIPTOR is a listening socket; what comes in there goes on to PORT of
 * 127.0.0.1, and every byte takes ONE_WAY_US in either direction. The kernel
 * shakes hands with a client at once, so a new connection is charged SETUP_US
 * before its first byte sets out. Both delays never change, so what is under
 * way stands in two plain queues in the order of its arrival.
 *
 * It takes small messages: where a receiver does not take them in, all wait.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 256, CHUNK_BYTES = 64 * 1024, STALLED_MS = 5000 };

/* One end of a connection through the line. */
struct side {
    struct side *other;
    int descriptor;
    uint16_t port;    /* of a listener: where to go on to; else 0 */
    bool is_read_out; /* its end came in */
    bool is_written;  /* the other's end went out to it */
};

/* Under way to a side; no bytes: the end, or what a side has to wait for. */
struct parcel {
    struct parcel *next;
    struct side *to;
    int64_t due_us;
    size_t length;
    char bytes[];
};

/* Parcels that all take the same time. */
struct route {
    int64_t delay_us;
    struct parcel *first, **end;
};

static int epoll;
static struct route setups, messages;

static void fail(const char *what)
{
    fprintf(stderr, "line: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* it always exists */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory)
        fail("calloc");
    return memory;
}

static void send_off(struct route *route, struct side *to, const char *bytes,
                     size_t length)
{
    struct parcel *parcel = allocate(sizeof(*parcel) + length);

    parcel->to = to;
    parcel->due_us = now_us() + route->delay_us;
    parcel->length = length;
    if (length)
        memcpy(parcel->bytes, bytes, length);
    *route->end = parcel;
    route->end = &parcel->next;
}

static void listen_to(struct side *side)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = side };

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, side->descriptor, &event) != 0)
        fail("epoll_ctl");
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (descriptor < 0 ||
        connect(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0)
        fail("connect");
    return descriptor;
}

static struct side *make_side(int descriptor)
{
    struct side *side = allocate(sizeof(*side));
    int one = 1;

    side->descriptor = descriptor;
    if (setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
        fail("setsockopt");
    return side;
}

static void take_connection(const struct side *listener)
{
    int descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_CLOEXEC);
    struct side *client, *server;

    if (descriptor < 0)
        return; /* gone already */
    client = make_side(descriptor);
    server = make_side(connect_to(listener->port));
    client->other = server;
    server->other = client;
    listen_to(server);
    send_off(&setups, client, NULL, 0);
}

/* The end of what this side has to say travels like anything else. */
static void take_bytes(struct side *side)
{
    char bytes[CHUNK_BYTES];
    ssize_t got = recv(side->descriptor, bytes, sizeof(bytes), MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0) {
        send_off(&messages, side->other, bytes, (size_t)got);
        return;
    }
    side->is_read_out = true;
    (void)epoll_ctl(epoll, EPOLL_CTL_DEL, side->descriptor, NULL);
    send_off(&messages, side->other, NULL, 0);
}

/* A receiver that has gone gets nothing; its own end is on its way. */
static void write_out(const struct parcel *parcel)
{
    const char *at = parcel->bytes;
    size_t left = parcel->length;

    while (left) {
        struct pollfd room = { .fd = parcel->to->descriptor,
                               .events = POLLOUT };
        ssize_t sent =
            send(parcel->to->descriptor, at, left, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent < 0 && (errno != EAGAIN || poll(&room, 1, STALLED_MS) < 1))
            return;
        if (sent > 0) {
            at += sent;
            left -= (size_t)sent;
        }
    }
}

static void hang_up(struct side *side)
{
    (void)close(side->descriptor); /* all that it held was written */
    free(side);
}

static void deliver(const struct parcel *parcel)
{
    struct side *side = parcel->to, *other = side->other;

    if (parcel->length) {
        write_out(parcel);
        return;
    }
    (void)shutdown(side->descriptor, SHUT_WR); /* gone already: fine */
    side->is_written = true;
    if (other->is_written) {
        hang_up(side);
        hang_up(other);
    }
}

static struct parcel *take_due(struct route *route, int64_t until_us)
{
    struct parcel *parcel = route->first;

    if (!parcel || parcel->due_us > until_us)
        return NULL;
    route->first = parcel->next;
    if (!route->first)
        route->end = &route->first;
    return parcel;
}

static void act_on_what_is_due(void)
{
    struct parcel *parcel;

    while ((parcel = take_due(&setups, now_us()))) {
        listen_to(parcel->to);
        free(parcel);
    }
    while ((parcel = take_due(&messages, now_us()))) {
        deliver(parcel);
        free(parcel);
    }
}

static void wait_for_events(void)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int64_t due_us = INT64_MAX, wait_us;
    struct timespec wait;
    int count;

    if (setups.first)
        due_us = setups.first->due_us;
    if (messages.first && messages.first->due_us < due_us)
        due_us = messages.first->due_us;
    wait_us = due_us == INT64_MAX ? 0 : due_us - now_us();
    if (wait_us < 0)
        wait_us = 0;
    wait.tv_sec = (time_t)(wait_us / 1000000);
    wait.tv_nsec = (long)(wait_us % 1000000 * 1000);
    count = epoll_pwait2(epoll, events, EVENTS_AT_ONCE,
                         due_us == INT64_MAX ? NULL : &wait, NULL);
    for (int i = 0; i < count; i++) {
        struct side *side = events[i].data.ptr;

        if (side->port)
            take_connection(side);
        else if (!side->is_read_out)
            take_bytes(side);
    }
}

/* A number from 0 to MOST at *TEXT that ends at END; *TEXT is then behind it. */
static int64_t take_number(const char **text, char end, int64_t most)
{
    const char *begin = *text;
    char *rest;
    long long number;

    errno = 0;
    number = strtoll(begin, &rest, 10);
    if (!errno &&
        (rest == begin || *rest != end || number < 0 || number > most))
        errno = EINVAL;
    if (errno)
        fail(begin);
    *text = rest + (end != '\0');
    return number;
}

static void add_listener(struct side *side, const char *argument)
{
    side->descriptor = (int)take_number(&argument, ':', INT_MAX);
    side->port = (uint16_t)take_number(&argument, '\0', UINT16_MAX);
    listen_to(side);
}

static int64_t delay_us(const char *argument)
{
    return take_number(&argument, '\0', INT32_MAX);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* else fewer connections */
    }
}

int main(int argc, char **argv)
{
    struct side *listeners;

    if (argc < 4) {
        fprintf(stderr, "usage: line ONE_WAY_US SETUP_US FD:PORT...\n");
        return 1;
    }
    raise_descriptor_limit();
    (void)prctl(PR_SET_TIMERSLACK, 1UL); /* else 50 us late, no worse */
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        fail("epoll_create1");
    messages = (struct route){ delay_us(argv[1]), NULL, &messages.first };
    setups = (struct route){ delay_us(argv[2]), NULL, &setups.first };
    listeners = allocate((size_t)argc * sizeof(*listeners));
    for (int i = 3; i < argc; i++)
        add_listener(&listeners[i], argv[i]);
    printf("ready\n");
    if (fflush(stdout) != 0)
        fail("stdout");
    for (;;) {
        wait_for_events();
        act_on_what_is_due();
    }
}

#include "hub.h"

#include <stdint.h>
#include <stdlib.h>

#include "rounds/clock.h"
#include "rounds/xalloc.h"

struct hub {
    struct hubs *hubs;
    unsigned profile;
    CURLM *multi;
    struct moment due; /* when libcurl wants to be called */
};

/* An event may come late, when its hub or socket is no more: so it names them
 * and does not point to them. */
static uint64_t name_socket(const struct hub *hub, curl_socket_t socket)
{
    return (uint64_t)hub->profile << 32 | (uint32_t)socket;
}

static struct hub *named_hub(const struct hubs *hubs, uint64_t name)
{
    size_t profile = (size_t)(name >> 32);

    return profile < hubs->count ? hubs->items[profile] : NULL;
}

/* A CURLMOPT_SOCKETFUNCTION. */
static int watch_socket(CURL *easy, curl_socket_t socket, int what,
                        void *context, void *known)
{
    struct hub *hub = context;
    int epoll = hub->hubs->epoll;
    struct epoll_event event = { .data.u64 = name_socket(hub, socket) };

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        /* It may be closed already, and so be gone by itself. */
        (void)epoll_ctl(epoll, EPOLL_CTL_DEL, socket, NULL);
        (void)curl_multi_assign(hub->multi, socket, NULL);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0) |
                   (what & CURL_POLL_OUT ? EPOLLOUT : 0);
    if (epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket,
                  &event) != 0 &&
        epoll_ctl(epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket,
                  &event) != 0)
        return -1;
    (void)curl_multi_assign(hub->multi, socket, hub);
    return 0;
}

/* A CURLMOPT_TIMERFUNCTION. */
static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct hub *hub = context;

    (void)multi;
    timetable_set(hub->hubs->timetable, &hub->due,
                  timeout_ms < 0 ? 0
                                 : clock_monotonic_us() + timeout_ms * 1000);
    return 0;
}

static void end_finished(const struct hub *hub)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(hub->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            hub->hubs->ended(message->easy_handle, message->data.result);
}

static void act(const struct hub *hub, curl_socket_t socket, int what)
{
    int running; /* each transfer says its own end */

    (void)curl_multi_socket_action(hub->multi, socket, what, &running);
    end_finished(hub);
}

/* A moment_come. */
static void act_on_timer(void *context)
{
    act(context, CURL_SOCKET_TIMEOUT, 0);
}

static struct hub *make_hub(struct hubs *hubs, unsigned profile)
{
    struct hub *hub = xcalloc(1, sizeof(*hub));

    hub->multi = curl_multi_init();
    if (!hub->multi) {
        free(hub);
        return NULL;
    }
    hub->hubs = hubs;
    hub->profile = profile;
    hub->due.come = act_on_timer;
    hub->due.owner = hub;
    curl_multi_setopt(hub->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(hub->multi, CURLMOPT_SOCKETDATA, hub);
    curl_multi_setopt(hub->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(hub->multi, CURLMOPT_TIMERDATA, hub);
    curl_multi_setopt(hub->multi, CURLMOPT_MAXCONNECTS, hubs->kept_most);
    return hub;
}

void hubs_init(struct hubs *hubs, struct timetable *timetable, int epoll,
               hub_ended *ended)
{
    *hubs = (struct hubs){
        .timetable = timetable,
        .epoll = epoll,
        .ended = ended,
    };
}

static void destroy_hub(struct hub *hub)
{
    if (!hub)
        return;
    (void)curl_multi_cleanup(hub->multi); /* no handle is in it */
    timetable_set(hub->hubs->timetable, &hub->due, 0);
    free(hub);
}

void hubs_release(struct hubs *hubs)
{
    for (size_t i = 0; i < hubs->count; i++)
        destroy_hub(hubs->items[i]);
    free(hubs->items);
    hubs->items = NULL;
    hubs->count = 0;
}

static void make_room(struct hubs *hubs, unsigned profile)
{
    size_t count = (size_t)profile + 1;

    if (count <= hubs->count)
        return;
    hubs->items = xreallocarray(hubs->items, count, sizeof(struct hub *));
    while (hubs->count < count)
        hubs->items[hubs->count++] = NULL;
}

struct hub *hubs_find(struct hubs *hubs, unsigned profile)
{
    make_room(hubs, profile);
    if (!hubs->items[profile])
        hubs->items[profile] = make_hub(hubs, profile);
    return hubs->items[profile];
}

bool hub_add(struct hub *hub, CURL *easy)
{
    return curl_multi_add_handle(hub->multi, easy) == CURLM_OK;
}

void hub_remove(struct hub *hub, CURL *easy)
{
    (void)curl_multi_remove_handle(hub->multi, easy); /* it is in it */
}

void hubs_act(struct hubs *hubs, const struct epoll_event *event)
{
    const struct hub *hub = named_hub(hubs, event->data.u64);
    int what = (event->events & EPOLLIN ? CURL_CSELECT_IN : 0) |
               (event->events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
               (event->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

    if (hub)
        act(hub, (curl_socket_t)(uint32_t)event->data.u64, what);
}

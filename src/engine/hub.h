#ifndef ROUNDS_ENGINE_HUB_H
#define ROUNDS_ENGINE_HUB_H

/*
 * The connections of an event loop. A hub is a multi handle of libcurl's, which
 * shares its connections among the transfers in it; so there is one for each
 * connection profile. Its sockets wait in the loop's epoll, its timer in the
 * loop's timetable. All of a loop's own thread.
 * https://curl.se/libcurl/c/curl_multi_socket_action.html
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>

#include "timetable.h"

struct hub;

/* EASY, still in its hub, has ended with CODE. */
typedef void hub_ended(CURL *easy, CURLcode code);

struct hubs {
    struct hub **items; /* by profile; NULL: nobody has asked for it */
    size_t count;
    struct timetable *timetable; /* borrowed */
    int epoll;                   /* borrowed */
    long kept_most;              /* connections, in each hub */
    hub_ended *ended;
};

void hubs_init(struct hubs *hubs, struct timetable *timetable, int epoll,
               hub_ended *ended);
void hubs_release(struct hubs *hubs); /* no transfer is in them */

/* The hub of a profile (profile_id()). NULL: libcurl could not make it. */
struct hub *hubs_find(struct hubs *hubs, unsigned profile);

/* Starts a transfer. False: libcurl could not. */
bool hub_add(struct hub *hub, CURL *easy);
void hub_remove(struct hub *hub, CURL *easy);

/* Something has happened to a socket: EVENT, of a hub's. */
void hubs_act(struct hubs *hubs, const struct epoll_event *event);

#endif

#include "alert.h"

#include <stdlib.h>

#include "rounds/xalloc.h"

enum { ALERT_LEVEL_FATAL = 2 }; /* RFC 8446, section 6 */

struct alert {
    unsigned owners;
    bool was_fatal;
};

static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
static int place = -1; /* of the alert in a connection's extra data */

void alert_release(struct alert *alert)
{
    if (alert && !--alert->owners)
        free(alert);
}

/* A CRYPTO_EX_free: the connection goes. */
static void let_go(void *connection, void *alert, CRYPTO_EX_DATA *data,
                   int index, long number, void *argument)
{
    (void)connection;
    (void)data;
    (void)index;
    (void)number;
    (void)argument;
    alert_release(alert);
}

static void find_place(void)
{
    place = SSL_get_ex_new_index(0, NULL, NULL, NULL, let_go);
}

static void see_alert(const SSL *connection, int where, int value)
{
    struct alert *alert;

    if ((where & SSL_CB_READ_ALERT) != SSL_CB_READ_ALERT ||
        value >> 8 != ALERT_LEVEL_FATAL)
        return;
    /* Within the handshake nobody asked for it yet: libcurl tells of that. */
    alert = place < 0 ? NULL : SSL_get_ex_data(connection, place);
    if (alert)
        alert->was_fatal = true;
}

void alert_watch(SSL_CTX *context)
{
    /* Without a place nothing is seen, and libcurl's word has to do. */
    (void)CRYPTO_THREAD_run_once(&once, find_place);
    SSL_CTX_set_info_callback(context, see_alert);
}

struct alert *alert_of(SSL *connection)
{
    struct alert *alert;

    if (place < 0)
        return NULL;
    alert = SSL_get_ex_data(connection, place);
    if (!alert) {
        alert = xcalloc(1, sizeof(*alert));
        if (!SSL_set_ex_data(connection, place, alert)) {
            free(alert);
            return NULL;
        }
        alert->owners = 1; /* the connection */
    }
    alert->owners++;
    return alert;
}

bool alert_was_fatal(const struct alert *alert)
{
    return alert && alert->was_fatal;
}

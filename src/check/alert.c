#include "alert.h"

enum { ALERT_LEVEL_FATAL = 2 }; /* RFC 8446, section 6 */

static _Thread_local bool has_fatal_alert;

static void see_alert(const SSL *connection, int where, int value)
{
    (void)connection;
    if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT &&
        value >> 8 == ALERT_LEVEL_FATAL)
        has_fatal_alert = true;
}

void alert_watch(SSL_CTX *context)
{
    SSL_CTX_set_info_callback(context, see_alert);
}

void alert_forget(void)
{
    has_fatal_alert = false;
}

bool alert_was_fatal(void)
{
    bool was_fatal = has_fatal_alert;

    has_fatal_alert = false;
    return was_fatal;
}

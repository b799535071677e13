#include "deliver.h"

bool deliver(const struct message *message, const atomic_bool *stop,
             struct strbuf *why, int64_t *wait_ms)
{
    *wait_ms = 0;
    switch (message->alert->type) {
    case ALERT_EMAIL:
        return deliver_mail(message, stop, why);
    case ALERT_COMMAND:
        return deliver_command(message, stop, why);
    default:
        return deliver_http(message, stop, why, wait_ms);
    }
}

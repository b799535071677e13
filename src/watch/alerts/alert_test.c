#include "rounds/alert_test.h"

#include <string.h>

#include "deliver.h"
#include "message.h"
#include "stamp.h"

#include "rounds/clock.h"
#include "rounds/secrets.h"

static struct message *make_message(const struct plan *plan,
                                    const struct alert *alert)
{
    static const struct doubt no_doubt = { false };
    char id[MESSAGE_ID_BYTES];
    struct strbuf at = STRBUF_INIT;
    struct bulletin bulletin = { .alert = alert,
                                 .plan_file = plan->file,
                                 .id = id,
                                 .doubt = &no_doubt,
                                 .at_us = clock_wall_us(),
                                 .is_test = true };
    struct message *message;

    stamp_id(id);
    stamp_add_time(&at, bulletin.at_us);
    bulletin.at_text = at.data;
    message = message_create(&bulletin);
    strbuf_release(&at);
    return message;
}

bool alert_test(const struct plan *plan, const struct alert *alert,
                struct strbuf *why)
{
    struct message *message = make_message(plan, alert);
    struct strbuf plain = STRBUF_INIT;
    atomic_bool stop;
    int64_t wait_ms;
    bool is_taken;

    atomic_init(&stop, false);
    is_taken = deliver(message, &stop, &plain, &wait_ms);
    secrets_hide(plan->secrets, plain.data, plain.length, why);
    strbuf_release(&plain);
    message_destroy(message);
    return is_taken;
}

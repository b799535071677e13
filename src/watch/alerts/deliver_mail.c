#include "deliver_curl.h"

#include <string.h>

#include "mail.h"

#include "rounds/clock.h"
#include "rounds/text.h"
#include "rounds/translate.h"

enum { SHOWN_REPLY_BYTES = 200 };

struct reading {
    const struct strbuf *mail;
    size_t at;
};

static size_t give_mail(char *bytes, size_t size, size_t count, void *context)
{
    struct reading *reading = context;
    size_t left = reading->mail->length - reading->at;
    size_t given = left < size * count ? left : size * count;

    memcpy(bytes, reading->mail->data + reading->at, given);
    reading->at += given;
    return given;
}

/* What the server says. */
struct replies {
    struct strbuf last; /* tells why it did not take the mail */
    bool wants_mail;    /* 354: the next one is about all of the mail */
    bool is_taken;
};

static size_t take_reply(char *bytes, size_t size, size_t count, void *context)
{
    struct replies *replies = context;
    struct strbuf *last = &replies->last;

    if (size * count >= 3 && strncmp(bytes, "221", 3) == 0)
        return size * count; /* goodbye, which says nothing of the mail */
    strbuf_clear(last);
    strbuf_add(last, bytes, size * count);
    while (last->length && strchr("\r\n", last->data[last->length - 1]))
        strbuf_truncate(last, last->length - 1);
    replies->is_taken |= replies->wants_mail && *last->data == '2';
    replies->wants_mail = strncmp(last->data, "354", 3) == 0;
    return size * count;
}

static void tell_reply(const struct strbuf *reply, struct strbuf *why)
{
    if (!reply->length)
        return;
    strbuf_add_string(why, _("; the server said last: "));
    text_add_visible(why, reply->data,
                     bulletin_cut(reply->data, SHOWN_REPLY_BYTES));
}

static struct curl_slist *list_recipients(const struct alert *alert)
{
    struct curl_slist *list = NULL;

    for (size_t i = 0; i < alert->to_count; i++) {
        struct curl_slist *longer = curl_slist_append(list, alert->to[i]);

        list = longer ? longer : list;
    }
    return list;
}

static bool send_mail(CURL *curl, const struct alert *alert,
                      const atomic_bool *stop, struct reading *reading,
                      struct strbuf *why)
{
    struct curl_slist *recipients = list_recipients(alert);
    struct replies replies = { .last = STRBUF_INIT };
    bool is_taken;

    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    (void)curl_easy_setopt(curl, CURLOPT_URL, alert->url);
    /* A server that offers no encryption gets no mail and no password. */
    (void)curl_easy_setopt(
        curl, CURLOPT_USE_SSL,
        (long)(alert->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, alert->from);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_mail);
    (void)curl_easy_setopt(curl, CURLOPT_READDATA, reading);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_reply);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, &replies);
    is_taken = deliver_perform(curl, alert, stop, &replies.is_taken, why);
    if (!is_taken)
        tell_reply(&replies.last, why);
    strbuf_release(&replies.last);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    return is_taken;
}

bool deliver_mail(const struct message *message, const atomic_bool *stop,
                  struct strbuf *why)
{
    CURL *curl = curl_easy_init();
    struct strbuf mail = STRBUF_INIT;
    struct reading reading = { &mail, 0 };
    bool is_taken;

    if (!curl) {
        strbuf_add_string(why, _("libcurl could not be started"));
        return false;
    }
    mail_compose(message, clock_wall_us(), &mail);
    deliver_set_common(curl, message->alert);
    is_taken = send_mail(curl, message->alert, stop, &reading, why);
    strbuf_release(&mail);
    curl_easy_cleanup(curl);
    return is_taken;
}

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

/* The server's lines, of which the last tells why it did not take the mail. */
static size_t take_reply(char *bytes, size_t size, size_t count, void *context)
{
    struct strbuf *reply = context;

    strbuf_clear(reply);
    strbuf_add(reply, bytes, size * count);
    while (reply->length && strchr("\r\n", reply->data[reply->length - 1]))
        strbuf_truncate(reply, reply->length - 1);
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

static CURLcode send_mail(CURL *curl, const struct alert *alert,
                          const atomic_bool *stop, struct reading *reading,
                          struct strbuf *why)
{
    struct curl_slist *recipients = list_recipients(alert);
    struct strbuf reply = STRBUF_INIT;
    CURLcode code;

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
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
    code = deliver_perform(curl, stop, why);
    if (code != CURLE_OK)
        tell_reply(&reply, why);
    strbuf_release(&reply);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(recipients);
    return code;
}

bool deliver_mail(const struct message *message, const atomic_bool *stop,
                  struct strbuf *why)
{
    CURL *curl = curl_easy_init();
    struct strbuf mail = STRBUF_INIT;
    struct reading reading = { &mail, 0 };
    CURLcode code;

    if (!curl) {
        strbuf_add_string(why, _("libcurl could not be started"));
        return false;
    }
    mail_compose(message, clock_wall_us(), &mail);
    deliver_set_common(curl, message->alert);
    code = send_mail(curl, message->alert, stop, &reading, why);
    strbuf_release(&mail);
    curl_easy_cleanup(curl);
    return code == CURLE_OK;
}

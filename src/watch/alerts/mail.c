#include "mail.h"

#include <string.h>
#include <time.h>

#include "signature.h"

enum {
    BASE64_LINE = 76,
    /* RFC 2047: a line with words in it has 76 bytes at most. */
    WORD_BYTES = 39,
};

/* Words of whole characters, one a line. */
static void add_subject(struct strbuf *out, const char *title)
{
    strbuf_add_string(out, "Subject:");
    while (*title) {
        size_t taken = bulletin_cut(title, WORD_BYTES);

        strbuf_add_string(out, " =?UTF-8?B?");
        base64_add(out, title, taken, 0);
        strbuf_add_string(out, "?=\r\n");
        title += taken;
    }
}

static void add_date(struct strbuf *out, int64_t now_us)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed",
                                    "Thu", "Fri", "Sat" };
    static const char months[][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    time_t now = (time_t)(now_us / 1000000);
    struct tm utc;

    (void)gmtime_r(&now, &utc); /* fails past the year 2^31 only */
    strbuf_addf(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n",
                days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon],
                utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

void mail_compose(const struct message *message, int64_t now_us,
                  struct strbuf *out)
{
    const struct alert *alert = message->alert;

    add_date(out, now_us);
    strbuf_addf(out, "From: %s\r\n", alert->from);
    for (size_t i = 0; i < alert->to_count; i++)
        strbuf_addf(out, "%s%s", i ? ",\r\n " : "To: ", alert->to[i]);
    strbuf_add_string(out, "\r\n");
    add_subject(out, message->title);
    strbuf_addf(out, "Message-ID: <%s.rounds@%s>\r\n", message->id,
                strchr(alert->from, '@') + 1);
    strbuf_add_string(out, "Auto-Submitted: auto-generated\r\n"
                           "MIME-Version: 1.0\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: base64\r\n"
                           "\r\n");
    base64_add(out, message->text, strlen(message->text), BASE64_LINE);
}

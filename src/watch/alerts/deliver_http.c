#include "deliver_curl.h"

#include <string.h>

#include "robot.h"
#include "robot_answer.h"

#include "rounds/clock.h"
#include "rounds/translate.h"

enum {
    LARGEST_ANSWER_BYTES = 64 * 1024,
    LONGEST_REST_S = 24 * 3600, /* more than anybody obeys */
};

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct strbuf *answer = context;

    if (answer->length + size * count > LARGEST_ANSWER_BYTES)
        return 0;
    strbuf_add(answer, bytes, size * count);
    return size * count;
}

/* The caller's; an empty Expect keeps libcurl from waiting for a 100. */
static struct curl_slist *list_headers(const char *lines)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    struct strbuf line = STRBUF_INIT;

    for (; *lines; lines++) {
        struct curl_slist *longer;

        if (*lines != '\n') {
            strbuf_add_char(&line, *lines);
            continue;
        }
        longer = curl_slist_append(list, line.data);
        list = longer ? longer : list;
        strbuf_clear(&line);
    }
    strbuf_release(&line);
    return list;
}

static bool post(CURL *curl, const struct alert *alert,
                 const struct robot_request *request, const atomic_bool *stop,
                 struct strbuf *body, struct strbuf *why)
{
    struct curl_slist *headers = list_headers(request->headers.data);
    bool is_answered;

    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_URL, request->url.data);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "rounds/" ROUNDS_VERSION);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.data);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                           (curl_off_t)request->body.length);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    is_answered = deliver_perform(curl, alert, stop, NULL, why);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return is_answered;
}

static bool judge(CURL *curl, enum alert_type type, const char *body,
                  struct strbuf *why, int64_t *wait_ms)
{
    long status = 0;
    curl_off_t retry_after_s = 0;
    struct robot_answer answer = { .body = body };

    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after_s);
    if (retry_after_s > LONGEST_REST_S)
        retry_after_s = LONGEST_REST_S;
    answer.status = (int)status;
    answer.retry_after_ms = (int64_t)retry_after_s * 1000;
    return robot_took(type, &answer, why, wait_ms);
}

bool deliver_http(const struct message *message, const atomic_bool *stop,
                  struct strbuf *why, int64_t *wait_ms)
{
    CURL *curl = curl_easy_init();
    struct robot_request request;
    struct strbuf body = STRBUF_INIT;
    bool is_taken = false;

    if (!curl) {
        strbuf_add_string(why, _("libcurl could not be started"));
        return false;
    }
    robot_request_init(&request);
    robot_request_fill(&request, message, clock_wall_us());
    deliver_set_common(curl, message->alert);
    if (post(curl, message->alert, &request, stop, &body, why))
        is_taken = judge(curl, message->alert->type, body.data, why, wait_ms);
    robot_request_release(&request);
    strbuf_release(&body);
    curl_easy_cleanup(curl);
    return is_taken;
}

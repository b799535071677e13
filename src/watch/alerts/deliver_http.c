#include "deliver_curl.h"

#include <string.h>

#include "robot.h"
#include "robot_answer.h"

#include "rounds/clock.h"
#include "rounds/translate.h"

enum {
    LARGEST_ANSWER_BYTES = 64 * 1024,
    LOOK_MS = 100,
    LONGEST_REST_S = 24 * 3600, /* more than anybody obeys */
};

/* An easy handle by itself looks up once a second only. */
static CURLcode perform(CURLM *multi, CURL *curl, const atomic_bool *stop)
{
    int running = 1;
    int left;
    const CURLMsg *message;

    if (curl_multi_add_handle(multi, curl) != CURLM_OK)
        return CURLE_FAILED_INIT;
    while (running && !atomic_load(stop))
        if (curl_multi_perform(multi, &running) != CURLM_OK ||
            (running &&
             curl_multi_poll(multi, NULL, 0, LOOK_MS, NULL) != CURLM_OK))
            break;
    message = curl_multi_info_read(multi, &left);
    return message ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
}

CURLcode deliver_perform(CURL *curl, const atomic_bool *stop,
                         struct strbuf *why)
{
    CURLM *multi = curl_multi_init();
    CURLcode code = CURLE_FAILED_INIT;
    char words[CURL_ERROR_SIZE] = "";

    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    if (multi)
        code = perform(multi, curl, stop);
    if (multi)
        (void)curl_multi_remove_handle(multi, curl); /* whatever came of it */
    (void)curl_multi_cleanup(multi);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    if (code != CURLE_OK)
        strbuf_add_string(why, *words ? words : curl_easy_strerror(code));
    return code;
}

void deliver_set_common(CURL *curl, const struct alert *alert)
{
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)alert->timeout_ms);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY,
                           alert->proxy ? alert->proxy : "");
    if (alert->ca_file)
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, alert->ca_file);
    if (alert->user) {
        (void)curl_easy_setopt(curl, CURLOPT_USERNAME, alert->user);
        (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, alert->password);
    }
}

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

static CURLcode post(CURL *curl, const struct robot_request *request,
                     const atomic_bool *stop, struct strbuf *body,
                     struct strbuf *why)
{
    struct curl_slist *headers = list_headers(request->headers.data);
    CURLcode code;

    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_URL, request->url.data);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "rounds/" ROUNDS_VERSION);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.data);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                           (curl_off_t)request->body.length);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    code = deliver_perform(curl, stop, why);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return code;
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
    CURLcode code;

    if (!curl) {
        strbuf_add_string(why, _("libcurl could not be started"));
        return false;
    }
    robot_request_init(&request);
    robot_request_fill(&request, message, clock_wall_us());
    deliver_set_common(curl, message->alert);
    code = post(curl, &request, stop, &body, why);
    if (code == CURLE_OK)
        is_taken = judge(curl, message->alert->type, body.data, why, wait_ms);
    robot_request_release(&request);
    strbuf_release(&body);
    curl_easy_cleanup(curl);
    return is_taken;
}

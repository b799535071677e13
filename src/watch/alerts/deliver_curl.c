#include "deliver_curl.h"

#include <sys/socket.h>
#include <unistd.h>

#include "rounds/clock.h"

enum {
    LOOK_MS = 100,
    GRACE_MS = 100, /* what libcurl says of its own time limit says more */
};

/* What libcurl's callbacks know of an attempt; all in one thread. */
struct attempt {
    const atomic_bool *stop;
    const bool *is_taken; /* NULL: only libcurl knows */
    int64_t until_us;
    curl_socket_t socket; /* CURL_SOCKET_BAD: none */
};

static int note_socket(void *context, curl_socket_t socket,
                       curlsocktype purpose)
{
    struct attempt *attempt = context;

    (void)purpose; /* there is only one */
    attempt->socket = socket;
    return CURL_SOCKOPT_OK;
}

static int close_socket(void *context, curl_socket_t socket)
{
    struct attempt *attempt = context;

    if (attempt->socket == socket)
        attempt->socket = CURL_SOCKET_BAD;
    return close(socket);
}

/*
 * For mail libcurl waits inside of itself, once a second long: for the answer
 * to a whole mail, and to our QUIT. It looks here meanwhile, and what is shut
 * down it need not wait for.
 */
static int look(void *context, curl_off_t to_download, curl_off_t downloaded,
                curl_off_t to_upload, curl_off_t uploaded)
{
    struct attempt *attempt = context;

    (void)to_download;
    (void)downloaded;
    (void)to_upload;
    (void)uploaded;
    if (attempt->is_taken && *attempt->is_taken)
        return 1; /* QUIT is said, and not waited for any longer */
    if (!atomic_load(attempt->stop) && clock_monotonic_us() < attempt->until_us)
        return 0;
    if (attempt->socket != CURL_SOCKET_BAD)
        (void)shutdown(attempt->socket, SHUT_RDWR); /* it may be down */
    return 1;
}

/* Who is late has nothing more said to it. */
static void break_off(CURLM *multi, CURL *curl)
{
    int running;

    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 1L);
    (void)curl_multi_perform(multi, &running); /* it ends there and then */
}

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
    if (running)
        break_off(multi, curl);
    message = curl_multi_info_read(multi, &left);
    return message ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
}

static void set_callbacks(CURL *curl, struct attempt *attempt)
{
    (void)curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, note_socket);
    (void)curl_easy_setopt(curl, CURLOPT_SOCKOPTDATA, attempt);
    (void)curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    (void)curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, attempt);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, attempt);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    /* So that the connection goes with the transfer, under its callbacks. */
    (void)curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
}

bool deliver_perform(CURL *curl, const struct alert *alert,
                     const atomic_bool *stop, const bool *is_taken,
                     struct strbuf *why)
{
    CURLM *multi = curl_multi_init();
    CURLcode code = CURLE_FAILED_INIT;
    char words[CURL_ERROR_SIZE] = "";
    struct attempt attempt = {
        .stop = stop,
        .is_taken = is_taken,
        .until_us =
            clock_monotonic_us() + (alert->timeout_ms + GRACE_MS) * 1000,
        .socket = CURL_SOCKET_BAD,
    };

    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    set_callbacks(curl, &attempt);
    if (multi)
        code = perform(multi, curl, stop);
    if (multi)
        (void)curl_multi_remove_handle(multi, curl); /* whatever came of it */
    (void)curl_multi_cleanup(multi);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    if (code == CURLE_OK || (is_taken && *is_taken))
        return true;
    if (code == CURLE_ABORTED_BY_CALLBACK && !atomic_load(stop)) {
        code = CURLE_OPERATION_TIMEDOUT;
        *words = '\0';
    }
    strbuf_add_string(why, *words ? words : curl_easy_strerror(code));
    return false;
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

/*
 * What libcurl itself takes: bare_libcurl N LIST [CA-FILE] asks every URL of a
 * list for curl (lines `url = "..."`) with N threads, each with one handle that
 * it uses again and again, and prints how many answered 200. No limits, no
 * expectations, no results. URLs of one origin are asked by one thread after
 * another, which is how few connections are needed.
 */

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MOST = 1024, STRETCH = 10, LINE_BYTES = 4096 };

static char **urls;
static size_t count;
static atomic_size_t next_stretch, answered;
static X509_STORE *store;

static size_t drop(char *bytes, size_t size, size_t many, void *context)
{
    (void)bytes;
    (void)context;
    return size * many;
}

static CURLcode give_store(CURL *easy, void *tls, void *context)
{
    (void)easy;
    (void)context;
    SSL_CTX_set1_cert_store(tls, store);
    return CURLE_OK;
}

static void ask(CURL *easy, const char *url)
{
    long status = 0;

    curl_easy_setopt(easy, CURLOPT_URL, url);
    if (curl_easy_perform(easy) == CURLE_OK &&
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
        status == 200)
        atomic_fetch_add(&answered, 1);
}

static void *work(void *context)
{
    CURL *easy = curl_easy_init();
    size_t begin;

    if (!easy)
        return context;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    if (store) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, give_store);
    }
    while ((begin = atomic_fetch_add(&next_stretch, STRETCH)) < count)
        for (size_t i = begin; i < begin + STRETCH && i < count; i++)
            ask(easy, urls[i]);
    curl_easy_cleanup(easy);
    return context;
}

static int by_origin(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void read_list(const char *name)
{
    char line[LINE_BYTES], url[LINE_BYTES];
    FILE *file = fopen(name, "re");
    size_t room = 0;

    if (!file) {
        perror(name);
        exit(1);
    }
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "url = \"%4095[^\"]\"", url) != 1)
            continue;
        if (count == room) {
            room = room ? 2 * room : 1024;
            urls = realloc(urls, room * sizeof(*urls));
        }
        if (!urls || !(urls[count++] = strdup(url)))
            exit(1);
    }
    (void)fclose(file); /* it was only read */
    qsort(urls, count, sizeof(*urls), by_origin);
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS_MOST];
    size_t wanted = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;

    if (!wanted || wanted > THREADS_MOST) {
        fprintf(stderr, "usage: bare_libcurl N LIST [CA-FILE]\n");
        return 2;
    }
    read_list(argv[2]);
    if (argc > 3) {
        store = X509_STORE_new();
        if (!store || !X509_STORE_load_file(store, argv[3]))
            return 1;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (size_t i = 0; i < wanted; i++)
        if (pthread_create(&threads[i], NULL, work, NULL) != 0)
            return 1;
    for (size_t i = 0; i < wanted; i++)
        pthread_join(threads[i], NULL);
    printf("%zu\n", answered);
    return 0;
}

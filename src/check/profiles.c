#include "rounds/profiles.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "alert.h"
#include "rounds/clock.h"
#include "rounds/strbuf.h"
#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* Of libcurl's own store, where it has one: as it would be. */
#define CA_CACHE_S (24 * 3600L)

/* How often to look whether a bundle has changed. */
enum { LOOK_AGAIN_US = 10 * 1000 * 1000 };

/* What a file is known by, from one look at it to the next. */
struct version {
    dev_t device;
    ino_t inode;
    off_t bytes;
    struct timespec modified;
};

/* Why a bundle could not be loaded: somebody may still want to tell it. */
struct complaint {
    struct complaint *before;
    char text[];
};

/* One store for all profiles that trust the same bundle. */
struct trust {
    struct trust *next;
    const char *file;  /* the bundle; NULL: the system's */
    X509_STORE *store; /* NULL: it could not be loaded, see complaints */
    struct complaint *complaints; /* the latest first */
    struct version version;
    int64_t looked_us;
};

struct profile {
    struct profile *next; /* in its bucket */
    struct profiles *owner;
    unsigned id;
    struct settings settings; /* of the first that asked for it */
    bool forbids_private;     /* a connection of others may lead to one */
    struct curl_slist *resolve;
    bool is_whole; /* there was memory for all of it */
};

enum { PROFILE_BUCKETS = 256 };

struct profiles {
    /* Guards the lists and the stores; profiles, and the text of a
     * complaint, never change once they are there. */
    pthread_mutex_t lock;
    struct profile *buckets[PROFILE_BUCKETS];
    struct trust *trusts;
    unsigned count;
    bool shares_stores; /* libcurl hands us OpenSSL's own objects */
};

struct profiles *profiles_create(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    struct profiles *profiles = xcalloc(1, sizeof(*profiles));

    pthread_mutex_init(&profiles->lock, NULL);
    profiles->shares_stores =
        info->ssl_version && !strncmp(info->ssl_version, "OpenSSL/", 8);
    return profiles;
}

static void free_complaints(struct trust *trust)
{
    while (trust->complaints) {
        struct complaint *complaint = trust->complaints;

        trust->complaints = complaint->before;
        free(complaint);
    }
}

static void free_list(struct profile *profile)
{
    while (profile) {
        struct profile *next = profile->next;

        curl_slist_free_all(profile->resolve);
        free(profile);
        profile = next;
    }
}

void profiles_destroy(struct profiles *profiles)
{
    if (!profiles)
        return;
    for (size_t i = 0; i < PROFILE_BUCKETS; i++)
        free_list(profiles->buckets[i]);
    while (profiles->trusts) {
        struct trust *trust = profiles->trusts;

        profiles->trusts = trust->next;
        X509_STORE_free(trust->store);
        free_complaints(trust);
        free(trust);
    }
    pthread_mutex_destroy(&profiles->lock);
    free(profiles);
}

static bool is_same_text(const char *left, const char *right)
{
    if (!left || !right)
        return left == right;
    return !strcmp(left, right);
}

static bool is_same_tls(const struct tls_settings *left,
                        const struct tls_settings *right)
{
    return left->verify == right->verify &&
           left->min_version == right->min_version &&
           is_same_text(left->ca_file, right->ca_file) &&
           is_same_text(left->certificate_file, right->certificate_file) &&
           is_same_text(left->key_file, right->key_file) &&
           is_same_text(left->server_name, right->server_name);
}

static bool is_same_resolve(const struct settings *left,
                            const struct settings *right)
{
    if (left->resolve_count != right->resolve_count)
        return false;
    for (size_t i = 0; i < left->resolve_count; i++)
        if (strcmp(left->resolve[i], right->resolve[i]) != 0)
            return false;
    return true;
}

static bool is_same_profile(const struct profile *profile,
                            const struct settings *settings,
                            const struct network *network)
{
    const struct settings *own = &profile->settings;

    return profile->forbids_private == network->forbid_private &&
           is_same_tls(&own->tls, &settings->tls) &&
           own->ip_version == settings->ip_version &&
           own->http_version == settings->http_version &&
           is_same_text(own->proxy, settings->proxy) &&
           is_same_resolve(own, settings);
}

/* FNV-1a */
static uint32_t add_text(uint32_t hash, const char *text)
{
    for (; text && *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    return (hash ^ 0xff) * 16777619U;
}

/* By what tells most of them apart. */
static struct profile **bucket_of(struct profiles *profiles,
                                  const struct settings *settings)
{
    uint32_t hash = 2166136261U;

    hash = add_text(hash, settings->tls.ca_file);
    hash = add_text(hash, settings->tls.certificate_file);
    hash = add_text(hash, settings->tls.server_name);
    hash = add_text(hash, settings->proxy);
    for (size_t i = 0; i < settings->resolve_count; i++)
        hash = add_text(hash, settings->resolve[i]);
    return &profiles->buckets[hash % PROFILE_BUCKETS];
}

static void add_resolve(struct profile *profile, const char *entry)
{
    struct curl_slist *longer = curl_slist_append(profile->resolve, entry);

    if (longer)
        profile->resolve = longer;
    else
        profile->is_whole = false;
}

static struct profile *add_profile(struct profiles *profiles,
                                   struct profile **bucket,
                                   const struct settings *settings,
                                   const struct network *network)
{
    struct profile *profile = xcalloc(1, sizeof(*profile));

    profile->owner = profiles;
    profile->id = profiles->count++;
    profile->settings = *settings; /* what it points to is the plan's */
    profile->forbids_private = network->forbid_private;
    profile->is_whole = true;
    for (size_t i = 0; i < settings->resolve_count; i++)
        add_resolve(profile, settings->resolve[i]);
    profile->next = *bucket;
    *bucket = profile;
    return profile;
}

const struct profile *profiles_find(struct profiles *profiles,
                                    const struct settings *settings,
                                    const struct network *network)
{
    struct profile **bucket = bucket_of(profiles, settings);
    struct profile *profile;

    pthread_mutex_lock(&profiles->lock);
    profile = *bucket;
    while (profile && !is_same_profile(profile, settings, network))
        profile = profile->next;
    if (!profile)
        profile = add_profile(profiles, bucket, settings, network);
    pthread_mutex_unlock(&profiles->lock);
    return profile;
}

unsigned profile_id(const struct profile *profile)
{
    return profile->id;
}

/* The system's bundle: what SSL_CERT_FILE names, else libcurl's own. */
static const char *system_bundle(void)
{
    const char *file = getenv("SSL_CERT_FILE");

    if (file && *file)
        return file;
    return curl_version_info(CURLVERSION_NOW)->cainfo;
}

/*
 * OpenSSL works out what a certificate's extensions say when it is first asked.
 * Doing so here leaves nothing to write once threads share the store. (It would
 * be safe without, by atomics that ThreadSanitizer cannot see in libcrypto.)
 */
static void settle_certificates(const X509_STORE *store)
{
    const STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);

    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        X509 *certificate =
            X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));

        if (certificate) /* -1: of no purpose, so nothing can be amiss */
            (void)X509_check_purpose(certificate, -1, 0);
    }
}

static void complain(struct trust *trust, const char *text)
{
    size_t bytes = strlen(text) + 1;
    struct complaint *complaint = xmalloc(sizeof(*complaint) + bytes);

    memcpy(complaint->text, text, bytes);
    complaint->before = trust->complaints;
    trust->complaints = complaint;
}

static void complain_unreadable(struct trust *trust, const char *file)
{
    char *text =
        xasprintf("no certificates could be read from %s%s", file,
                  trust->file ? "" : " (Debian package ca-certificates)");

    complain(trust, text);
    free(text);
}

/* NULL: there are no certificates in FILE. */
static X509_STORE *load_store(const char *file)
{
    X509_STORE *store = X509_STORE_new();

    if (store && X509_STORE_load_file(store, file)) {
        /* As libcurl does: an intermediate in the bundle is trusted as is. */
        X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN |
                                        X509_V_FLAG_TRUSTED_FIRST);
        settle_certificates(store);
    } else {
        X509_STORE_free(store);
        store = NULL;
    }
    ERR_clear_error();
    return store;
}

/* A bundle that is being replaced is no reason to trust nobody. */
static void load_trust(struct trust *trust, const char *file)
{
    X509_STORE *store = load_store(file);

    if (store) {
        X509_STORE_free(trust->store); /* connections hold it for themselves */
        trust->store = store;
    } else if (!trust->store) {
        complain_unreadable(trust, file);
    }
}

static bool is_same_version(const struct version *left,
                            const struct version *right)
{
    return left->device == right->device && left->inode == right->inode &&
           left->bytes == right->bytes &&
           left->modified.tv_sec == right->modified.tv_sec &&
           left->modified.tv_nsec == right->modified.tv_nsec;
}

/* All zero: there is no such file. */
static struct version version_of(const char *file)
{
    struct stat status;

    if (stat(file, &status) != 0)
        return (struct version){ .device = 0 };
    return (struct version){ status.st_dev, status.st_ino, status.st_size,
                             status.st_mtim };
}

/* Load what was never loaded, and what is no longer what was loaded. */
static void look_at(struct trust *trust)
{
    const char *file = trust->file ? trust->file : system_bundle();
    int64_t now_us = clock_monotonic_us();
    bool is_new = !trust->looked_us;
    struct version version;

    if (!is_new && now_us < trust->looked_us + LOOK_AGAIN_US)
        return;
    trust->looked_us = now_us;
    if (!file) {
        if (is_new)
            complain(trust, N_("this libcurl knows no certificate bundle; "
                               "name one as tls.ca_file or in "
                               "SSL_CERT_FILE"));
        return;
    }
    version = version_of(file);
    if (is_new || !is_same_version(&version, &trust->version))
        load_trust(trust, file);
    trust->version = version;
}

static struct trust *find_trust(struct profiles *profiles, const char *file)
{
    struct trust *trust = profiles->trusts;

    while (trust && !is_same_text(trust->file, file))
        trust = trust->next;
    if (trust)
        return trust;
    trust = xcalloc(1, sizeof(*trust));
    trust->file = file;
    trust->next = profiles->trusts;
    profiles->trusts = trust;
    return trust;
}

/*
 * The store of the bundle FILE, the caller's to free; NULL: there is none, and
 * *WHY says why. Loaded under the lock, so that of many threads one loads and
 * all wait.
 */
static X509_STORE *get_store(struct profiles *profiles, const char *file,
                             const char **why)
{
    struct trust *trust;
    X509_STORE *store;

    pthread_mutex_lock(&profiles->lock);
    trust = find_trust(profiles, file);
    look_at(trust);
    store = trust->store;
    if (store)
        X509_STORE_up_ref(store);
    else
        *why = trust->complaints->text;
    pthread_mutex_unlock(&profiles->lock);
    return store;
}

/*
 * CURLOPT_SSL_CTX_FUNCTION's pointer is the transfer's (it wants to know when
 * TLS begins), so the profile offers this to be called from there.
 */
bool profile_prepare_context(const struct profile *profile, void *context,
                             bool is_proxy)
{
    const struct tls_settings *settings = &profile->settings.tls;
    SSL_CTX *tls = context;
    const char *why;
    X509_STORE *store;

    alert_watch(tls);
    if (!profile->owner->shares_stores || (!is_proxy && !settings->verify))
        return true;
    store =
        get_store(profile->owner, is_proxy ? NULL : settings->ca_file, &why);
    if (!store)
        return false;
    SSL_CTX_set_cert_store(tls, store); /* which takes it over */
    return true;
}

static long curl_tls_version(enum tls_version version)
{
    switch (version) {
    case TLS_1_0:
        return CURL_SSLVERSION_TLSv1_0;
    case TLS_1_1:
        return CURL_SSLVERSION_TLSv1_1;
    case TLS_1_2:
        return CURL_SSLVERSION_TLSv1_2;
    case TLS_1_3:
        return CURL_SSLVERSION_TLSv1_3;
    case TLS_VERSION_ANY:
        break;
    }
    return CURL_SSLVERSION_DEFAULT;
}

#define IS_SET(easy, option, value)                                            \
    (curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool apply_client_certificate(const struct tls_settings *tls, CURL *easy)
{
    const char *key = tls->key_file ? tls->key_file : tls->certificate_file;

    return IS_SET(easy, CURLOPT_SSLCERT, tls->certificate_file) &&
           IS_SET(easy, CURLOPT_SSLKEY, key);
}

/* The bundle for libcurl to read: none where it is given the shared store. */
static const char *own_bundle(const struct profile *profile, const char *file)
{
    if (profile->owner->shares_stores)
        return NULL;
    return file ? file : system_bundle();
}

static bool apply_tls(const struct profile *profile, CURL *easy)
{
    const struct tls_settings *tls = &profile->settings.tls;

    /*
     * With the shared store libcurl need not parse anything: both NULL, since
     * Debian's CAPATH alone would switch libcurl's own cache off. (Another TLS
     * library may know no CAPATH; then there is none to switch off.)
     */
    (void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    return IS_SET(easy, CURLOPT_SSL_VERIFYPEER, (long)tls->verify) &&
           IS_SET(easy, CURLOPT_SSL_VERIFYHOST, tls->verify ? 2L : 0L) &&
           IS_SET(easy, CURLOPT_SSLVERSION,
                  curl_tls_version(tls->min_version)) &&
           (!tls->certificate_file || apply_client_certificate(tls, easy)) &&
           IS_SET(easy, CURLOPT_CAINFO, own_bundle(profile, tls->ca_file));
}

static bool has_tls_proxy(const struct settings *settings)
{
    return settings->proxy && !strncasecmp(settings->proxy, "https:", 6);
}

/* `tls` of a plan is about the endpoint: a proxy is held against the system's
 * certificates, and always. */
static bool apply_tls_proxy(const struct profile *profile, CURL *easy)
{
    (void)curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    return IS_SET(easy, CURLOPT_PROXY_CAINFO, own_bundle(profile, NULL));
}

/* Loads what is not loaded yet. False: WHY says why there is nothing. */
static bool can_trust(const struct profile *profile, const char *file,
                      const char **why)
{
    X509_STORE *store;

    if (!profile->owner->shares_stores)
        return true;
    store = get_store(profile->owner, file, why);
    X509_STORE_free(store);
    return store != NULL;
}

static long curl_http_version(enum http_version version, bool is_https)
{
    switch (version) {
    case HTTP_VERSION_1_1:
        return CURL_HTTP_VERSION_1_1;
    case HTTP_VERSION_2:
        return is_https ? CURL_HTTP_VERSION_2TLS
                        : CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    case HTTP_VERSION_ANY:
        break;
    }
    return CURL_HTTP_VERSION_2TLS;
}

static long curl_ip_version(enum ip_version version)
{
    switch (version) {
    case IP_VERSION_4:
        return CURL_IPRESOLVE_V4;
    case IP_VERSION_6:
        return CURL_IPRESOLVE_V6;
    case IP_VERSION_ANY:
        break;
    }
    return CURL_IPRESOLVE_WHATEVER;
}

static bool apply_route(const struct profile *profile, CURL *easy,
                        bool is_https)
{
    const struct settings *settings = &profile->settings;

    /*
     * Only the plan names a proxy, or none: "" keeps out both http_proxy and
     * no_proxy of the environment, which libcurl would obey. And libcurl would
     * keep the first store that it is given for a day, in the place of any
     * newer one.
     */
    return profile->is_whole &&
           IS_SET(easy, CURLOPT_CA_CACHE_TIMEOUT,
                  profile->owner->shares_stores ? 0L : CA_CACHE_S) &&
           IS_SET(easy, CURLOPT_HTTP_VERSION,
                  curl_http_version(settings->http_version, is_https)) &&
           IS_SET(easy, CURLOPT_IPRESOLVE,
                  curl_ip_version(settings->ip_version)) &&
           IS_SET(easy, CURLOPT_PROXY,
                  settings->proxy ? settings->proxy : "") &&
           IS_SET(easy, CURLOPT_NOPROXY, "") &&
           IS_SET(easy, CURLOPT_RESOLVE, profile->resolve);
}

bool profile_apply(const struct profile *profile, CURL *easy, bool is_https)
{
    return apply_route(profile, easy, is_https) &&
           (!has_tls_proxy(&profile->settings) ||
            apply_tls_proxy(profile, easy)) &&
           (!is_https || apply_tls(profile, easy));
}

bool profile_load(const struct profile *profile, bool is_https,
                  const char **why)
{
    const struct settings *settings = &profile->settings;

    if (has_tls_proxy(settings) && !can_trust(profile, NULL, why))
        return false;
    return !is_https || !settings->tls.verify ||
           can_trust(profile, settings->tls.ca_file, why);
}

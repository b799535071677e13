#include "origins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/network.h"
#include "rounds/url.h"
#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct network networks[] = {
    { .name = NETWORK_INTRANET },
    { .name = NETWORK_PUBLIC },
};

/* What is known of an origin must not change what its next URL becomes. */
static void the_second_url_of_an_origin_is_read_like_the_first(void **state)
{
    static const char *const hosts[] = {
        "http://A.example",
        "https://a.example:8443",
        "http://127.1",
        "HTTP://[FE80::1]",
        "http://\xe7\x99\xbe\xe5\xba\xa6.com",
        "http://u:p@a.example",
        "http:///",
        "ftp://a.example",
        "a.example",
        "http://a b",
    };
    static const char *const rests[] = {
        "",
        "/",
        "/x",
        "/x/../y",
        "/./x",
        "/.hidden",
        "/x/..",
        "/x y",
        "/x?y z",
        "?q",
        "/?",
        "/?q",
        "/x#f",
        "/x?q#f",
        "/%2e%2e/x",
        "/\xe8\xb7\xaf",
        "/a?b=%zz",
        "/a\tb",
        "/a|b\"<>",
        "/a//b",
        "/a?b?c/../d",
        "/a;b,c!$&'()*+=:@",
        "/a\\b",
        "/...",
        "/x/.../y",
        "/a^b`{}",
    };
    struct arena *arena = arena_create();
    struct origins *origins = origins_create(arena, networks, 2);

    (void)state;
    for (size_t i = 0; i < COUNT(hosts) * COUNT(rests) * 2; i++) {
        char *text = xasprintf("%s%s", hosts[i / 2 / COUNT(rests)],
                               rests[i / 2 % COUNT(rests)]);
        struct strbuf why = STRBUF_INIT;
        struct origin_url url;
        struct url_parts parts;
        bool is_read = origins_read_url(origins, text, &url, &why);

        assert_int_equal(url_parse(text, &parts, &why), is_read);
        if (is_read) {
            assert_string_equal(url.url, parts.url);
            assert_string_equal(url.origin, parts.origin);
            assert_int_equal(url.network,
                             network_of_host(networks, 2, parts.host));
            assert_int_equal(url.user != NULL, parts.user != NULL);
        }
        url_parts_release(&parts);
        strbuf_release(&why);
        free(text);
    }
    origins_destroy(origins);
    arena_destroy(arena);
}

static void urls_of_one_origin_share_its_text(void **state)
{
    static const char *const texts[] = { "https://a.example/x",
                                         "https://a.example:443/y",
                                         "https://A.example/z" };
    struct arena *arena = arena_create();
    struct origins *origins = origins_create(arena, networks, 2);
    const char *origin = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct strbuf why = STRBUF_INIT;
        struct origin_url url;

        assert_true(origins_read_url(origins, texts[i], &url, &why));
        if (origin)
            assert_ptr_equal(url.origin, origin);
        origin = url.origin;
    }
    origins_destroy(origins);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_url_of_an_origin_is_read_like_the_first),
        cmocka_unit_test(urls_of_one_origin_share_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "origins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rounds/network.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct network networks[] = {
    { .name = NETWORK_INTRANET },
    { .name = NETWORK_PUBLIC },
};

static void a_url_is_told_its_origin_and_network(void **state)
{
    static const struct {
        const char *text, *url, *origin;
        uint32_t network;
    } cases[] = {
        { "https://a.example/x", "https://a.example/x", "https://a.example:443",
          1 },
        { "http://10.0.0.1", "http://10.0.0.1/", "http://10.0.0.1:80", 0 },
        { "http://printer/", "http://printer/", "http://printer:80", 0 },
    };
    struct arena *arena = arena_create();
    struct origins *origins = origins_create(arena, networks, 2);

    (void)state;
    for (size_t i = 0; i < COUNT(cases) * 2; i++) {
        struct strbuf why = STRBUF_INIT;
        struct origin_url url;

        assert_true(origins_read_url(origins, cases[i / 2].text, &url, &why));
        assert_string_equal(url.parts->url, cases[i / 2].url);
        assert_string_equal(url.origin, cases[i / 2].origin);
        assert_int_equal(url.network, cases[i / 2].network);
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
        cmocka_unit_test(a_url_is_told_its_origin_and_network),
        cmocka_unit_test(urls_of_one_origin_share_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

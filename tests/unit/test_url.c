#include "rounds/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void urls_are_normalised_as_libcurl_reads_them(void **state)
{
    static const struct {
        const char *text, *url, *host, *origin;
    } cases[] = {
        { "http://EXAMPLE.com", "http://example.com/", "example.com",
          "http://example.com:80" },
        { "HTTPS://a.example:8443/B?c=d#e", "https://a.example:8443/B?c=d",
          "a.example", "https://a.example:8443" },
        { "https://a.example:443/", "https://a.example:443/", "a.example",
          "https://a.example:443" },
        { "http://a.example?q", "http://a.example/?q", "a.example",
          "http://a.example:80" },
        { "http://a.example/x/../y/./z", "http://a.example/y/z", "a.example",
          "http://a.example:80" },
        { "http://a.example/b c?d e", "http://a.example/b%20c?d+e", "a.example",
          "http://a.example:80" },
        { "http://h.example/\xe8\xb7\xaf", "http://h.example/%e8%b7%af",
          "h.example", "http://h.example:80" },
        { "http://\xe7\x99\xbe\xe5\xba\xa6.com/", "http://xn--wxtr44c.com/",
          "xn--wxtr44c.com", "http://xn--wxtr44c.com:80" },
        { "http://127.1/", "http://127.0.0.1/", "127.0.0.1",
          "http://127.0.0.1:80" },
        { "http://0x7f000001/", "http://127.0.0.1/", "127.0.0.1",
          "http://127.0.0.1:80" },
        { "http://%6cocalhost/", "http://localhost/", "localhost",
          "http://localhost:80" },
        { "http://[FE80::1]:81/", "http://[fe80::1]:81/", "fe80::1",
          "http://[fe80::1]:81" },
        { "http://%31%32%37.1/", "http://127.0.0.1/", "127.0.0.1",
          "http://127.0.0.1:80" },
        { "http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/", "fe80::1",
          "http://[fe80::1%25eth0]:80" },
        { "http://host_a/", "http://host_a/", "host_a", "http://host_a:80" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url_parts parts, again;
        struct strbuf why = STRBUF_INIT;

        assert_true(url_parse(cases[i].text, &parts, &why));
        assert_string_equal(parts.url, cases[i].url);
        assert_string_equal(parts.host, cases[i].host);
        assert_string_equal(parts.origin, cases[i].origin);
        assert_null(parts.user);
        assert_null(parts.password);
        assert_int_equal(why.length, 0);

        assert_true(url_parse(parts.url, &again, &why));
        assert_string_equal(again.url, parts.url);
        assert_string_equal(again.origin, parts.origin);
        url_parts_release(&parts);
        url_parts_release(&again);
    }
}

/* HTTP in capitals goes the long way through libcurl, http may not need to. */
static void plain_urls_are_what_libcurl_makes_of_them(void **state)
{
    static const char *const hosts[] = {
        "a.example",
        "localhost",
        "a-b.c-d",
        "127.1",
        "1.2.3.x4",
        "1.2.3.4x",
        "0x7f.1",
        "0x7f.0xa",
        "a.0x1",
        "a.1",
        "a.b.",
        "a..b",
        ".a",
        "-a",
        "a-.b-",
        "a_b",
        "[::1]",
        "u:p@a",
        "a:80",
        "a:",
        "",
        "a%20b",
        "xn--a",
        "1",
        "a\xc3\xa9",
        "0x1.a",
        "1.a",
        "a.b.c.d.e",
        "x@y",
        "a b",
        "10.0.0.1",
        "1.2.3",
        "1.2.3.4.",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "0.0.0.0",
        "1.2.3.4:80",
        "a:8443",
        "a:080",
        "a:0",
        "a:65535",
        "a:65536",
        "a:8x",
        "a:80:80",
        "10.0.0.1:8443",
        "1..2.3",
        "255.255.255.255:1",
        "a:99999999999",
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
        "/a\\b",
        "/...",
        "/x/.../y",
        "/a^b`{}",
        "/a?b?c/../d",
        "/a;b,c!$&'()*+=:@",
        "#",
        "/x?",
        "//x",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(hosts) * COUNT(rests); i++) {
        const char *host = hosts[i / COUNT(rests)];
        const char *rest = rests[i % COUNT(rests)];
        char *plain = xasprintf("http://%s%s", host, rest);
        char *odd = xasprintf("HTTP://%s%s", host, rest);
        struct url_parts parts, expected;
        struct strbuf why = STRBUF_INIT;
        bool is_read = url_parse(plain, &parts, &why);

        assert_int_equal(url_parse(odd, &expected, &why), is_read);
        if (is_read) {
            assert_string_equal(parts.url, expected.url);
            assert_string_equal(parts.scheme, expected.scheme);
            assert_string_equal(parts.host, expected.host);
            assert_string_equal(parts.origin, expected.origin);
            assert_int_equal(parts.port, expected.port);
            assert_int_equal(parts.user != NULL, expected.user != NULL);
        }
        url_parts_release(&parts);
        url_parts_release(&expected);
        strbuf_release(&why);
        free(plain);
        free(odd);
    }
}

static void user_and_password_are_taken_out_of_a_url(void **state)
{
    static const struct {
        const char *text, *user, *password;
    } cases[] = {
        { "http://u:p%40%3aw@h.example/x", "u", "p@:w" },
        { "http://user@h.example/x", "user", NULL },
        { "http://:p@h.example/x", "", "p" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url_parts parts;
        struct strbuf why = STRBUF_INIT;

        assert_true(url_parse(cases[i].text, &parts, &why));
        assert_string_equal(parts.url, "http://h.example/x");
        assert_string_equal(parts.user, cases[i].user);
        if (cases[i].password)
            assert_string_equal(parts.password, cases[i].password);
        else
            assert_null(parts.password);
        url_parts_release(&parts);
    }
}

static void what_is_no_http_url_is_refused_and_told_why(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        { "", "" },
        { "example.com", "no scheme" },
        { "/path", "no scheme" },
        { "//x.example/", "no scheme" },
        { "ftp://x.example/", "neither http nor https" },
        { "file:///etc/passwd", "neither http nor https" },
        { "gopher://x.example/", "neither http nor https" },
        { "htp://x.example/", "neither http nor https" },
        { "javascript:alert(1)", "" },
        { "http:/x.example/", "two slashes" },
        { "http:///x.example/", "two slashes" },
        { "http://", "" },
        { "http://a b/", "host name" },
        { "http://a\\b/", "host name" },
        { "http://a%2fb/", "host name" },
        { "http://\xff\xfe/", "host name" },
        { "http://h.example:99999/", "port" },
        { "http://h.example:0/", "port 0" },
        { "http://h.example:x/", "port" },
        { "http://[::g]/", "IPv6" },
        { "http://h.example/a\nb", "control characters" },
        { "http://h.example/a\tb", "control characters" },
        { "http://h.example/\x7f", "control characters" },
        { "http://u%00:p@h.example/", "control characters" },
        { "http://u:p%0a@h.example/", "control characters" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url_parts parts;
        struct strbuf why = STRBUF_INIT;

        assert_false(url_parse(cases[i].text, &parts, &why));
        assert_non_null(strstr(why.data, cases[i].why));
        assert_non_null(strstr(why.data, "; expected " URL_EXPECTED));
        strbuf_release(&why);
    }
}

static void a_reference_is_joined_to_its_base(void **state)
{
    static const struct {
        const char *reference, *url;
    } cases[] = {
        { "../x", "http://a.example/x" },
        { "x", "http://a.example/b/x" },
        { "?q", "http://a.example/b/c?q" },
        { "", "http://a.example/b/c?d" },
        { "#top", "http://a.example/b/c?d" },
        { "/x#top", "http://a.example/x" },
        { "//OTHER.example/p", "http://other.example/p" },
        { "https://a.example/", "https://a.example/" },
        { "http://u:p@z.example/", "http://z.example/" },
        { " /x\t", "http://a.example/x" },
        { "/a b", "http://a.example/a%20b" },
        { "/\xe8\xb7\xaf", "http://a.example/%e8%b7%af" },
        { "http://\xe7\x99\xbe\xe5\xba\xa6.com/", "http://xn--wxtr44c.com/" },
        { "http:///z.example/", "http://z.example/" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf why = STRBUF_INIT;
        char *url = url_join("http://a.example/b/c?d", cases[i].reference,
                             LISTENER_MACHINE, &why);

        assert_non_null(url);
        assert_string_equal(url, cases[i].url);
        free(url);
    }
}

static void a_reference_to_another_scheme_leads_nowhere(void **state)
{
    static const char *const references[] = {
        "file:///etc/passwd",  "ftp://x.example/",    "mailto:x@y.example",
        "javascript:alert(1)", "data:text/plain,x",   "/a\rb",
        "http://a b/",         "gopher://x.example/",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(references); i++) {
        struct strbuf why = STRBUF_INIT;

        assert_null(url_join("http://a.example/", references[i],
                             LISTENER_MACHINE, &why));
        assert_true(why.length > 0);
        strbuf_release(&why);
    }
}

static void proxies_are_http_https_or_socks(void **state)
{
    static const char *const good[] = { "http://proxy.example:3128",
                                        "https://u:p@proxy.example",
                                        "socks5h://127.0.0.1:1080",
                                        "socks5://[::1]:1080" };
    static const char *const bad[] = { "", "proxy.example:3128",
                                       "ftp://proxy.example", "http://",
                                       "http://a\nb/" };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct strbuf why = STRBUF_INIT;

        assert_true(url_is_proxy(good[i], &why));
        assert_int_equal(why.length, 0);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct strbuf why = STRBUF_INIT;

        assert_false(url_is_proxy(bad[i], &why));
        assert_true(why.length > 0);
        strbuf_release(&why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_normalised_as_libcurl_reads_them),
        cmocka_unit_test(plain_urls_are_what_libcurl_makes_of_them),
        cmocka_unit_test(user_and_password_are_taken_out_of_a_url),
        cmocka_unit_test(what_is_no_http_url_is_refused_and_told_why),
        cmocka_unit_test(a_reference_is_joined_to_its_base),
        cmocka_unit_test(a_reference_to_another_scheme_leads_nowhere),
        cmocka_unit_test(proxies_are_http_https_or_socks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

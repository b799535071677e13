#include "rounds/secrets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "rounds/xalloc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void remember(struct secrets *secrets, const char *value)
{
    secrets_remember(secrets, value, strlen(value));
}

static void assert_hidden(const struct secrets *secrets, const char *text,
                          const char *expected)
{
    struct strbuf out = STRBUF_INIT;

    secrets_hide(secrets, text, strlen(text), &out);
    assert_string_equal(out.data, expected);
    strbuf_release(&out);
}

static void names_tell_what_holds_a_secret(void **state)
{
    static const struct {
        const char *name;
        bool is_secret;
    } cases[] = {
        { "Authorization", true },
        { "authorization", true },
        { "Cookie", true },
        { "Set-Cookie", true },
        { "X-Api-Key", true },
        { "API_TOKEN", true },
        { "client_secret", true },
        { "Password", true },
        { "PASSWD", true },
        { "X-Hub-Signature-256", true },
        { "HTTPBIN", false },
        { "Accept", false },
        { "Content-Type", false },
        { "CookieConsent", false },
        { "", false },
        { "Proxy-Authorization", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(secrets_is_name(cases[i].name), cases[i].is_secret);
}

static void a_remembered_value_is_hidden_wherever_it_stands(void **state)
{
    struct secrets *secrets = secrets_create();

    (void)state;
    remember(secrets, "hunter2!");
    for (int sealed = 0; sealed < 2; sealed++) {
        assert_hidden(secrets, "hunter2!", "***");
        assert_hidden(secrets, "a hunter2! and hunter2!", "a *** and ***");
        assert_hidden(secrets, "hunter2", "hunter2");
        assert_hidden(secrets, "", "");
        secrets_seal(secrets);
    }
    secrets_destroy(secrets);
}

static void a_value_is_hidden_in_its_encoded_forms_too(void **state)
{
    struct secrets *secrets = secrets_create();

    (void)state;
    remember(secrets, "p \"/+\xc3\xa9&secret");
    secrets_seal(secrets);
    assert_hidden(secrets, "x=p%20%22%2F%2B%C3%A9%26secret;", "x=***;");
    assert_hidden(secrets, "x=p%20%22%2f%2b%c3%a9%26secret;", "x=***;");
    assert_hidden(secrets, "x=p+%22%2F%2B%C3%A9%26secret;", "x=***;");
    assert_hidden(secrets, "\"p \\\"/+\xc3\xa9&secret\"", "\"***\"");
    assert_hidden(secrets, "\"p \\\"/+\\u00e9&secret\"", "\"***\"");
    assert_hidden(secrets, "\"p \\\"/+\\u00E9&secret\"", "\"***\"");
    assert_hidden(secrets, "cCAiLyvDqSZzZWNyZXQ=", "***");
    secrets_destroy(secrets);
}

static void base64_of_more_than_the_value_hides_it_at_any_offset(void **state)
{
    static const char *const encoded[] = {
        "Y29ycmVjdGhvcnNl",         /* correcthorse */
        "YTpjb3JyZWN0aG9yc2U=",     /* a:correcthorse */
        "YWI6Y29ycmVjdGhvcnNlOmI=", /* ab:correcthorse:b */
        "YWI6Y29ycmVjdGhvcnNlOg==", /* ab:correcthorse: */
        "eHh5OmNvcnJlY3Rob3JzZXp6", /* xxy:correcthorsezz */
    };
    struct secrets *secrets = secrets_create();

    (void)state;
    remember(secrets, "correcthorse");
    secrets_seal(secrets);
    for (size_t i = 0; i < COUNT(encoded); i++) {
        struct strbuf out = STRBUF_INIT;

        secrets_hide(secrets, encoded[i], strlen(encoded[i]), &out);
        assert_non_null(strstr(out.data, "***"));
        strbuf_release(&out);
    }
    secrets_destroy(secrets);
}

static void the_longest_secret_at_a_place_is_hidden(void **state)
{
    struct secrets *secrets = secrets_create();

    (void)state;
    remember(secrets, "abcd");
    remember(secrets, "abcdefgh");
    remember(secrets, "abcdzz");
    secrets_seal(secrets);
    assert_hidden(secrets, "abcdefgh", "***");
    assert_hidden(secrets, "abcdefgx", "***efgx");
    assert_hidden(secrets, "abcdzy", "***zy");
    secrets_destroy(secrets);
}

static void of_secrets_that_overlap_no_end_stays_behind(void **state)
{
    struct secrets *secrets = secrets_create();

    (void)state;
    remember(secrets, "abcdef");
    remember(secrets, "efghij");
    secrets_seal(secrets);
    assert_hidden(secrets, "-abcdefghij-", "-***-");
    secrets_destroy(secrets);
}

static void short_values_are_not_searched_for(void **state)
{
    struct secrets *secrets = secrets_create();

    (void)state;
    remember(secrets, "abc");
    assert_true(secrets_is_empty(secrets));
    assert_hidden(secrets, "abcabc", "abcabc");
    remember(secrets, "abcd");
    assert_false(secrets_is_empty(secrets));
    secrets_destroy(secrets);
}

static void credentials_in_urls_are_hidden_without_being_known(void **state)
{
    (void)state;
    assert_hidden(NULL, "see https://u:p@h.example/x?a=b@c",
                  "see https://***@h.example/x?a=b@c");
    assert_hidden(NULL, "\"http://user@h/\" mail@x",
                  "\"http://***@h/\" mail@x");
    assert_hidden(NULL, "http://h.example/ a@b", "http://h.example/ a@b");
    assert_hidden(NULL, "http://a@b:c@h/", "http://***@h/");
    assert_hidden(NULL, "://@x", "://@x");
    assert_hidden(NULL, "a://", "a://");
}

static void parameters_of_secret_names_are_hidden_in_urls(void **state)
{
    (void)state;
    assert_hidden(NULL, "http://h/?a=b&api_key=xyz&c=d",
                  "http://h/?a=b&api_key=***&c=d");
    assert_hidden(NULL, "see http://h/?token=xyz.", "see http://h/?token=***");
    assert_hidden(NULL, "\"/x?access_token=1#top\"",
                  "\"/x?access_token=***#top\"");
    assert_hidden(NULL, "?page=2&size=3", "?page=2&size=3");
    assert_hidden(NULL, "?token=&x=1", "?token=&x=1");
    assert_hidden(NULL, "==?=&=", "==?=&=");
    assert_hidden(NULL, "token=xyz", "token=xyz");
}

static void fields_of_secret_names_give_the_secrets_within_them(void **state)
{
    struct secrets *secrets = secrets_create();

    (void)state;
    secrets_remember_field(secrets, "Accept", "text/html");
    assert_true(secrets_is_empty(secrets));
    secrets_remember_field(secrets, "Authorization", "Bearer tok-12345");
    secrets_remember_field(secrets, "Proxy-Authorization",
                           "Basic dXNlcjpwYTU1d29yZA==");
    secrets_remember_field(secrets, "Cookie", "a=crumbs; session=0x51de");
    secrets_seal(secrets);
    assert_hidden(secrets, "{\"token\":\"tok-12345\"}", "{\"token\":\"***\"}");
    assert_hidden(secrets, "pa55word", "***");
    assert_hidden(secrets, "crumbs 0x51de", "*** ***");
    assert_hidden(secrets, "text/html", "text/html");
    secrets_destroy(secrets);
}

static void nul_bytes_hide_nothing_from_the_search(void **state)
{
    static const char text[] = "x\0hunter2!\0y";
    struct secrets *secrets = secrets_create();
    struct strbuf out = STRBUF_INIT;

    (void)state;
    remember(secrets, "hunter2!");
    secrets_hide(secrets, text, sizeof(text) - 1, &out);
    assert_int_equal(out.length, 7);
    assert_memory_equal(out.data, "x\0***\0y", 7);
    strbuf_release(&out);
    secrets_destroy(secrets);
}

static void
many_alike_secrets_are_hidden_in_time_linear_in_the_text(void **state)
{
    enum { SECRETS = 2000, TEXT_BYTES = 1 << 20 };
    struct secrets *secrets = secrets_create();
    struct strbuf out = STRBUF_INIT;
    char *text = xmalloc(TEXT_BYTES);
    clock_t before; /* of this process alone, however busy the machine is */

    (void)state;
    for (int i = 0; i < SECRETS; i++) {
        char value[32];

        (void)snprintf(value, sizeof(value), "Bearer %06d", i);
        remember(secrets, value);
    }
    secrets_seal(secrets);
    for (size_t i = 0; i < TEXT_BYTES; i++)
        text[i] = "Bearer 0"[i % 8];

    before = clock();
    secrets_hide(secrets, text, TEXT_BYTES, &out);
    assert_int_equal(out.length, TEXT_BYTES);
    assert_true(clock() - before < 2 * CLOCKS_PER_SEC);

    strbuf_release(&out);
    free(text);
    secrets_destroy(secrets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell_what_holds_a_secret),
        cmocka_unit_test(a_remembered_value_is_hidden_wherever_it_stands),
        cmocka_unit_test(a_value_is_hidden_in_its_encoded_forms_too),
        cmocka_unit_test(base64_of_more_than_the_value_hides_it_at_any_offset),
        cmocka_unit_test(the_longest_secret_at_a_place_is_hidden),
        cmocka_unit_test(of_secrets_that_overlap_no_end_stays_behind),
        cmocka_unit_test(short_values_are_not_searched_for),
        cmocka_unit_test(credentials_in_urls_are_hidden_without_being_known),
        cmocka_unit_test(parameters_of_secret_names_are_hidden_in_urls),
        cmocka_unit_test(fields_of_secret_names_give_the_secrets_within_them),
        cmocka_unit_test(nul_bytes_hide_nothing_from_the_search),
        cmocka_unit_test(
            many_alike_secrets_are_hidden_in_time_linear_in_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "alerts/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The expected values are Python's: hmac.new(key, text, "sha256"). */

static void dingtalk_signs_the_moment_under_the_secret(void **state)
{
    struct strbuf out = STRBUF_INIT;

    (void)state;
    signature_add_dingtalk(&out, "SECabc/+=密", 1577262236757);

    assert_string_equal(out.data,
                        "gRXY5hj3ME4%2BCCnh4xD9HMeuf%2FuMlq3vdKAXjh%2F8bls%3D");
    strbuf_release(&out);
}

static void feishu_signs_nothing_under_moment_and_secret(void **state)
{
    struct strbuf out = STRBUF_INIT;

    (void)state;
    signature_add_feishu(&out, "demo", 1599360473);

    assert_string_equal(out.data,
                        "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
    strbuf_release(&out);
}

static void a_webhook_is_signed_with_its_body(void **state)
{
    static const char body[] = "{\"a\":\"中\"}";
    struct strbuf out = STRBUF_INIT;

    (void)state;
    signature_add_webhook(&out, "demo", 1599360473, body, strlen(body));

    assert_string_equal(
        out.data,
        "87d20cf5378d6895edbb4071e93586a9e27321797d8f143c59027f8072305226");
    strbuf_release(&out);
}

/* RFC 4648, section 10. */
static void base64_is_that_of_its_standard(void **state)
{
    static const struct {
        const char *text;
        const char *base64;
    } cases[] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "\xff\xef", "/+8=" },
    };
    struct strbuf out = STRBUF_INIT;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        strbuf_clear(&out);
        base64_add(&out, cases[i].text, strlen(cases[i].text), 0);
        assert_string_equal(out.data, cases[i].base64);
    }
    strbuf_clear(&out);
    base64_add(&out, "foobar", 6, 4);
    assert_string_equal(out.data, "Zm9v\r\nYmFy\r\n");
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dingtalk_signs_the_moment_under_the_secret),
        cmocka_unit_test(feishu_signs_nothing_under_moment_and_secret),
        cmocka_unit_test(a_webhook_is_signed_with_its_body),
        cmocka_unit_test(base64_is_that_of_its_standard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

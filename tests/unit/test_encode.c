#include "encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "secret_forms.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef void encoder(struct strbuf *out, const char *text, size_t length);

static void assert_coded(encoder *encode, const char *text,
                         const char *expected)
{
    struct strbuf out = STRBUF_INIT;

    encode(&out, text, strlen(text));
    assert_string_equal(out.data, expected);
    strbuf_release(&out);
}

static void what_is_encoded_comes_back_when_decoded(void **state)
{
    static const struct {
        const char *text, *percent, *form;
    } cases[] = {
        { "", "", "" },
        { "aZ09-._~", "aZ09-._~", "aZ09-._~" },
        { "a b+c", "a%20b%2Bc", "a+b%2Bc" },
        { "&=?/#%", "%26%3D%3F%2F%23%25", "%26%3D%3F%2F%23%25" },
        { "\xc3\xa9\n", "%C3%A9%0A", "%C3%A9%0A" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_coded(encode_percent, cases[i].text, cases[i].percent);
        assert_coded(encode_form, cases[i].text, cases[i].form);
        assert_coded(decode_percent, cases[i].percent, cases[i].text);
        assert_coded(decode_form, cases[i].form, cases[i].text);
    }
}

static void a_percent_sign_without_digits_is_itself(void **state)
{
    (void)state;
    assert_coded(decode_percent, "%", "%");
    assert_coded(decode_percent, "%4", "%4");
    assert_coded(decode_percent, "%zz%41", "%zzA");
    assert_coded(decode_percent, "a+b", "a+b");
    assert_coded(decode_form, "+%2b+", " + ");
}

/* RFC 4648 section 10 */
static void base64_is_that_of_the_rfc(void **state)
{
    static const struct {
        const char *text, *encoded;
    } cases[] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
        { "\xfb\xff\xbe", "+/++" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out = STRBUF_INIT;

        encode_base64(&out, cases[i].text, strlen(cases[i].text));
        assert_string_equal(out.data, cases[i].encoded);
        strbuf_clear(&out);
        assert_true(secret_decode_base64(cases[i].encoded, &out));
        assert_string_equal(out.data, cases[i].text);
        strbuf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_comes_back_when_decoded),
        cmocka_unit_test(a_percent_sign_without_digits_is_itself),
        cmocka_unit_test(base64_is_that_of_the_rfc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

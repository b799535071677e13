#include "lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rounds/strbuf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The tokens of TEXT: the letter of its kind, its line and itself of each. */
static void add_tokens(const char *text, size_t length, struct strbuf *out)
{
    /* In the order of enum token_kind. */
    static const char letters[] = "En=,;<>sifb@?QCI";
    struct lexer lexer;

    lexer_init(&lexer, text, length);
    for (;;) {
        struct token token = lexer_next(&lexer);

        if (token.kind == TOKEN_END)
            return;
        strbuf_addf(out, "%s%c%u:%.*s", out->length ? " " : "",
                    letters[token.kind], token.line, (int)token.length,
                    token.start);
    }
}

static void texts_are_cut_as_libconfig_cuts_them(void **state)
{
    static const struct {
        const char *text, *tokens;
    } cases[] = {
        { "", "" },
        { " \t\r\n\f", "" },
        { "a = 1;", "n1:a =1:= i1:1 ;1:;" },
        { "a-b_*:TRUE,", "n1:a-b_* =1:: b1:TRUE ,1:," },
        { "truex falsE", "n1:truex b1:falsE" },
        { "({[", "<1:( <1:{ <1:[" },
        { "])}", ">1:] >1:) >1:}" },
        { "-1 +2 007 5L 5LL", "i1:-1 i1:+2 i1:007 i1:5L i1:5LL" },
        { "0x1F 0XffL", "i1:0x1F i1:0XffL" },
        { "0x 0xg", "i1:0 n1:x i1:0 n1:xg" },
        { "1.5 .5 5. -.5e3 1e5 1e+5", "f1:1.5 f1:.5 f1:5. f1:-.5e3 f1:1e5 "
                                      "f1:1e+5" },
        { "1e 5s 1.5f", "i1:1 n1:e i1:5 n1:s f1:1.5 n1:f" },
        { "10.0.0.1", "f1:10.0 f1:.0 f1:.1" },
        { ".", "f1:." },
        { "- %", "?1:- ?1:%" },
        { "\xe9\xa6\x96\xe9\xa1\xb5;", "?1:\xe9\xa6\x96\xe9\xa1\xb5 ;1:;" },
        { "# x\n// y\n/* z\n */ a", "n4:a" },
        { "/ a", "?1:/ n1:a" },
        { "/* a", "C1:/* a" },
        { "1 # at the end", "i1:1" },
        { "\"a\\\"b\\\\\" c", "s1:\"a\\\"b\\\\\" n1:c" },
        { "\"a\nb\" c", "s1:\"a\nb\" n2:c" },
        { "\"# no comment\"", "s1:\"# no comment\"" },
        { "\"a", "Q1:\"a" },
        { "\"a\\\"", "Q1:\"a\\\"" },
        { "\"a\\", "Q1:\"a\\" },
        { "@include \"x\" a", "@1:@include \"x\" n1:a" },
        { "a\n \t@include\t\"x\\\"y\"", "n1:a @2:@include\t\"x\\\"y\"" },
        { "a @include \"x\"", "n1:a ?1:@ n1:include s1:\"x\"" },
        { "@include\"x\"", "?1:@ n1:include s1:\"x\"" },
        { "@include \"x", "I1:@include \"x" },
        { "@includes \"x\"", "?1:@ n1:includes s1:\"x\"" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf tokens = STRBUF_INIT;

        add_tokens(cases[i].text, strlen(cases[i].text), &tokens);
        assert_string_equal(tokens.data, cases[i].tokens);
        strbuf_release(&tokens);
    }
}

static void the_lexer_reads_nothing_past_the_end(void **state)
{
    static const char text[] = "ab-1.5e+3L\"x\\\"y\"@include \"z\"0xffL/*c*/";

    (void)state;
    for (size_t length = 0; length < sizeof(text); length++) {
        /* On the heap, where ASan knows the end. */
        struct strbuf copy = STRBUF_INIT;
        struct strbuf tokens = STRBUF_INIT;

        strbuf_add(&copy, text, length);
        add_tokens(copy.data, copy.length, &tokens);
        strbuf_release(&copy);
        strbuf_release(&tokens);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cut_as_libconfig_cuts_them),
        cmocka_unit_test(the_lexer_reads_nothing_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "rounds/report.h"

#include <jansson.h>

#include "report_checks.h"

static void a_round_is_the_records_of_its_json_report(void **state)
{
    struct sample *sample = *state;
    struct strbuf lines = STRBUF_INIT, record = STRBUF_INIT;
    const char *at;

    sample_fill_mixed(sample);
    add_report("jsonl", sample_finish(sample, 1), &lines);

    at = lines.data;
    for (size_t i = 0; i < sample->count; i++) {
        strbuf_clear(&record);
        json_add_record(sample->results[i], &sample->plan, &record);
        strbuf_add_char(&record, '\n');
        assert_memory_equal(at, record.data, record.length);
        at += record.length;
    }
    assert_string_equal(at, "");
    strbuf_release(&record);
    strbuf_release(&lines);
}

static void hostile_texts_stay_on_their_line(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    size_t count = 0;

    sample_fill_hostile(sample);
    add_report("jsonl", sample_finish(sample, 1000), &text);

    for (size_t i = 0; i < text.length; i++)
        assert_true((unsigned char)text.data[i] >= 0x20 ||
                    text.data[i] == '\n');
    for (char *line = text.data; *line; count++) {
        size_t length = strcspn(line, "\n");
        json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);

        assert_non_null(json);
        json_decref(json);
        line += length + 1;
    }
    assert_int_equal(count, HOSTILE_COUNT);
    strbuf_release(&text);
}

static void an_empty_round_has_no_lines(void **state)
{
    struct strbuf text = STRBUF_INIT;

    add_report("jsonl", sample_finish(*state, 0), &text);

    assert_string_equal(text.data, "");
    strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAMPLE_TEST(a_round_is_the_records_of_its_json_report),
        SAMPLE_TEST(hostile_texts_stay_on_their_line),
        SAMPLE_TEST(an_empty_round_has_no_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

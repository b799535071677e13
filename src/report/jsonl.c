/*
 * JSON lines: the records of the JSON report, one a line.
 */

#include "formats.h"

static void add_line(const struct plan *plan, const struct result *result,
                     size_t number, struct strbuf *out)
{
    (void)number;
    json_add_record(result, plan, out);
    strbuf_add_char(out, '\n');
}

const struct report_streamer jsonl_streamer = { .record = add_line };

void jsonl_report(const struct report_input *input, struct strbuf *out)
{
    for (size_t i = 0; i < input->result_count; i++)
        add_line(input->plan, input->results[i], i + 1, out);
}

/*
 * The first line is a status, the rest what stands in a Location header. It
 * leads to http and https alone, and nothing that was configured leaves the
 * origin.
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "attempt.h"
#include "rounds/clock.h"
#include "rounds/profiles.h"
#include "rounds/url.h"

static const struct status_range well = { 200, 299 };
static const struct pair key = { "X-Api-Key", "canary-of-the-header" };

static const struct settings settings = {
    .method = "GET",
    .headers = &key,
    .header_count = 1,
    .bearer = "canary-of-the-bearer",
    .timeout_ms = 5000,
    .connect_timeout_ms = 2000,
    .redirects = 3,
    .max_body_bytes = 1024,
    .tls = { .verify = false },
    .expect = { .statuses = &well, .status_count = 1 },
};

static const struct endpoint endpoint = {
    .url = "https://a.example/one/two?q=1",
    .origin = "https://a.example:443",
    .settings = &settings,
};

/* The answer is written into the transfer by hand. */
static void answer(struct transfer *transfer, struct fuzz_input *input)
{
    char *status = fuzz_line(input);

    transfer->facts.requested_us = clock_monotonic_us();
    transfer->facts.first_byte_us = transfer->facts.requested_us;
    transfer->facts.has_whole_header = true;
    transfer->facts.status = (int)strtol(status, NULL, 10);
    strbuf_add_string(&transfer->header_lines,
                      "HTTP/1.1 302 Moved\r\nLocation:");
    strbuf_add(&transfer->header_lines, input->data, input->size);
    strbuf_add_string(&transfer->header_lines, "\r\n\r\n");
    free(status);
}

static bool sends_secret(const struct transfer *transfer)
{
    for (const struct curl_slist *header = transfer->headers; header;
         header = header->next)
        if (strstr(header->data, "canary"))
            return true;
    return false;
}

static void check_next_hop(struct transfer *transfer)
{
    struct strbuf why = STRBUF_INIT;
    struct url_parts parts;

    MUST(url_parse(transfer->url, &parts, &why));
    MUST(!strcmp(parts.origin, transfer_origin(transfer)));
    MUST(transfer_resume(transfer, 0));
    MUST(sends_secret(transfer) == !strcmp(parts.origin, endpoint.origin));
    url_parts_release(&parts);
    strbuf_release(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    struct network network = { .name = "public" };
    struct transfer_shared shared = {
        .profiles = profiles_create(),
        .network = &network,
    };
    struct transfer *transfer = transfer_create(&shared);
    struct result *result = result_create(&endpoint, 0);

    MUST(transfer != NULL);
    transfer_begin(transfer, &endpoint, 0);
    MUST(transfer_can_begin(transfer));
    answer(transfer, &input);
    if (transfer_continue(transfer, CURLE_OK))
        check_next_hop(transfer);
    transfer_finish(transfer, result);
    MUST(result->reason == REASON_NONE || result->message);
    result_destroy(result);
    transfer_destroy(transfer);
    profiles_destroy(shared.profiles);
    return 0;
}

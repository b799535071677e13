#include "page_request.h"

void page_answer_init(struct page_answer *answer)
{
    *answer = (struct page_answer){ .status = 200 };
    strbuf_init(&answer->body);
    strbuf_init(&answer->cookie);
}

void page_answer_release(struct page_answer *answer)
{
    strbuf_release(&answer->body);
    strbuf_release(&answer->cookie);
}

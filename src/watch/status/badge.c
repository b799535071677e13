#include "badge.h"

#include <string.h>

#include "rounds/html_text.h"
#include "rounds/number.h"
#include "rounds/text.h"

enum {
    HEIGHT = 20,
    MARGIN = 6,       /* beside each text */
    COLUMN_WIDTH = 7, /* about what a letter takes, at 11 px */
    LONGEST_COLUMNS = 60,
};

#define GREY "#6e7781"

static const char *color_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_HEALTHY:
        return "#1a7f37";
    case OUTCOME_DEGRADED:
        return "#9a6700";
    case OUTCOME_UNHEALTHY:
        return "#bc4c00";
    case OUTCOME_UNREACHABLE:
        return "#cf222e";
    default:
        return GREY;
    }
}

struct badge badge_of_state(const struct account *account, const char *label)
{
    const struct endpoint_state *state = &account->state;

    return (struct badge){
        .label = label ? label : account->name,
        .value = state->is_known ? outcome_name(state->outcome) : "not known",
        .color = state->is_known ? color_of(state->outcome) : GREY,
    };
}

static const char *color_of_uptime(int64_t uptime)
{
    if (uptime < 0)
        return GREY;
    if (uptime >= 99900)
        return color_of(OUTCOME_HEALTHY);
    if (uptime >= 99000)
        return color_of(OUTCOME_DEGRADED);
    return color_of(uptime >= 95000 ? OUTCOME_UNHEALTHY : OUTCOME_UNREACHABLE);
}

struct badge badge_of_uptime(const struct account *account, const char *label,
                             int64_t now_ms, struct strbuf *room)
{
    int64_t uptime = series_uptime(&account->days, now_ms, 30);

    if (uptime < 0) {
        strbuf_add_string(room, "not known");
    } else {
        /* Down to two digits, so that 100 % is what never failed. */
        number_add_short(room, uptime / 10 * 10000, 2);
        strbuf_add_string(room, "%");
    }
    return (struct badge){ .label = label ? label : account->name,
                           .value = room->data,
                           .color = color_of_uptime(uptime) };
}

/* TEXT on one line, cut, as the content of an element; returns its width. */
static size_t add_shown(struct strbuf *out, const char *text)
{
    struct strbuf visible = STRBUF_INIT, cut = STRBUF_INIT;
    size_t columns;

    text_add_visible(&visible, text, strlen(text));
    columns = text_add_cut(&cut, visible.data, LONGEST_COLUMNS);
    html_add_text(out, cut.data);
    strbuf_release(&visible);
    strbuf_release(&cut);
    return columns * COLUMN_WIDTH;
}

static void add_text(struct strbuf *out, size_t x, size_t width,
                     const char *shown)
{
    strbuf_addf(out, "<text x=\"%zu\" y=\"14\" textLength=\"%zu\">%s</text>", x,
                width ? width : 1, shown);
}

/* No style sheet and no script: a page's content policy may forbid them. */
void badge_svg(const struct badge *badge, struct strbuf *out)
{
    struct strbuf label = STRBUF_INIT, value = STRBUF_INIT;
    size_t label_width = add_shown(&label, badge->label);
    size_t value_width = add_shown(&value, badge->value);
    size_t left = label_width + (size_t)2 * MARGIN;
    size_t right = value_width + (size_t)2 * MARGIN;

    strbuf_addf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" "
                "height=\"%d\" role=\"img\" aria-label=\"%s: %s\">"
                "<title>%s: %s</title>",
                left + right, HEIGHT, label.data, value.data, label.data,
                value.data);
    strbuf_addf(out, "<rect width=\"%zu\" height=\"%d\" fill=\"#24292f\"/>",
                left, HEIGHT);
    strbuf_addf(out,
                "<rect x=\"%zu\" width=\"%zu\" height=\"%d\" fill=\"%s\"/>",
                left, right, HEIGHT, badge->color);
    strbuf_add_string(out, "<g fill=\"#fff\" font-size=\"11\" "
                           "font-family=\"Verdana,DejaVu Sans,sans-serif\">");
    add_text(out, MARGIN, label_width, label.data);
    add_text(out, left + MARGIN, value_width, value.data);
    strbuf_add_string(out, "</g></svg>\n");
    strbuf_release(&label);
    strbuf_release(&value);
}

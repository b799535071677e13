#include "header_trap.h"

enum { MENDED_IN = 0x080101 };

static void switch_debugging(struct header_trap *trap, bool on)
{
    if (!trap->is_there || trap->is_told || trap->is_on == on)
        return;
    trap->is_on =
        curl_easy_setopt(trap->easy, CURLOPT_VERBOSE, (long)on) == CURLE_OK &&
        on;
}

void header_trap_init(struct header_trap *trap)
{
    *trap = (struct header_trap){
        .is_there = curl_version_info(CURLVERSION_NOW)->version_num < MENDED_IN,
    };
}

void header_trap_begin(struct header_trap *trap, CURL *easy, bool is_told)
{
    *trap = (struct header_trap){
        .is_there = trap->is_there,
        .easy = easy,
        .is_told = is_told,
    };
}

void header_trap_end(struct header_trap *trap)
{
    switch_debugging(trap, false);
}

static bool goes_on(const char *line, size_t length)
{
    return length && (line[0] == ' ' || line[0] == '\t');
}

void header_trap_see(struct header_trap *trap, char *line, size_t length)
{
    if (trap->awaits != TRAP_FIRST_HEADER || !goes_on(line, length))
        return;
    trap->has_sprung = true;
    if (trap->is_there)
        line[0] = '-'; /* of a name, which nobody will see */
}

static bool is_blank(const char *line, size_t length)
{
    return !length || line[0] == '\r' || line[0] == '\n';
}

bool header_trap_pass(struct header_trap *trap, const char *line, size_t length)
{
    bool has_sprung;

    switch (trap->awaits) {
    case TRAP_STATUS_LINE:
        trap->awaits = TRAP_FIRST_HEADER;
        switch_debugging(trap, true);
        return true;
    case TRAP_FIRST_HEADER:
        switch_debugging(trap, false);
        has_sprung = trap->has_sprung || goes_on(line, length);
        trap->has_sprung = false;
        trap->awaits = is_blank(line, length) ? TRAP_STATUS_LINE : TRAP_PASSED;
        return !has_sprung;
    case TRAP_PASSED:
        break;
    }
    return true;
}

#include "rounds/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDEST = 65535 };

static unsigned columns_of_environment(void)
{
    const char *text = getenv("COLUMNS");
    char *end;
    long columns;

    if (!text || !*text)
        return 0;
    columns = strtol(text, &end, 10);
    return *end || columns < 1 || columns > WIDEST ? 0 : (unsigned)columns;
}

unsigned terminal_columns(int descriptor)
{
    struct winsize size;

    if (!isatty(descriptor))
        return 0;
    if (!ioctl(descriptor, TIOCGWINSZ, &size) && size.ws_col)
        return size.ws_col;
    return columns_of_environment();
}

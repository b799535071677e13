#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "complain.h"
#include "exit_code.h"
#include "language.h"
#include "rounds/history.h"
#include "rounds/text.h"
#include "rounds/translate.h"

static const struct command commands[] = {
    { "check", N_("one round, a report, an exit code"), check_command },
    { "watch", N_("rounds on a schedule, until told to end"), watch_command },
    { "tune", N_("find the best number of workers for each network"),
      tune_command },
    { "compare", N_("threads against async on this plan, side by side"),
      compare_command },
    { "merge", N_("one report out of the reports of shards"), merge_command },
    { "list", N_("what a plan says once read"), list_command },
    { "demo", N_("a round over targets inside the program: every outcome"),
      demo_command },
    { "history", N_("uptime, latency and incidents of the past"),
      history_command },
    { "reasons", N_("the reasons a check can fail for"), reasons_command },
    { MEASURED_ROUND_COMMAND, NULL, measured_round_command },
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void describe(FILE *stream)
{
    fputs(_("Usage: rounds COMMAND [OPTION...] [OPERAND...]\n"
            "\n"
            "Asks the HTTP endpoints of a plan with a pool of workers and says "
            "which are\nhealthy, which are not, in which phase and why.\n"
            "\n"
            "Commands:\n"),
          stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (commands[i].summary)
            fprintf(stream, "  %-10s%s\n", commands[i].name,
                    _(commands[i].summary));
    fputs(_("\n"
            "rounds COMMAND --help tells a command's options; rounds --version "
            "the versions.\n"
            "\n"
            "Exit codes: 0 all well; 1 some check failed; 2 a mistake in "
            "options or plan,\nnothing was sent; 3 some check could not be "
            "made, or a report not be written;\n130 and 143 after SIGINT and "
            "SIGTERM.\n"
            "\n"
            "Example: rounds check plan.cfg\n"),
          stream);
}

static void tell_version(void)
{
    printf("rounds %s\n%s\njansson/%s\nSQLite/%s\n", ROUNDS_VERSION,
           curl_version(), JANSSON_VERSION, history_library_version());
}

static int tell_unknown(const char *name)
{
    const char *names[COMMAND_COUNT];
    const char *nearest;
    size_t count = 0;

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (commands[i].summary)
            names[count++] = commands[i].name;
    nearest = text_nearest(name, names, count);
    fprintf(stderr, _("rounds: %s: no such command"), name);
    if (nearest)
        fprintf(stderr, _("; did you mean %s?"), nearest);
    fputs("\n\n", stderr);
    describe(stderr);
    return EXIT_MISTAKE;
}

/* "--lang LANG" before the command has been seen to. */
static int skip_language(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "--lang"))
        return 2;
    return argc > 1 && !strncmp(argv[1], "--lang=", 7) ? 1 : 0;
}

static int run(int argc, char **argv)
{
    int skipped = skip_language(argc, argv);

    argc -= skipped;
    argv += skipped;
    if (argc < 2) {
        describe(stderr);
        return EXIT_MISTAKE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
        !strcmp(argv[1], "help")) {
        describe(stdout);
        return EXIT_ALL_WELL;
    }
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
        tell_version();
        return EXIT_ALL_WELL;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 2, argv + 2);
    return tell_unknown(argv[1]);
}

/*
 * One that was closed must not become a connection's or a report's: what is
 * said there would go to whoever is at its other end. Open for the direction
 * that nobody uses, it is as good as closed.
 */
static void hold_standard_descriptors(void)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (fcntl(i, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", i == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
    struct strbuf why = STRBUF_INIT;
    int code;

    hold_standard_descriptors();
    /*
     * Characters are always UTF-8, or libcurl could not ask for an
     * international host name in the C locale; numbers always have a dot. The
     * language of messages is not the C library's business: language.h.
     */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a report too large for ulimit -f */
    if (!language_begin(argc, argv, &why)) {
        complain("rounds: ", &why);
        strbuf_release(&why);
        return EXIT_MISTAKE;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        fputs(_("rounds: libcurl could not be started\n"), stderr);
        return EXIT_INCOMPLETE;
    }
    code = run(argc, argv);
    curl_global_cleanup();
    translate_stop();
    if (fflush(stdout) != 0 && code == EXIT_ALL_WELL)
        code = EXIT_INCOMPLETE; /* a full disk behind stdout */
    return code;
}

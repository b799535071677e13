#include "language.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "rounds/translate.h"
#include "rounds/xalloc.h"

/* From po/LINGUAS, each with a catalogue; English needs none. */
static const char *const languages[] = { ROUNDS_LANGUAGES };

enum { LANGUAGE_COUNT = sizeof(languages) / sizeof(languages[0]) };

/*
 * Where the catalogues lie, as seen from the folder of the program: beside it
 * in a build, else where `cmake --install` puts them.
 */
static const char *const folders[] = { "locale", ROUNDS_LOCALE_FROM_PROGRAM };

/* "zh_CN.UTF-8": the "zh_CN" of it. */
static size_t name_length(const char *wish)
{
    return strcspn(wish, ".@:");
}

/* "zh-CN" is how HTML and HTTP write it. */
static bool is_same(const char *wish, size_t length, const char *name)
{
    if (strlen(name) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (strncasecmp(wish + i, name + i, 1) != 0 &&
            !(wish[i] == '-' && name[i] == '_'))
            return false;
    return true;
}

static bool is_language_of(const char *wish, size_t length, const char *name)
{
    return strcspn(name, "_") == length && !strncasecmp(wish, name, length);
}

static bool is_english(const char *wish, size_t length)
{
    return is_same(wish, length, "C") || is_same(wish, length, "POSIX") ||
           (length >= 2 && !strncasecmp(wish, "en", 2) &&
            (length == 2 || wish[2] == '_' || wish[2] == '-'));
}

/* A language without a country is the first of that language. */
static bool find(const char *wish, const char **name)
{
    size_t length = name_length(wish);

    if (is_english(wish, length)) {
        *name = NULL;
        return true;
    }
    for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
        if (is_same(wish, length, languages[i]) ||
            is_language_of(wish, length, languages[i])) {
            *name = languages[i];
            return true;
        }
    }
    return false;
}

static bool is_given(const char *wish)
{
    return wish && *wish;
}

static const char *locale_of(const struct language_wishes *wishes)
{
    if (is_given(wishes->lc_all))
        return wishes->lc_all;
    if (is_given(wishes->lc_messages))
        return wishes->lc_messages;
    return is_given(wishes->lang) ? wishes->lang : NULL;
}

/* "zh_CN:en": the first that there is. */
static const char *find_first(const char *wishes)
{
    const char *name = NULL;

    while (*wishes) {
        if (*wishes != ':' && find(wishes, &name))
            return name;
        wishes += strcspn(wishes, ":");
        wishes += *wishes == ':';
    }
    return NULL;
}

/* Who asks for C, plain, gets what scripts rely on, whatever LANGUAGE says. */
static const char *of_environment(const struct language_wishes *wishes)
{
    const char *locale = locale_of(wishes);
    const char *name = NULL;

    if (locale && (!strcmp(locale, "C") || !strcmp(locale, "POSIX")))
        return NULL;
    if (is_given(wishes->language))
        return find_first(wishes->language);
    if (locale)
        (void)find(locale, &name); /* NULL stays where it is not known */
    return name;
}

bool language_choose(const struct language_wishes *wishes, const char **name,
                     struct strbuf *why)
{
    if (!wishes->option) {
        *name = of_environment(wishes);
        return true;
    }
    if (find(wishes->option, name))
        return true;
    strbuf_addf(why, _("--lang: \"%s\" is no language there is; expected en"),
                wishes->option);
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        strbuf_addf(why, ", %s", languages[i]);
    strbuf_add_char(why, '\n');
    return false;
}

/* The value of --lang among the program's words, the last one; NULL: none. */
static const char *find_option(int argc, char **argv)
{
    static const char option[] = "--lang";
    size_t length = sizeof(option) - 1;
    const char *value = NULL;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], option, length) != 0)
            continue;
        if (argv[i][length] == '=')
            value = argv[i] + length + 1;
        else if (!argv[i][length] && i + 1 < argc)
            value = argv[++i];
    }
    return value;
}

/* The folder that this program lies in, the caller's; NULL: not known. */
static char *program_folder(void)
{
    enum { LONGEST = 4096 };
    char *path = xmalloc(LONGEST);
    ssize_t length = readlink("/proc/self/exe", path, LONGEST - 1);
    char *slash;

    path[length > 0 ? length : 0] = '\0';
    slash = strrchr(path, '/');
    if (!slash) {
        free(path);
        return NULL;
    }
    *slash = '\0';
    return path;
}

static bool load(const char *name, struct strbuf *why)
{
    char *program = program_folder();
    bool is_loaded = false;

    for (size_t i = 0; !is_loaded && i < 2; i++) {
        char *file = xasprintf("%s/%s/%s/LC_MESSAGES/rounds.mo",
                               program ? program : ".", folders[i], name);

        strbuf_clear(why);
        is_loaded = translate_load(file, why);
        free(file);
    }
    free(program);
    return is_loaded;
}

/* A catalogue that is missing is a mistake only where it was asked for by
 * name: gettext itself tells everything in English then. */
bool language_begin(int argc, char **argv, struct strbuf *why)
{
    const struct language_wishes wishes = {
        .option = find_option(argc, argv),
        .language = getenv("LANGUAGE"),
        .lc_all = getenv("LC_ALL"),
        .lc_messages = getenv("LC_MESSAGES"),
        .lang = getenv("LANG"),
    };
    struct strbuf missing = STRBUF_INIT;
    const char *name;
    bool is_right;

    if (!language_choose(&wishes, &name, why))
        return false;
    is_right = !name || load(name, &missing) || !wishes.option;
    if (!is_right)
        strbuf_addf(why, "--lang: \"%s\": %s\n", name, missing.data);
    strbuf_release(&missing);
    return is_right;
}

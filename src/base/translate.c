#include "rounds/translate.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rounds/xalloc.h"

#define MO_MAGIC 0x950412deU

enum { HEADER_BYTES = 28, LARGEST_BYTES = 4 << 20 };

/*
 * A catalogue in memory, as the manual of GNU gettext describes it ("The Format
 * of GNU MO Files"): two tables of length and offset, originals in the order of
 * strcmp(), translations beside them; numbers are little-endian, as msgfmt
 * writes them anywhere. Everything in it has been checked.
 */
struct catalogue {
    char *bytes; /* on the heap; NULL: none, English */
    size_t length;
    const char *originals; /* COUNT pairs of 32 bits */
    const char *translations;
    uint32_t count;
    bool has_one_form; /* of a noun, whatever the number */
};

static struct catalogue current;

static uint32_t number_at(const char *bytes)
{
    uint32_t number;

    memcpy(&number, bytes, sizeof(number));
    return le32toh(number);
}

static uint32_t length_in(const char *table, uint32_t index)
{
    return number_at(table + (size_t)8 * index);
}

static const char *text_in(const struct catalogue *catalogue, const char *table,
                           uint32_t index)
{
    return catalogue->bytes + number_at(table + (size_t)8 * index + 4);
}

/* The index of TEXT's entry; false: it has none. */
static bool find(const char *text, uint32_t *index)
{
    uint32_t low = 0, high = current.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(text, text_in(&current, current.originals, middle));

        if (!order) {
            *index = middle;
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

const char *translate(const char *text)
{
    uint32_t index;

    /* The translation of nothing is the catalogue's header. */
    if (!current.bytes || !*text || !find(text, &index))
        return text;
    return text_in(&current, current.translations, index);
}

const char *translate_count(const char *one, const char *many, size_t count)
{
    const char *text, *end;
    uint32_t index;

    if (!current.bytes || !find(one, &index))
        return count == 1 ? one : many;
    text = text_in(&current, current.translations, index);
    if (current.has_one_form || count == 1)
        return text;
    /* The forms follow each other, each with a NUL at its end. */
    end = text + length_in(current.translations, index);
    return text + strlen(text) < end ? text + strlen(text) + 1 : text;
}

const char *say(enum listener listener, const char *text)
{
    return listener == LISTENER_PERSON ? translate(text) : text;
}

const char *error_text(int error)
{
    /* For the catalogue: what files and sockets are refused for. */
    static const char *const often_met[] __attribute__((unused)) = {
        N_("Address already in use"),
        N_("Address family not supported by protocol"),
        N_("Bad file descriptor"),
        N_("Broken pipe"),
        N_("Cannot allocate memory"),
        N_("Cannot assign requested address"),
        N_("Connection refused"),
        N_("Connection reset by peer"),
        N_("Connection timed out"),
        N_("Disk quota exceeded"),
        N_("File exists"),
        N_("File name too long"),
        N_("File too large"),
        N_("Input/output error"),
        N_("Invalid argument"),
        N_("Is a directory"),
        N_("Network is unreachable"),
        N_("No buffer space available"),
        N_("No route to host"),
        N_("No space left on device"),
        N_("No such file or directory"),
        N_("Not a directory"),
        N_("Operation not permitted"),
        N_("Permission denied"),
        N_("Read-only file system"),
        N_("Resource temporarily unavailable"),
        N_("Too many levels of symbolic links"),
        N_("Too many open files in system"),
        N_("Too many open files"),
    };

    return translate(strerror(error));
}

bool translate_is_on(void)
{
    return current.bytes != NULL;
}

/* Whether each of a table's texts lies within the file and ends there. */
static bool table_is_sound(const struct catalogue *catalogue, uint32_t offset)
{
    const char *table = catalogue->bytes + offset;

    if ((uint64_t)offset + (uint64_t)8 * catalogue->count > catalogue->length)
        return false;
    for (uint32_t i = 0; i < catalogue->count; i++) {
        uint64_t end = (uint64_t)number_at(table + (size_t)8 * i + 4) +
                       length_in(table, i);

        if (end >= catalogue->length || catalogue->bytes[end])
            return false;
    }
    return true;
}

/* Only the two ways of counting that translate_count() knows. */
static bool knows_how_to_count(struct catalogue *catalogue)
{
    const char *header =
        catalogue->count ? text_in(catalogue, catalogue->translations, 0) : "";

    catalogue->has_one_form =
        strstr(header, "Plural-Forms: nplurals=1; plural=0;") != NULL;
    return catalogue->has_one_form ||
           strstr(header, "Plural-Forms: nplurals=2; plural=(n != 1);");
}

static bool open_catalogue(struct catalogue *catalogue)
{
    uint32_t originals, translations;

    if (catalogue->length < HEADER_BYTES ||
        number_at(catalogue->bytes) != MO_MAGIC ||
        number_at(catalogue->bytes + 4) >> 16)
        return false;
    catalogue->count = number_at(catalogue->bytes + 8);
    originals = number_at(catalogue->bytes + 12);
    translations = number_at(catalogue->bytes + 16);
    if (!table_is_sound(catalogue, originals) ||
        !table_is_sound(catalogue, translations))
        return false;
    catalogue->originals = catalogue->bytes + originals;
    catalogue->translations = catalogue->bytes + translations;
    return knows_how_to_count(catalogue);
}

/* The bytes of FILE, on the heap; NULL: errno says why not. */
static char *read_whole(FILE *file, size_t *length)
{
    char *bytes = xmalloc(LARGEST_BYTES);

    *length = fread(bytes, 1, LARGEST_BYTES, file);
    if (!ferror(file))
        return xrealloc(bytes, *length);
    free(bytes);
    return NULL;
}

static char *read_file(const char *name, size_t *length)
{
    FILE *file = fopen(name, "rbe");
    char *bytes;

    if (!file)
        return NULL;
    bytes = read_whole(file, length);
    (void)fclose(file); /* only read */
    return bytes;
}

bool translate_load(const char *file, struct strbuf *why)
{
    struct catalogue catalogue = { NULL };
    char *bytes = read_file(file, &catalogue.length);

    if (!bytes) {
        strbuf_addf(why, "%s: %s", file, strerror(errno));
        return false;
    }
    catalogue.bytes = bytes;
    if (!open_catalogue(&catalogue)) {
        strbuf_addf(why, "%s: not a catalogue of translations", file);
        free(bytes);
        return false;
    }
    translate_stop();
    current = catalogue;
    return true;
}

void translate_stop(void)
{
    free(current.bytes);
    current = (struct catalogue){ NULL };
}

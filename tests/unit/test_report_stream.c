#include "rounds/report_stream.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report_checks.h"

static char before[4096];
static char directory[64];

/* Each test works in an empty directory of its own, with three results. */
static int setup(void **state)
{
    struct sample *sample = xcalloc(1, sizeof(*sample));

    strcpy(directory, "/tmp/rounds-stream-XXXXXX");
    if (!getcwd(before, sizeof(before)) || !mkdtemp(directory) ||
        chdir(directory) != 0)
        return -1;
    sample_init(sample);
    (void)sample_add(sample, "one", "http://a/1", SAMPLE_PUBLIC);
    sample_fail(sample_add(sample, "two", "http://a/2", SAMPLE_PUBLIC),
                REASON_RESET, PHASE_WAIT, "reset", 1000);
    (void)sample_add(sample, "three", "http://a/3", SAMPLE_PUBLIC);
    *state = sample;
    return 0;
}

static int teardown(void **state)
{
    char *command = xasprintf("rm -rf '%s'", directory);
    int error = chdir(before) != 0 || system(command) != 0;

    free(command);
    return sample_teardown(state) || error;
}

static struct report_stream *begin(const struct sample *sample,
                                   const char *format, const char *file)
{
    struct strbuf why = STRBUF_INIT;
    struct report_stream *stream = report_stream_begin(
        report_format_find(format), &sample->plan, file, &why);

    assert_string_equal(why.data, "");
    assert_non_null(stream);
    return stream;
}

static void end(struct report_stream *stream)
{
    struct strbuf why = STRBUF_INIT;

    assert_true(report_stream_end(stream, &why));
    assert_string_equal(why.data, "");
}

static void assert_ends_with(struct report_stream *stream, const char *wanted)
{
    struct strbuf why = STRBUF_INIT;

    assert_false(report_stream_end(stream, &why));
    assert_string_equal(why.data, wanted);
    strbuf_release(&why);
}

static void read_file(const char *file, struct strbuf *text)
{
    strbuf_clear(text);
    golden_read(file, text);
}

static void put(const char *file, const char *text)
{
    FILE *stream = fopen(file, "w");

    assert_non_null(stream);
    fputs(text, stream);
    assert_int_equal(fclose(stream), 0);
}

static size_t files_here(void)
{
    DIR *here = opendir(".");
    size_t count = 0;

    assert_non_null(here);
    while (readdir(here))
        count++;
    closedir(here);
    return count - 2; /* . and .. */
}

static void a_file_appears_whole_at_the_end(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT, wanted = STRBUF_INIT;
    struct report_stream *stream = begin(sample, "jsonl", "out.jsonl");

    for (size_t i = 0; i < sample->count; i++) {
        report_stream_record(stream, sample->results[i]);
        assert_int_not_equal(access("out.jsonl", F_OK), 0);
    }
    end(stream);

    read_file("out.jsonl", &text);
    report_format_find("jsonl")->write(sample_finish(sample, 1), &wanted);
    assert_string_equal(text.data, wanted.data);
    assert_int_equal(files_here(), 1);
    strbuf_release(&wanted);
    strbuf_release(&text);
}

static void an_old_file_stays_until_the_end(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    struct report_stream *stream;
    struct stat status;

    put("out", "old\n");
    assert_int_equal(chmod("out", 0600), 0);
    assert_int_equal(symlink("out", "link"), 0);
    stream = begin(sample, "jsonl", "link");
    report_stream_record(stream, sample->results[0]);
    read_file("out", &text);
    assert_string_equal(text.data, "old\n");
    end(stream);

    read_file("out", &text);
    assert_int_equal(count_lines(&text, "{\"name\":\"one\""), 1);
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat("out", &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(files_here(), 2);
    strbuf_release(&text);
}

static void a_reader_sees_each_record_at_once(void **state)
{
    struct sample *sample = *state;
    struct report_stream *stream;
    char bytes[8192];
    int reader;

    assert_int_equal(mkfifo("pipe", 0600), 0);
    reader = open("pipe", O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    stream = begin(sample, "jsonl", "pipe");
    for (size_t i = 0; i < sample->count; i++) {
        ssize_t count;

        report_stream_record(stream, sample->results[i]);
        count = read(reader, bytes, sizeof(bytes));
        assert_true(count > 0);
        assert_memory_equal(bytes, "{\"name\":", 8);
        assert_int_equal(bytes[count - 1], '\n');
    }
    end(stream);

    assert_int_equal(read(reader, bytes, sizeof(bytes)), 0);
    close(reader);
}

struct slow_reader {
    int descriptor;
    size_t count;
};

static void *read_slowly(void *context)
{
    struct slow_reader *reader = context;
    char bytes[256];
    ssize_t count;

    while ((count = read(reader->descriptor, bytes, sizeof(bytes))) > 0)
        reader->count += (size_t)count;
    return NULL;
}

static void a_full_pipe_is_waited_for_also_one_that_does_not_block(void **state)
{
    struct sample *sample = *state;
    struct slow_reader reader = { 0 };
    struct report_stream *stream;
    size_t wanted = 0;
    pthread_t thread;
    char file[32];
    int ends[2];

    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    (void)fcntl(ends[0], F_SETFL, 0); /* the reader waits */
    (void)snprintf(file, sizeof(file), "/dev/fd/%d", ends[1]);
    stream = begin(sample, "jsonl", file);
    close(ends[1]);
    reader.descriptor = ends[0];
    assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    for (size_t i = 0; i < 2000; i++) {
        struct strbuf line = STRBUF_INIT;

        report_stream_record(stream, sample->results[i % 3]);
        json_add_record(sample->results[i % 3], &sample->plan, &line);
        wanted += line.length + 1;
        strbuf_release(&line);
    }
    end(stream);

    pthread_join(thread, NULL);
    assert_int_equal(reader.count, wanted);
    close(ends[0]);
}

static void a_folder_that_is_not_there_is_told_at_the_beginning(void **state)
{
    struct sample *sample = *state;
    struct strbuf why = STRBUF_INIT;

    assert_null(report_stream_begin(report_format_find("jsonl"), &sample->plan,
                                    "none/out", &why));
    assert_string_equal(why.data, "none/out: no file can be made beside it: "
                                  "No such file or directory");
    strbuf_release(&why);
}

static void a_full_disk_is_told_at_the_end(void **state)
{
    struct sample *sample = *state;
    struct report_stream *stream = begin(sample, "jsonl", "/dev/full");

    for (size_t i = 0; i < sample->count; i++)
        report_stream_record(stream, sample->results[i]);

    assert_ends_with(stream,
                     "/dev/full: cannot be written: No space left on device");
}

static void a_reader_that_went_away_is_told_at_the_end(void **state)
{
    struct sample *sample = *state;
    struct report_stream *stream;
    int reader;

    assert_int_equal(mkfifo("pipe", 0600), 0);
    reader = open("pipe", O_RDONLY | O_NONBLOCK);
    stream = begin(sample, "jsonl", "pipe");
    close(reader);
    for (size_t i = 0; i < sample->count; i++)
        report_stream_record(stream, sample->results[i]);

    assert_ends_with(stream, "pipe: cannot be written: Broken pipe");
}

static void a_folder_that_vanished_is_told_at_the_end(void **state)
{
    struct sample *sample = *state;
    struct report_stream *stream;

    assert_int_equal(mkdir("out", 0777), 0);
    stream = begin(sample, "jsonl", "out/report");
    report_stream_record(stream, sample->results[0]);
    assert_int_equal(system("rm -r out"), 0);

    assert_ends_with(stream, "out/report: cannot be replaced: No such file or "
                             "directory");
}

static void giving_up_leaves_the_old_file_and_nothing_beside_it(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    struct report_stream *stream;

    put("out", "old\n");
    stream = begin(sample, "jsonl", "out");
    report_stream_record(stream, sample->results[0]);
    report_stream_destroy(stream);

    read_file("out", &text);
    assert_string_equal(text.data, "old\n");
    assert_int_equal(files_here(), 1);
    strbuf_release(&text);
}

static void standard_output_is_written_past_stdio_and_stays_open(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    int kept = dup(STDOUT_FILENO);
    int file = open("out", O_WRONLY | O_CREAT, 0600);
    struct report_stream *stream;

    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    fputs("first\n", stdout);
    stream = begin(sample, "jsonl", NULL);
    report_stream_record(stream, sample->results[0]);
    end(stream);
    fputs("last\n", stdout);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);

    read_file("out", &text);
    assert_memory_equal(text.data, "first\n{\"name\":\"one\"", 19);
    assert_holds(&text, "}\nlast\n");
    strbuf_release(&text);
    close(file);
    close(kept);
}

static void a_tap_stream_tells_its_plan_last(void **state)
{
    struct sample *sample = *state;
    struct strbuf text = STRBUF_INIT;
    struct report_stream *stream = begin(sample, "tap", "out");

    report_stream_record(stream, sample->results[2]); /* it ended first */
    report_stream_record(stream, sample->results[1]);
    end(stream);

    read_file("out", &text);
    assert_memory_equal(text.data,
                        "TAP version 14\nok 1 - three\nnot ok 2 - two\n", 43);
    assert_string_equal(text.data + text.length - 12, "\n  ...\n1..2\n");
    strbuf_release(&text);
}

static void formats_with_a_head_that_counts_cannot_be_streamed(void **state)
{
    static const struct {
        const char *format;
        bool is_possible;
    } cases[] = {
        { "text", false },  { "json", false }, { "jsonl", true },
        { "junit", false }, { "tap", true },   { "github", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            report_stream_is_possible(report_format_find(cases[i].format)),
            cases[i].is_possible);
}

static void no_stream_takes_records_in_vain(void **state)
{
    struct sample *sample = *state;

    report_stream_record(NULL, sample->results[0]);
    report_stream_destroy(NULL);
}

#define STREAM_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STREAM_TEST(a_file_appears_whole_at_the_end),
        STREAM_TEST(an_old_file_stays_until_the_end),
        STREAM_TEST(a_reader_sees_each_record_at_once),
        STREAM_TEST(a_full_pipe_is_waited_for_also_one_that_does_not_block),
        STREAM_TEST(a_folder_that_is_not_there_is_told_at_the_beginning),
        STREAM_TEST(a_full_disk_is_told_at_the_end),
        STREAM_TEST(a_reader_that_went_away_is_told_at_the_end),
        STREAM_TEST(a_folder_that_vanished_is_told_at_the_end),
        STREAM_TEST(giving_up_leaves_the_old_file_and_nothing_beside_it),
        STREAM_TEST(standard_output_is_written_past_stdio_and_stays_open),
        STREAM_TEST(a_tap_stream_tells_its_plan_last),
        cmocka_unit_test(formats_with_a_head_that_counts_cannot_be_streamed),
        STREAM_TEST(no_stream_takes_records_in_vain),
    };

    (void)signal(SIGPIPE, SIG_IGN); /* as the program does */
    return cmocka_run_group_tests(tests, NULL, NULL);
}

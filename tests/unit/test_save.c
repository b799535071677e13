#include "rounds/report.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char before[4096];

/* Each test works in an empty directory of its own. */
static int directory_setup(void **state)
{
    static char directory[64];

    strcpy(directory, "/tmp/rounds-save-XXXXXX");
    if (!getcwd(before, sizeof(before)) || !mkdtemp(directory) ||
        chdir(directory) != 0)
        return -1;
    *state = directory;
    return 0;
}

static int directory_teardown(void **state)
{
    char command[128];

    if (chdir(before) != 0)
        return -1;
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
    return system(command);
}

static void assert_file(const char *file, const char *wanted)
{
    char bytes[4096] = "";
    FILE *stream = fopen(file, "r");
    size_t length;

    assert_non_null(stream);
    length = fread(bytes, 1, sizeof(bytes) - 1, stream);
    assert_int_equal(length, strlen(wanted));
    assert_string_equal(bytes, wanted);
    fclose(stream);
}

static size_t files_here(void)
{
    DIR *directory = opendir(".");
    size_t count = 0;

    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 2; /* . and .. */
}

static bool save(const char *file, const char *text, struct strbuf *why)
{
    return report_save(file, text, strlen(text), why);
}

static void assert_saved(const char *file, const char *text)
{
    struct strbuf why = STRBUF_INIT;

    assert_true(save(file, text, &why));
    assert_string_equal(why.data, "");
}

static void a_file_is_made_and_replaced_whole(void **state)
{
    (void)state;
    assert_saved("report.json", "a longer first report\n");
    assert_file("report.json", "a longer first report\n");

    assert_saved("report.json", "second\n");
    assert_file("report.json", "second\n");
    assert_int_equal(files_here(), 1);
}

static void a_path_with_directories_works_too(void **state)
{
    (void)state;
    assert_int_equal(mkdir("out", 0777), 0);
    assert_saved("out/report.json", "x");
    assert_file("out/report.json", "x");
    assert_saved("./report.json", "y");
    assert_file("report.json", "y");
}

static mode_t mode_of(const char *file)
{
    struct stat status;

    assert_int_equal(stat(file, &status), 0);
    return status.st_mode & 0777;
}

static void
the_umask_decides_for_a_new_file_and_an_old_one_keeps_its_mode(void **state)
{
    mode_t mask = umask(027);

    (void)state;
    assert_saved("new", "x");
    assert_int_equal(mode_of("new"), 0640);

    assert_int_equal(chmod("new", 0600), 0);
    assert_saved("new", "y");
    assert_int_equal(mode_of("new"), 0600);
    umask(mask);
}

static void a_symbolic_link_stays_one(void **state)
{
    struct stat status;

    (void)state;
    assert_saved("target", "old");
    assert_int_equal(symlink("target", "link"), 0);

    assert_saved("link", "new");

    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_file("target", "new");
}

static void a_directory_that_is_not_there_is_told(void **state)
{
    struct strbuf why = STRBUF_INIT;

    (void)state;
    assert_false(save("nowhere/report.json", "x", &why));
    assert_string_equal(why.data, "nowhere/report.json: no file can be made "
                                  "beside it: No such file or directory");
    strbuf_release(&why);
}

static void a_directory_is_no_file(void **state)
{
    struct strbuf why = STRBUF_INIT;

    (void)state;
    assert_int_equal(mkdir("out", 0777), 0);
    assert_false(save("out", "x", &why));
    assert_string_equal(why.data,
                        "out: cannot be opened for writing: Is a directory");
    strbuf_release(&why);
}

static void a_full_disk_leaves_the_old_file_and_nothing_beside_it(void **state)
{
    static char large[100000];
    const struct rlimit small = { 4096, RLIM_INFINITY };
    struct strbuf why = STRBUF_INIT;
    struct rlimit limit;

    (void)state;
    assert_saved("report.json", "old");
    memset(large, 'x', sizeof(large));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);

    assert_false(report_save("report.json", large, sizeof(large), &why));

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_string_equal(why.data,
                        "report.json: cannot be written: File too large");
    assert_file("report.json", "old");
    assert_int_equal(files_here(), 1);
    strbuf_release(&why);
}

static void a_device_is_written_into(void **state)
{
    struct strbuf why = STRBUF_INIT;

    (void)state;
    assert_saved("/dev/null", "x");
    assert_false(save("/dev/full", "x", &why));
    assert_string_equal(
        why.data, "/dev/full: cannot be written: No space left on device");
    strbuf_release(&why);
}

static void standard_output_is_written_into_wherever_it_leads(void **state)
{
    int saved = dup(STDOUT_FILENO);
    int fd = open("out", O_WRONLY | O_CREAT, 0666);
    struct strbuf why = STRBUF_INIT;
    bool is_saved;

    (void)state;
    fflush(stdout);
    (void)dup2(fd, STDOUT_FILENO);
    is_saved = write(STDOUT_FILENO, "first ", 6) == 6 &&
               save("/dev/stdout", "second", &why) &&
               write(STDOUT_FILENO, " third", 6) == 6;
    (void)dup2(saved, STDOUT_FILENO);
    close(saved);
    close(fd);

    assert_true(is_saved);
    assert_file("out", "first second third");
}

static void standard_output_that_is_full_is_told(void **state)
{
    int saved = dup(STDOUT_FILENO);
    int full = open("/dev/full", O_WRONLY);
    struct strbuf why = STRBUF_INIT;
    bool is_saved;

    (void)state;
    fflush(stdout);
    (void)dup2(full, STDOUT_FILENO);
    is_saved = save(NULL, "text", &why);
    (void)dup2(saved, STDOUT_FILENO);
    close(saved);
    close(full);

    assert_false(is_saved);
    assert_string_equal(
        why.data, "the report cannot be written: No space left on device");
    strbuf_release(&why);
}

static void formats_are_found_by_their_name(void **state)
{
    struct strbuf names = STRBUF_INIT;

    (void)state;
    assert_string_equal(report_format_find("text")->name, "text");
    assert_string_equal(report_format_find("json")->name, "json");
    assert_null(report_format_find("xml"));
    assert_null(report_format_find(""));
    report_format_names(&names);
    assert_memory_equal(names.data, "text, json, ", 12);
    strbuf_release(&names);
}

#define DIRECTORY_TEST(name)                                                   \
    cmocka_unit_test_setup_teardown(name, directory_setup, directory_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIRECTORY_TEST(a_file_is_made_and_replaced_whole),
        DIRECTORY_TEST(a_path_with_directories_works_too),
        DIRECTORY_TEST(
            the_umask_decides_for_a_new_file_and_an_old_one_keeps_its_mode),
        DIRECTORY_TEST(a_symbolic_link_stays_one),
        DIRECTORY_TEST(a_directory_that_is_not_there_is_told),
        DIRECTORY_TEST(a_directory_is_no_file),
        DIRECTORY_TEST(a_full_disk_leaves_the_old_file_and_nothing_beside_it),
        DIRECTORY_TEST(a_device_is_written_into),
        DIRECTORY_TEST(standard_output_is_written_into_wherever_it_leads),
        DIRECTORY_TEST(standard_output_that_is_full_is_told),
        cmocka_unit_test(formats_are_found_by_their_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#ifndef ROUNDS_CLI_COMMAND_H
#define ROUNDS_CLI_COMMAND_H

/*
 * The commands, one file each. A command gets the words after its name, writes
 * its result to stdout and complaints to stderr, and returns an exit code.
 */

struct command {
    const char *name;
    const char *summary; /* one line for `rounds --help`, marked with N_();
                            NULL: not for people */
    int (*run)(int argc, char **argv);
};

/* What one process of ours asks another to do. */
#define MEASURED_ROUND_COMMAND "measured-round"

int check_command(int argc, char **argv);
int compare_command(int argc, char **argv);
int demo_command(int argc, char **argv);
int history_command(int argc, char **argv);
int list_command(int argc, char **argv);
int measured_round_command(int argc, char **argv);
int merge_command(int argc, char **argv);
int reasons_command(int argc, char **argv);
int tune_command(int argc, char **argv);
int watch_command(int argc, char **argv);

#endif

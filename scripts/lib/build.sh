# shellcheck shell=bash
#
# What quickstart, test and CI share: where the checkout is, and how a preset
# of CMakePresets.json is configured, built and tested. To be sourced.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

fail()
{
    echo "${0##*/}: $*" >&2
    exit 1
}

# configure_and_build PRESET [CMAKE-OPTION...]
configure_and_build()
{
    local preset=$1
    shift

    (
        cd "$ROOT" &&
            cmake --preset "$preset" --log-level=WARNING "$@" &&
            cmake --build --preset "$preset"
    )
}

# The program that a preset has built.
program_of()
{
    echo "$ROOT/build/$1/rounds"
}

# run_ctest PRESET [CTEST-OPTION...]: one test more than there are processors
# at a time, for many do little but wait.
run_ctest()
{
    local preset=$1
    local runner=()
    shift

    # ThreadSanitizer of GCC 12 does not know the address layout of kernels
    # that randomise 32 bits; without randomising it always finds its place.
    if [[ $preset == tsan ]] && setarch -R true 2>/dev/null; then
        runner=(setarch -R)
    fi
    (
        cd "$ROOT" && "${runner[@]}" ctest --preset "$preset" \
            --parallel $(($(nproc) + 1)) "$@" 2>&1
    )
}

# run_tests PRESET [CTEST-OPTION...]: all tests of a build; the whole output is
# kept in build/PRESET/test.log.
run_tests()
{
    local log=$ROOT/build/$1/test.log

    rm -f "$(again_log "$1")"
    run_ctest "$@" | tee "$log"
}

# What a second try of the tests that failed has said; there may be none.
again_log()
{
    echo "$ROOT/build/$1/test-again.log"
}

# failed_tests LOG: the names of the tests that failed, a line each.
failed_tests()
{
    sed -n '/^The following tests FAILED:/,/^Errors/ s/^[[:space:]]*[0-9]* - \(.*\) (.*$/\1/p' "$1"
}

# Whether one of those that failed has crashed, or a sanitizer or valgrind has
# told something: no second try makes up for that.
has_crashed()
{
    grep --quiet --extended-regexp \
        'Sanitizer|runtime error:|==[0-9]+==|^E .*crashed with|\*\*\*Exception' \
        "$ROOT/build/$1/test.log"
}

# try_again PRESET: run what failed once more, one test at a time, so that none
# fails for the company that it had on a machine with other things to do.
try_again()
{
    local log

    log=$(again_log "$1")
    echo
    if has_crashed "$1"; then
        echo "No second try: something has crashed, or a sanitizer tells why."
        return 1
    fi
    echo "Once more, one at a time, what has failed:"
    run_ctest "$1" --rerun-failed --parallel 1 | tee "$log" || return
    echo
    tell_second_tries "$1"
}

# Which tests passed only the second time; nothing where there are none.
tell_second_tries()
{
    [[ -f $(again_log "$1") ]] || return 0
    failed_tests "$ROOT/build/$1/test.log" |
        sed "s/^/$1: passed only the second time: /"
}

# The line in which ctest says how many of how many tests passed, in the end.
closing_line()
{
    local first again

    again=$(again_log "$1")
    first=$(grep 'tests passed,' "$ROOT/build/$1/test.log" | tail -n 1)
    [[ $first ]] || return
    if [[ -f $again ]] && grep --quiet '^100% tests passed' "$again"; then
        echo "100% tests passed, 0 tests failed out of ${first##* }"
    else
        echo "$first"
    fi
}

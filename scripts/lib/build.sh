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

# run_tests PRESET [CTEST-OPTION...]: all tests of a build; the whole output is
# kept in build/PRESET/test.log.
run_tests()
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
        cd "$ROOT" && "${runner[@]}" ctest --preset "$preset" "$@" 2>&1
    ) | tee "$ROOT/build/$preset/test.log"
}

# The line in which ctest says how many of how many tests passed.
closing_line()
{
    grep 'tests passed,' "$ROOT/build/$1/test.log" | tail -n 1
}

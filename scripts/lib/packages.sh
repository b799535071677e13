# shellcheck shell=bash
#
# The Debian packages that rounds needs, each named in one place, and how those
# that are missing are installed. To be sourced; the names are Debian 12's.

# shellcheck disable=SC2034 # the scripts that source this use them

# To build it. libc6-dev and ca-certificates are only recommended by gcc and
# libcurl, and recommendations are not installed.
BUILD_PACKAGES=(
    cmake ninja-build gcc libc6-dev pkg-config gettext ca-certificates
    libcurl4-openssl-dev libconfig-dev libssl-dev libjansson-dev libpcre2-dev
    libjq-dev libmicrohttpd-dev libunistring-dev libsqlite3-dev
)

# To test it, beside the above.
TEST_PACKAGES=(
    libcmocka-dev python3-pytest python3-jsonschema python3-cryptography
    nginx-light gunicorn python3-httpbin iproute2 curl jq valgrind util-linux
    chromium chromium-driver python3-selenium libxml2-utils python3-yaml parallel
    rsync python3-aiosmtpd prometheus python3-prometheus-client
)

# For .ci/run and the fuzz targets, beside the above. The runtime of Clang's
# sanitizers and of libFuzzer is only recommended by clang.
CI_PACKAGES=(
    clang libclang-rt-14-dev clang-format clang-tidy shellcheck
)

package_is_installed()
{
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" \
        2>/dev/null) == installed ]]
}

# Whether apt's lists know every one of the packages named.
packages_are_known()
{
    local package

    for package in "$@"; do
        apt-cache show --no-all-versions "$package" >/dev/null 2>&1 ||
            return 1
    done
}

# Run a command as root: as it is, or through sudo, which asks for a password
# only where somebody sits at a terminal.
as_root()
{
    if ((EUID == 0)); then
        "$@"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo --non-interactive "$@"
    fi
}

tell_missing()
{
    local reason=$1 package
    shift

    echo "These Debian packages are missing and cannot be installed here" \
        "($reason):" >&2
    for package in "$@"; do
        echo "  $package" >&2
    done
    echo "As root: apt-get install --no-install-recommends $*" >&2
}

# What keeps this script from installing anything; empty: nothing does.
obstacle_to_installing()
{
    if ! command -v apt-get >/dev/null; then
        echo "there is no apt-get"
    elif ((EUID == 0)); then
        return
    elif ! command -v sudo >/dev/null; then
        echo "not root, and there is no sudo"
    elif [[ ! -t 0 ]] && ! sudo --non-interactive true 2>/dev/null; then
        echo "not root, and sudo wants a password"
    fi
}

apt_install()
{
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install \
        --yes --quiet=2 --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >/dev/null
}

apt_update()
{
    echo "Updating the package lists"
    as_root apt-get update --quiet=2 -o DPkg::Lock::Timeout=300
}

# A package's service is not wanted, only its program: the tests start their
# own nginx, and of prometheus they want promtool. policy-rc.d is how Debian asks
# for that; one that is there stays.
forbid_services()
{
    local policy=/usr/sbin/policy-rc.d

    [[ ! -e $policy ]] || return 0
    # shellcheck disable=SC2016 # for the other shell to expand
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' \
        sh "$policy"
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
}

# A shell of its own, so that what its trap takes back goes with it.
install_without_services()
(
    forbid_services
    packages_are_known "$@" || apt_update || true
    # Lists that are older than the archive name files that are gone.
    apt_install "$@" || { apt_update && apt_install "$@"; }
)

# Nor is it wanted after the next boot, where it was not there before.
disable_new_services()
{
    local service

    [[ -d /run/systemd/system ]] || return 0
    for service in nginx prometheus; do
        [[ " $* " == *" $service"[\ -]* ]] || continue
        as_root systemctl --quiet disable "$service.service" || true
    done
}

# install_missing PACKAGE...: says what is missing and installs it; returns 1
# where it cannot. Says and does nothing when all is there.
install_missing()
{
    local package obstacle
    local missing=()

    if ! command -v dpkg-query >/dev/null; then
        tell_missing "this is not Debian; look for what they hold" "$@"
        return 1
    fi
    for package in "$@"; do
        package_is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0

    obstacle=$(obstacle_to_installing)
    if [[ -n $obstacle ]]; then
        tell_missing "$obstacle" "${missing[@]}"
        return 1
    fi
    echo "Installing with apt-get: ${missing[*]}"
    if ! install_without_services "${missing[@]}"; then
        tell_missing "apt-get failed, see above" "${missing[@]}"
        return 1
    fi
    disable_new_services "${missing[@]}"
}

# shellcheck shell=bash
# System packages. They are installed only as root (containers, CI) or when the person said --install;
# otherwise the command is printed and the script ends.
# Sourced after log.sh. Reads ANCHORAGE_INSTALL (1 = --install was given).

apt_updated=0

# may_install: whether this run may change the system.
may_install() { [[ $(id -u) == 0 || ${ANCHORAGE_INSTALL:-0} == 1 ]]; }

# as_root COMMAND...
as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

# try_packages PACKAGE...: installs Debian packages if this run may; the status says whether they are there.
try_packages() {
    command -v apt-get >/dev/null && may_install || return 1
    local limit=(env)
    command -v timeout >/dev/null && limit=(timeout 300)
    if ((apt_updated == 0)); then
        # A stale list still serves, so a failure here is not yet one.
        as_root "${limit[@]}" apt-get -qq update >&2 || note "apt-get update failed; going on with the present list"
        apt_updated=1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >&2
}

# need_packages WHY PACKAGE...: like try_packages, but ends the script when they cannot be had.
need_packages() {
    local why=$1
    shift
    step "$why: installing $*"
    try_packages "$@" && return
    if command -v apt-get >/dev/null && ! may_install; then
        fail "$why. Run: sudo apt-get install --no-install-recommends $*   (or repeat with --install)"
    fi
    fail "$why. Install the equivalent of Debian's packages: $*"
}

#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the build system from configure.ac and runs configure, out of a fresh clone.
#
#   ./autogen.sh [--deps] [ARGUMENT OF configure]...
#
# --deps first installs, with apt-get, the Debian packages that are missing to build, run and test all of thrum.
# NOCONFIGURE=1 in the environment stops short of configure.
set -e
cd "$(dirname "$0")"

build="gcc libc6-dev make autoconf automake libtool pkg-config"
libraries="liblttng-ust-dev liblttng-ctl-dev libbabeltrace2-dev libdw-dev libjson-c-dev zlib1g-dev librsvg2-dev libprotobuf-c-dev protobuf-c-compiler libncurses-dev libsqlite3-dev"
recording="lttng-tools"
testing="check babeltrace2 python3 chromium gdb procps pigz xz-utils g++ libjemalloc2 libtcmalloc-minimal4 libeatmydata1"
# Programs that must do the same under the preload: tests/transparency/.
programs="libpython3.11-testsuite libglib2.0-tests gstreamer1.0-tools stress-ng redis-tools ripgrep"
[ -d /run/systemd/system ] || programs="$programs memcached" # systemd would start it as a service, which nobody asked for

# Prints those of the packages that aren't installed.
missing() {
    for package; do
        [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || printf ' %s' "$package"
    done
}

# Installs what is missing; where that isn't possible, says so and what to run, and goes on with what is there.
install_dependencies() {
    if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
        echo "autogen.sh: no apt-get here; on Debian 12 the packages are: $build $libraries $recording $testing $programs" >&2
        return
    fi
    packages=$(missing $build $libraries $recording $testing $programs)
    [ -n "$packages" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo > /dev/null && sudo true; then
        as_root=sudo
    else
        echo "autogen.sh: missing packages, and neither root nor sudo to install them with; run as root:" >&2
        echo "    apt-get install --no-install-recommends$packages" >&2
        return
    fi
    echo "autogen.sh: installing$packages (on a bare machine that takes some minutes)"
    $as_root apt-get -qq update
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install --yes --no-install-recommends $packages > /dev/null
}

if [ "$1" = --deps ]; then
    shift
    install_dependencies
fi
command -v autoreconf > /dev/null || {
    echo "autogen.sh: autoreconf not found: ./autogen.sh --deps installs what is missing" >&2
    exit 1
}
autoreconf --install --force
[ -n "$NOCONFIGURE" ] || ./configure "$@"

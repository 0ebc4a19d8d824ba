# SPDX-License-Identifier: MIT
# Sourced first of all: starts a root's test anew in namespaces, where root's session daemon and shared memory are the
# test's own, and nothing outlives it. A user's recordings have a daemon of their own anyway.
if [ "$(id -u)" = 0 ] && [ -z "$THRUM_NAMESPACES" ]; then
    mkdir -p /run/lttng 2> /dev/null
    unshare --mount --pid --fork --mount-proc true 2> /dev/null || { echo "1..0 # SKIP root may not make namespaces here"; exit 0; }
    THRUM_NAMESPACES=own exec unshare --mount --pid --fork --kill-child --mount-proc \
        bash -c 'mount -t tmpfs tmpfs /run/lttng && mount -t tmpfs tmpfs /dev/shm && exec bash "$0" "$@"' "$0" "$@"
fi

# SPDX-License-Identifier: MIT
# alone.sh SCRIPT ARGUMENT...: runs a script that tests something. Where root does, and may, it is in namespaces: session
# daemon, shared memory and processes are this test's own, so that tests may run side by side, and nothing outlives it.
# (A user's recordings have a daemon of their own anyway.)
if [ "$(id -u)" = 0 ] && [ -z "$THRUM_NAMESPACES" ]; then
    mkdir -p /run/lttng 2> /dev/null
    if unshare --mount --pid --fork --mount-proc true 2> /dev/null; then
        THRUM_NAMESPACES=own exec unshare --mount --pid --fork --kill-child --mount-proc \
            bash -c 'mount -t tmpfs tmpfs /run/lttng && mount -t tmpfs tmpfs /dev/shm && exec bash "$@"' alone "$@"
    fi
    THRUM_NAMESPACES=none
    export THRUM_NAMESPACES
fi
exec bash "$@"

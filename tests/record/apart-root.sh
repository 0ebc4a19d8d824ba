# SPDX-License-Identifier: MIT
# thrum record --lttng as root, whose recordings share the session daemon with root's own sessions.
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP not root"; exit 0; }
. "$srcdir/record/namespaces.sh"
rundir=/run/lttng
. "$srcdir/record/apart.sh"

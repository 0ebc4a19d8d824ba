# SPDX-License-Identifier: MIT
# One run of one suite: one.sh SUITE MODE DIRECTORY. Prints a line for each result, VERDICT NAME, which doesn't depend on
# the run; works in that directory. The programs themselves run by `under`, which preloads, everything else runs bare.
here=$(cd "$(dirname "$0")" && pwd)
mode=$2 directory=$3
home=$HOME # where a compiler may have its own
export LC_ALL=C HOME=$directory TMPDIR=$directory TZ=UTC
cd "$directory" || exit 1

preload=LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so
case $mode in
bare*) environment=() ;;
preloaded) environment=("$preload" THRUM_CHECK=off THRUM_LTTNG=off) ;;
lttng) environment=("$preload" THRUM_CHECK=off THRUM_LTTNG=on) ;;
recorder) environment=("$preload" THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD="$directory/trace" THRUM_RECORD_MAX=1G) ;;
checker) environment=("$preload" THRUM_CHECK=report THRUM_CHECK_LOG="$directory/findings" THRUM_LTTNG=off) ;;
*) echo "one.sh: no mode $mode" >&2; exit 2 ;;
esac
under() { env "${environment[@]}" "$@"; }

# Servers that refuse to be root's run as nobody does.
as_user() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi
}

under_as_user() { as_user env "${environment[@]}" "$@"; }

# said VERDICT NAME; ended NAME COMMAND...: the command's status is a result.
said() { printf '%s %s\n' "$1" "$2"; }
ended() {
    local name=$1
    shift
    "$@"
    said "$?" "status of $name"
}
# until_there SECONDS TEST...: waits for a server.
until_there() {
    local tries=$(($1 * 20))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.05
    done
}

. "$here/suites.sh"
if [ "$1" = preloaded-at-all ]; then under cat /proc/self/maps; exit; fi
${call_of[$1]}
exit 0

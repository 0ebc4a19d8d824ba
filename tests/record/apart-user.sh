# SPDX-License-Identifier: MIT
# thrum record --lttng as a user who isn't root: started by root it goes on as nobody, with copies of what nobody may not reach.
if [ "$(id -u)" = 0 ]; then
    stage=$(mktemp -d /tmp/thrum-user.XXXXXX) || exit 99
    trap 'rm -rf "$stage"' EXIT
    mkdir -p "$stage"/{tools,lib/.libs,tests/programs,home}
    cp "$top_builddir"/tools/{thrum,deadlock-report} "$stage/tools"
    cp -P "$top_builddir"/lib/.libs/*.so* "$stage/lib/.libs"
    cp "$builddir"/programs/{counts,hammer} "$stage/tests/programs"
    cp -r "$srcdir/tap.sh" "$srcdir/record" "$stage/tests"
    chmod -R a+rX "$stage"
    chown -R 65534:65534 "$stage/home"
    cd "$stage" || exit 99
    # A child, not a successor: this process cleans up.
    setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$stage/home" TMPDIR=/tmp LD_LIBRARY_PATH="$stage/lib/.libs" \
        top_builddir="$stage" builddir="$stage/tests" srcdir="$stage/tests" bash "$stage/tests/record/apart-user.sh"
    exit
fi
# A home of this test's own: the user's real daemon is left alone, and root's is nobody's business here.
LTTNG_HOME=$(mktemp -d /tmp/thrum-home.XXXXXX) || exit 99
export LTTNG_HOME
rundir=$LTTNG_HOME/.lttng
trap 'rm -rf "$LTTNG_HOME"' EXIT
. "$srcdir/record/apart.sh"

# SPDX-License-Identifier: MIT
# Without a session daemon a process has no thread, descriptor, handler, blocked signal or key that it hasn't bare; and a
# program that mustn't be traced isn't: a set-user-ID one, one with THRUM=off.
. "$srcdir/record/namespaces.sh"
. "$srcdir/tap.sh"
preload=$top_builddir/lib/.libs/libthrum-preload.so

limit 20 "$builddir/interpose/footprint" > "$tmp/bare" < /dev/null
is "bare: status" $? 0
# as_bare DESCRIPTION [VARIABLE=VALUE...]
as_bare() {
    local description=$1
    shift
    env -u LTTNG_HOME HOME="$tmp" LD_PRELOAD="$preload" "$@" timeout 20 "$builddir/interpose/footprint" > "$tmp/traced" 2> "$tmp/errors" < /dev/null
    is "$description: status" $? 0
    is "$description: as bare" "$(cat "$tmp/traced")" "$(cat "$tmp/bare")"
}
as_bare "preloaded"
as_bare "preloaded, and nothing that takes events" THRUM_CHECK=off
as_bare "switched off" THRUM=off
as_bare "the checker" THRUM_CHECK=report
as_bare "the recorder" THRUM_RECORD="$tmp/recorded"
as_bare "both" THRUM_CHECK=report THRUM_RECORD="$tmp/both"
as_bare "LTTng not wanted" THRUM_LTTNG=off
ok "it was recorded" test -e "$tmp/recorded/metadata" -o -n "$(ls "$tmp/recorded" 2> /dev/null)"

# Of the room for what threads keep that the loader has for libraries that come later, as plug-ins.
ok "a plug-in's host is built" sh -c "echo '#include <dlfcn.h>
int main(int count, char **names) { return count < 2 || !dlopen(names[1], RTLD_NOW); }' | $CC -x c -o '$tmp/host' - -ldl"
ok "the library can be loaded late" limit 20 "$tmp/host" "$top_builddir/lib/.libs/libthrum.so.0"

# What is set for another program, or by another user, is of no account to one that gains rights.
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
    chmod 755 "$tmp"
    install -m 4755 "$builddir/interpose/footprint" "$tmp/set-user-id"
    mkdir -m 777 "$tmp/anyone"
    if ! setpriv --reuid=65534 --clear-groups "$tmp/set-user-id" > /dev/null 2>&1; then
        skip "a set-user-ID program isn't recorded" "none can be run from $tmp"
    else
        setpriv --reuid=65534 --clear-groups env LD_PRELOAD="$preload" THRUM_RECORD="$tmp/anyone/recorded" THRUM_CHECK=report \
            "$tmp/set-user-id" > /dev/null 2> "$tmp/errors"
        is "a set-user-ID program: status" $? 0
        is "a set-user-ID program: not recorded" "$(ls "$tmp/anyone")" ""
        # Where the system's administrator has it preloaded everywhere, it is there, and does nothing.
        $CC -x c -o "$tmp/linked" - -x none -Wl,--no-as-needed "$preload" -Wl,-rpath,"$top_builddir/lib/.libs" -pthread 2> "$tmp/errors" << 'END'
#include <stdio.h>
#include <pthread.h>
int main(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex), pthread_mutex_lock(&other), pthread_mutex_unlock(&mutex), pthread_mutex_unlock(&other);
    return pthread_mutex_lock(&other) || pthread_mutex_lock(&mutex);
}
END
        chmod 4755 "$tmp/linked"
        # The test's own directory may be closed to others; the library is opened by the loader with the program's rights.
        setpriv --reuid=65534 --clear-groups env THRUM_RECORD="$tmp/anyone/recorded" THRUM_CHECK_LOG="$tmp/anyone/log" THRUM_CHECK=report \
            "$tmp/linked" 2> "$tmp/errors"
        is "a set-user-ID program that is linked to it: status" "$? $(cat "$tmp/errors")" "0 "
        is "a set-user-ID program that is linked to it: not recorded" "$(ls "$tmp/anyone")" ""
    fi
else
    skip "a set-user-ID program isn't recorded" "only root can make one"
fi
done_testing

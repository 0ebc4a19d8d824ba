# SPDX-License-Identifier: MIT
# A program can't tell: what the calls that are interposed do is the same bare and traced, in every way of tracing, beside
# other libraries that are preloaded, and in a program built with AddressSanitizer. See conform.h.
. "$srcdir/tap.sh"
program=$builddir/interpose/conform
preload=$top_builddir/lib/.libs/libthrum-preload.so

# bare COMMAND...: what the traced ones are held to from here on.
bare() {
    limit 120 "$@" > "$tmp/bare" 2> "$tmp/bare.err"
    echo "status $?" >> "$tmp/bare"
}
bare "$program"
is "bare, all is as it must be" "$(grep -e 'should be' -e '^status' "$tmp/bare")" "status 0"

# The list of what is interposed and what is tried here are held together by this: each has a row in what the program says.
untried=$(sed -n 's/^ *REAL(\([A-Za-z_0-9]*\)).*/\1/p' "$top_srcdir/lib/core/real-list.h" | sort -u | while read -r name; do
    grep -qE "^([a-z ]+: |g_[a-z_]+, )?$name([:,]|\$)" "$tmp/bare" || echo "$name"
done)
is "every function that is interposed has a row" "$untried" ""

# same DESCRIPTION COMMAND...: it says what the bare program said, and ends so.
same() {
    local description=$1
    shift
    limit 240 "$@" > "$tmp/traced" 2> "$tmp/traced.err"
    echo "status $?" >> "$tmp/traced"
    is "$description" "$(cat "$tmp/traced")" "$(cat "$tmp/bare")" || diag "$(tail -5 "$tmp/traced.err")"
}

# traced DESCRIPTION [VARIABLE=VALUE...]: under the preload, with these.
traced() {
    local description=$1
    shift
    same "$description" env LD_PRELOAD="$preload" THRUM_LTTNG=off "$@" "$program"
}
traced "preloaded, and switched off" THRUM=off
traced "preloaded, and nothing that takes events" THRUM_CHECK=off
traced "traced by the checker" THRUM_CHECK=report
traced "traced by the recorder" THRUM_CHECK=off THRUM_RECORD="$tmp/recorded"
traced "traced by both" THRUM_CHECK=report THRUM_RECORD="$tmp/both"
if [ "$LTTNG" = yes ]; then
    same "traced by LTTng" "$thrum" record --lttng -o "$tmp/lttng" -- "$program"
else
    skip "traced by LTTng" "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"
fi

# --- beside others ---
library() { ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }'; }
# beside NAME FAMILY...: before and after a library; the families that it could touch.
beside() {
    local name=$1 path
    shift
    path=$(library $name)
    [ -n "$path" ] || path=$(ls /usr/lib/*/$name /usr/lib/libeatmydata/$name 2> /dev/null | head -1)
    if [ -z "$path" ]; then
        skip "beside $name" "it isn't installed"
        return
    fi
    bare env LD_PRELOAD="$path" "$program" "$@"
    same "before $name" env LD_PRELOAD="$preload:$path" THRUM_LTTNG=off THRUM_CHECK=report THRUM_RECORD="$tmp/$name" "$program" "$@"
    same "after $name" env LD_PRELOAD="$path:$preload" THRUM_LTTNG=off THRUM_CHECK=report THRUM_RECORD="$tmp/after-$name" "$program" "$@"
}
beside libjemalloc.so.2 mutex rwlock cond semaphore thread last cancel c11 process glib memory
beside libtcmalloc_minimal.so.4 mutex thread last cancel process memory
beside libeatmydata.so cancel process file memory
# Without `last`: LTTng's own threads keep processes alive that should have ended; bare it is the same.
beside liblttng-ust-fork.so.1 mutex cond semaphore thread cancel signal sigwait file futex

# --- with AddressSanitizer, whose library wants to be the first ---
asan=$($CC -print-file-name=libasan.so)
if $CC -fsanitize=address -D_GNU_SOURCE -g -pthread -o "$tmp/asan" "$srcdir"/interpose/conform*.c 2> /dev/null && [ -f "$asan" ]; then
    options="detect_leaks=0:detect_stack_use_after_return=0:handle_segv=0:handle_abort=0:use_sigaltstack=0:allocator_may_return_null=1"
    families="mutex rwlock cond semaphore thread c11 process file futex glib memory"
    bare env ASAN_OPTIONS=$options "$tmp/asan" $families
    same "built with AddressSanitizer" env ASAN_OPTIONS=$options LD_PRELOAD="$(readlink -f "$asan"):$preload" THRUM_LTTNG=off \
        THRUM_CHECK=report THRUM_RECORD="$tmp/asan-recorded" \
        "$tmp/asan" $families
else
    skip "built with AddressSanitizer" "$CC has none"
fi
done_testing

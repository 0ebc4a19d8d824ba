# SPDX-License-Identifier: MIT
# A program can't tell, at the edges either: before constructors, after destructors, with next to no stack, in children of a
# fork amid other threads' calls, with exceptions through our frames, and by the old forms of functions. See corners.c.
. "$srcdir/record/namespaces.sh"
. "$srcdir/tap.sh"
preload=$top_builddir/lib/.libs/libthrum-preload.so

ok "the programs are built" sh -ec "
    $CC -D_GNU_SOURCE -g -O1 -pthread -o '$tmp/corners' '$srcdir/interpose/corners.c'
    $CC -D_GNU_SOURCE -g -O1 -o '$tmp/frames' '$srcdir/interpose/corners-frames.c'
    $CC -D_GNU_SOURCE -g -O1 -pthread -shared -fPIC -o '$tmp/library.so' '$srcdir/interpose/corners-library.c'
    $CC -D_GNU_SOURCE -g -O1 -fno-builtin -shared -fPIC -o '$tmp/allocator.so' '$srcdir/interpose/corners-allocator.c'"
echo 'exit 44' > "$tmp/script"
chmod 755 "$tmp/script"

before= # what is preloaded bare, and first
# compared NAME COMMAND...: bare, and in each way of tracing.
compared() {
    local name=$1 way
    shift
    limit 60 env LD_PRELOAD="$before" "$@" > "$tmp/bare" 2> "$tmp/bare.err"
    echo "status $?" >> "$tmp/bare"
    [ "$(tail -n 1 "$tmp/bare")" = "status 0" ] || diag "bare: $(cat "$tmp/bare" "$tmp/bare.err")"
    for way in THRUM=off THRUM_CHECK=off THRUM_CHECK=report THRUM_RECORD="$tmp/$name"; do
        [ "$way" != "THRUM_RECORD=$tmp/$name" ] || way="$way THRUM_CHECK=report"
        limit 60 env LD_PRELOAD="$before $preload" THRUM_LTTNG=off THRUM_CHECK_LOG="$tmp/log" $way "$@" > "$tmp/traced" 2> "$tmp/traced.err"
        echo "status $?" >> "$tmp/traced"
        is "$name: ${way//$tmp\//}" "$(cat "$tmp/traced")" "$(cat "$tmp/bare")" || diag "$(tail -n 5 "$tmp/traced.err")"
    done
    [ "$LTTNG" = yes ] && [ -z "$before" ] || return
    limit 60 "$thrum" record --lttng -o "$tmp/lttng-$name" -- "$@" > "$tmp/traced" 2> "$tmp/traced.err"
    echo "status $?" >> "$tmp/traced"
    is "$name: LTTng" "$(cat "$tmp/traced")" "$(cat "$tmp/bare")" || diag "$(tail -n 5 "$tmp/traced.err")"
}

# A few at once.
at_once() {
    beside compared "$@"
    [ ${#tap_parts[@]} -lt 4 ] || together
}

at_once before-and-after "$tmp/corners" before-and-after
at_once little-stack "$tmp/corners" little-stack
at_once forks "$tmp/corners" forks 40
at_once recycled "$tmp/corners" recycled
at_once libraries "$tmp/corners" libraries "$tmp/library.so"
at_once left "$tmp/corners" left "$tmp/library.so"
before=$tmp/allocator.so
at_once allocator "$tmp/corners" allocator
before=
at_once tidy "$tmp/corners" tidy
# After a fork LTTng-UST opens files, come what may.
LTTNG=no at_once confined "$tmp/corners" confined
LTTNG=no at_once strict "$tmp/corners" strict
at_once frames "$tmp/frames"
at_once old-forms "$tmp/corners" old-forms "$tmp/script"
if command -v g++ > /dev/null; then
    ok "the C++ program is built" g++ -std=c++17 -g -O1 -pthread -o "$tmp/unwind" "$srcdir/interpose/corners-unwind.cpp"
    at_once unwind "$tmp/unwind"
else
    skip "C++ exceptions" "no g++"
fi
together
done_testing

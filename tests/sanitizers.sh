# SPDX-License-Identifier: MIT
# The primitives and their unit tests, built anew and run under ThreadSanitizer, ASan with UBSan (with the checks of a
# debug build) and Helgrind: no finding. Not part of `make check`, for it takes minutes: `make check-sanitizers`.
#
#   SANITIZERS="thread address helgrind"   which of them
#   PROGRAMS="lock queue ..."              which unit tests
. "$srcdir/tap.sh"

programs=${PROGRAMS:-$(sed -n 's/^primitive_programs = //p' "$srcdir/Makefile.am" | sed 's,unit/,,g')}
sources=$(echo "$top_srcdir"/lib/primitives/*.c "$srcdir"/unit/probes.c "$srcdir"/unit/suite.c)
flags="-std=gnu11 -Werror=implicit-function-declaration -D_GNU_SOURCE -DTHRUM_NO_THREAD_SAFETY -g -fexceptions -fasynchronous-unwind-tables -pthread
    -I$top_srcdir/lib -I$top_srcdir/lib/include -I$top_srcdir/tracepoints -I$srcdir/unit $(pkg-config --cflags check)"

# build SANITIZER FLAGS: the library's objects once, then each program.
build() {
    local source
    mkdir -p "$tmp/$1"
    for source in $sources; do
        echo "$source"
    done | xargs -P 2 -I @1@ sh -c '"$0" "$@" -c @1@ -o "$OUT/$(basename @1@).o"' env $CC $flags $2 || return 1
    for source in $programs; do
        echo "$source"
    done | xargs -P 2 -I @1@ sh -c '"$0" "$@" '"$srcdir"'/unit/@1@.c "$OUT"/*.o -o "$OUT/@1@" '"$(pkg-config --libs check)" \
        env $CC $flags $2
}

# try SANITIZER PROGRAM COMMAND...: its TAP lines are all ok, and nothing is said on stderr.
try() {
    local sanitizer=$1 program=$2 output status
    shift 2
    output=$(limit 900 "$@" "$tmp/$sanitizer/$program" 2>&1)
    status=$?
    if [ $status -eq 0 ] && ! grep -q '^not ok\|ERROR SUMMARY: [1-9]\|WARNING: ThreadSanitizer\|ERROR: \(Address\|Leak\)Sanitizer\|runtime error' <<< "$output" &&
        grep -q '^ok' <<< "$output"; then
        tap_result ok "$sanitizer: $program"
    else
        tap_result "not ok" "$sanitizer: $program (status $status)"
        diag "$(grep -v '^ok' <<< "$output" | head -n 100)"
    fi
}

for sanitizer in ${SANITIZERS:-thread address helgrind}; do
    export OUT=$tmp/$sanitizer CK_DEFAULT_TIMEOUT=300
    case $sanitizer in
    thread)
        export THRUM_STRESS=${STRESS:-0.1} TSAN_OPTIONS="halt_on_error=0 exitcode=66 die_after_fork=0 report_thread_leaks=0"
        # (tests leave threads behind at exit and in forked children, on purpose)
        ok "thread: builds" build thread "-O1 -fsanitize=thread"
        for program in $programs; do try thread "$program"; done
        # The checker's own threads' paths: its sources, not the library that is there.
        checker="$srcdir/unit/check-threads.c $srcdir/unit/suite.c $top_srcdir/lib/check/*.c $top_srcdir/lib/core/*.c $top_srcdir/lib/probe/foreign.c"
        # shellcheck disable=SC2086
        ok "thread: the checker builds" $CC $flags -I"$top_builddir" -O1 -fsanitize=thread $checker -o "$tmp/thread/check-threads" \
            $(pkg-config --libs check) -lgcc_s
        TSAN_OPTIONS="$TSAN_OPTIONS history_size=7 suppressions=$srcdir/unit/check-threads.supp" try thread check-threads ;;
    address)
        export THRUM_STRESS=${STRESS:-0.3} ASAN_OPTIONS="detect_stack_use_after_return=1 detect_leaks=0"
        ok "address: builds" build address "-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -DTHRUM_DEBUG"
        for program in $programs; do try address "$program"; done ;;
    helgrind)
        command -v valgrind > /dev/null || { skip "helgrind" "valgrind isn't installed"; continue; }
        export THRUM_STRESS=${STRESS:-0.02}
        ok "helgrind: builds" build helgrind "-O1 -DTHRUM_VALGRIND"
        for program in $programs; do
            try helgrind "$program" valgrind --tool=helgrind --error-exitcode=67 --fair-sched=yes -q
        done ;;
    esac
done
done_testing

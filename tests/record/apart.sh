# SPDX-License-Identifier: MIT
# thrum record --lttng keeps apart: two recordings at once, the user's own sessions, programs that aren't the recording's.
# What apart-root.sh and apart-user.sh share; sourced where LTTng's daemons are those of this test alone.
. "$srcdir/record/record.sh"
[ "${ways[*]}" = "recorder lttng" ] || skip_all "no LTTng to record with"
[ "$BABELTRACE2" != no ] || skip_all "no babeltrace2 to read with"
command -v lttng > /dev/null || skip_all "no lttng to have a session with (lttng-tools)"
preload=$top_builddir/lib/.libs/libthrum-preload.so
cd "$tmp" || exit 99

# Open at both ends throughout: whoever opens one of them waits for nobody, and nobody finds the one before's end of file.
mkfifo go come come-too
exec {go}<> go {come}<> come {come_too}<> come-too
# started: waits until a program has said so.
started() { read -r -t 60 -u $go _ || diag "it never started"; }

# How many daemons this user has. runs FILE: how often a trace has programs/counts in it. whole FILE: all that it did.
daemons() { ps -u "$(id -u)" -o comm= | grep -cx lttng-sessiond; }
runs() { limit 60 "$BABELTRACE2" "$1" 2> babeltrace2.err | grep -c 'thrum:process_begin: .*/counts" }'; }
whole() { limit 60 "$BABELTRACE2" "$1" 2> babeltrace2.err | grep -c 'thrum:thread_name: '; }
sessions() { lttng --no-sessiond list 2> /dev/null | grep -c '^ *[0-9]*) '; }

# --- without a daemon beforehand ---
is "no daemon runs" "$(daemons)" 0
is "alone" "$(status record lttng -o alone -- "$programs/counts")" 0
is "alone: all of the program is in the trace" "$(runs alone) $(whole alone)" "1 8"
is "alone: the daemon has ended" "$(daemons)" 0
ok "alone: so has its memory" test -z "$(find /dev/shm -maxdepth 1 -user "$(id -u)" -name 'thrum-*')"

for i in 1 2 3; do record lttng -o beside-$i -- "$programs/counts" 2> beside-$i.err & done
wait
for i in 1 2 3; do is "three at once: number $i" "$(runs beside-$i) $(whole beside-$i)" "1 8"; done
is "three at once: no daemon is left" "$(daemons)" 0

record lttng -o first -- sh -c 'echo > go; read line < come' 2> first.err & first=$!
started
record lttng -o second -- sh -c 'echo > go; read line < come-too; "$1"' sh "$programs/counts" 2> second.err & second=$!
started
echo >&$come
wait $first
echo >&$come_too
wait $second
is "what came first may end first" "$(runs second) $(whole second)" "1 8"
is "what came first: no daemon is left" "$(daemons)" 0

# --- beside a session of the user's own, which has a program of its own ---
ok "the user has a daemon" lttng-sessiond --daemonize --no-kernel
ok "and a session" lttng --quiet create mine --output="$tmp/mine"
ok "with thrum's events" lttng --quiet enable-event --userspace --session=mine 'thrum:*'
ok "that records" lttng --quiet start mine
THRUM_CHECK=off LD_PRELOAD=$preload "$programs/counts"
before=$(lttng --no-sessiond list mine)
record lttng -o theirs -- sh -c '"$1"; echo > go; read line < come' sh "$programs/counts" 2> theirs.err & recording=$!
started
THRUM_CHECK=off LD_PRELOAD=$preload "$programs/counts"
echo >&$come
wait $recording
is "only the recording's own program is in its trace" "$(runs theirs) $(whole theirs)" "1 8"
is "the user's session is as it was" "$(lttng --no-sessiond list mine)" "$before"
is "and the user's only one" "$(sessions)" 1
is "a program that isn't there" "$(status record lttng -o none -- ./not-there)" 127
is "leaves no session either" "$(sessions)" 1
is "the user's daemon runs on" "$(daemons)" 1
THRUM_CHECK=off LD_PRELOAD=$preload "$programs/counts"
ok "the user's session ends when the user says so" lttng --quiet destroy mine
# Root's daemon hears of all programs, the recording's among them: a session there that asks for all gets that, too.
is "the user's session has the user's programs" "$(runs mine)" $((3 + ($(id -u) == 0)))

# A process that dies amid an event leaves a hole in its buffer, over which LTTng 2.13 can't end the session: the daemon must
# still answer others. It takes luck to hit upon the moment, so there are some turns.
for turn in 1 2 3 4 5; do
    is "killed, turn $turn" "$(status record lttng -o killed-$turn -- "$programs/hammer" counts 20000)" 137
    ok "killed, turn $turn: the daemon answers" limit 20 lttng --no-sessiond list
done
kill -KILL "$(cat "$rundir/lttng-sessiond.pid")" # gently it mightn't end
done_testing

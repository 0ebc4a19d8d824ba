# SPDX-License-Identifier: MIT
# How the commands are called: help and versions on standard output, mistakes as one line on standard error with status 2.
. "$srcdir/tap.sh"

run() { limit 20 "$@" > "$tmp/out" 2> "$tmp/err"; echo $?; }

# helps NAME REGEX COMMAND...: succeeds and prints something like that, and no trouble.
helps() {
    local name=$1 regex=$2
    shift 2
    is "$name: status" "$(run "$@")" 0
    like "$name" "$(cat "$tmp/out")" "$regex"
    is "$name: no trouble" "$(cat "$tmp/err")" ""
}

# mistaken NAME REGEX COMMAND...: status 2 and one line like that, nothing else.
mistaken() {
    local name=$1 regex=$2
    shift 2
    is "$name: status" "$(run "$@")" 2
    is "$name: nothing on standard output" "$(cat "$tmp/out")" ""
    is "$name: one line" "$(wc -l < "$tmp/err")" 1
    like "$name: which says why" "$(cat "$tmp/err")" "$regex"
}

helps "thrum --help" '^  report ' "$thrum" --help
helps "thrum help" '^  report ' "$thrum" help
helps "thrum --version" '^thrum [0-9]+\.[0-9]+' "$thrum" --version
helps "thrum help report" '^Usage: thrum report .*TRACE' "$thrum" help report
helps "thrum report --help" '^ .*--json' "$thrum" report --help
helps "deadlock-report --help" '^Usage: deadlock-report .*TRACE' "$deadlock_report" --help
helps "deadlock-report --help tells the exit status" '^Exit status: 0 ' "$deadlock_report" --help
helps "deadlock-report --version" '^thrum [0-9]+\.[0-9]+' "$deadlock_report" --version
for command in $("$thrum" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | grep -v '^thrum$'); do
    helps "thrum $command --help" "^Usage: thrum $command" "$thrum" "$command" --help
    is "thrum $command --help: fits a terminal" "$(sed 1d "$tmp/out" | grep -E '^.{83}')" ""
done

is "thrum --help: fits a terminal" "$("$thrum" --help | grep -E '^.{81}')" ""
is "thrum alone: status" "$(run "$thrum")" 2
like "thrum alone: shows the help" "$(cat "$tmp/err")" '^  report '
mistaken "an unknown command" "^thrum: there is no command 'frobnicate'; 'thrum --help'" "$thrum" frobnicate
mistaken "a mistyped command" "did you mean 'thrum report'" "$thrum" reprot
mistaken "help for an unknown command" "no command 'frobnicate'" "$thrum" help frobnicate
mistaken "an option before the command" "'--json'" "$thrum" --json report x
mistaken "an unknown long option" "^deadlock-report: .*'--frobnicate'.*deadlock-report --help" "$deadlock_report" --frobnicate x
mistaken "an unknown short option" "^deadlock-report: .*'-x'" "$deadlock_report" -x y
mistaken "an unknown short option amid others" "'-jx'" "$deadlock_report" -jx y
mistaken "an unknown short option before others" "'-xj'" "$deadlock_report" -xj y
mistaken "an unknown short option, then a known one" "'-x'" "$deadlock_report" -x -ja y
mistaken "no value for a short option that takes one" "'-o' needs a value" "$deadlock_report" y -o
mistaken "a value for an option that takes none" "'--json=1' takes no value" "$deadlock_report" --json=1 x
mistaken "no value for an option that takes one" "'--output' needs a value" "$deadlock_report" x --output
mistaken "a value that isn't one" "--color takes .*'mauve'" "$deadlock_report" --color=mauve x
mistaken "no trace" "which trace" "$deadlock_report"
mistaken "the same under the other name" "^thrum report: .*'--frobnicate'.*thrum report --help" "$thrum" report --frobnicate x

# What goes wrong, and what to do about it.
cd "$tmp" || exit 99
mkdir empty
echo text > file
mistaken "two outputs" "^thrum report: -o is given twice: a and b" "$thrum" report -o a -o b x
mistaken "two directories" "^thrum record: -o is given twice: a and b" "$thrum" record -o a -o b -- true
mistaken "two forms" "--json and --sarif don't go together" "$thrum" report --json --sarif x
mistaken "two forms of tables" "--json and --csv don't go together" "$thrum" contention --json --csv x
mistaken "two ends" "--abort and --break don't go together" "$thrum" check --abort --break -- true
mistaken "a process and a trace" "--pid looks into a process, not at a trace: leave out x" "$thrum" report --pid 1 x
mistaken "a file that is no trace" "^thrum info: file: a file, not a trace; give the directory" "$thrum" info file
mistaken "an empty directory" "^thrum info: empty: no trace in it .*; give the directory" "$thrum" info empty
mistaken "a file of another format" "^thrum report: file: no line of it could be read" "$thrum" report --std file
mistaken "a live session that isn't there" "no such session .*babeltrace2 -i lttng-live" "$thrum" report net://localhost:1/host/x/y
mistaken "a directory that can't be made" "can't make the directory /proc/x: .*name another with -o" "$thrum" record -o /proc/x -- true
mistaken "an extension that says nothing" "-o x.foo: which format is .foo" "$thrum" timeline -o x.foo empty
mistaken "no size" "--ring=0: give a size, as in --ring=64M" "$thrum" record --ring 0 -- true
mistaken "no schedule of that name" "^thrum confirm: .*nowhere: No such file" "$thrum" confirm nowhere -- true
for command in record check; do
    is "thrum $command: a program that isn't there" "$(run "$thrum" $command -- no-such-program)" 127
    like "thrum $command: what to do" "$(cat err)" "^thrum $command: can't run no-such-program: there is no such program in PATH; one in this directory is ./no"
    is "thrum $command: a file that isn't one" "$(run "$thrum" $command -- ./file)" 126
    like "thrum $command: what to look at" "$(cat err)" "can't run ./file: Permission denied; is it a file that may be executed"
done
is "a reader that leaves early: status of who wrote" "$(limit 20 bash -c '"$0" help timeline | head -n 1 > out; echo ${PIPESTATUS[0]}' "$thrum" 2>&1 | grep -vx '0\|141')" ""
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
    chmod 755 "$tmp"
    is "a process that isn't one's own" "$(limit 20 setpriv --reuid=65534 --clear-groups "$thrum" report --pid $$ 2> err > out; echo $?)" 2
    like "what to do" "$(cat err)" "^thrum report: process $$: its memory can't be read: run this as its owner or as root"
fi

# Colour: on a terminal, unless NO_COLOR or a dumb terminal says otherwise, or as --color has it.
colours() { grep -q "$(printf '\033\\[')" "$tmp/seen" && echo some || echo none; }
on_terminal() { # [NAME=VALUE...] COMMAND...
    limit 30 script -qec "env TERM=xterm $*" /dev/null > "$tmp/seen" 2>&1 < /dev/null
    colours
}
in_pipe() { limit 30 "$@" > "$tmp/seen" 2>&1; colours; }
ok "something to report is recorded" limit 30 "$thrum" record -o "$tmp/trace" -- "$builddir/programs/ab_ba_lucky"
for command in "report $tmp/trace" "contention $tmp/trace" "timeline -f text $tmp/trace" "top -b $tmp/trace" "check -- $builddir/programs/ab_ba_lucky"; do
    word=${command%% *} rest=${command#* }
    is "$word: in a pipe" "$(in_pipe "$thrum" $command)" none
    is "$word: --color in a pipe" "$(in_pipe "$thrum" $word --color $rest)" some
    is "$word: on a terminal" "$(on_terminal "$thrum" $command)" some
    is "$word: NO_COLOR" "$(on_terminal NO_COLOR=1 "$thrum" $command)" none
    is "$word: an empty NO_COLOR is none" "$(on_terminal NO_COLOR= "$thrum" $command)" some
    is "$word: a dumb terminal" "$(on_terminal TERM=dumb "$thrum" $command)" none
    is "$word: --color=never on a terminal" "$(on_terminal "$thrum" $word --color=never $rest)" none
    is "$word: --color=always before NO_COLOR" "$(on_terminal NO_COLOR=1 "$thrum" $word --color=always $rest)" some
done

if [ -w /dev/full ]; then
    limit 20 "$thrum" --help > /dev/full 2> "$tmp/err"
    is "a full disk: status" $? 2
    like "a full disk: said" "$(cat "$tmp/err")" "can't write"
else
    skip "a full disk" "no /dev/full"
fi
done_testing

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
done

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

# Colour: on a terminal, unless NO_COLOR or a dumb terminal says otherwise, or as --color has it.
colours() { grep -q "$(printf '\033\\[')" "$tmp/seen" && echo some || echo none; }
on_terminal() { # [NAME=VALUE...] COMMAND...
    limit 30 script -qec "env TERM=xterm $*" /dev/null > "$tmp/seen" 2>&1 < /dev/null
    colours
}
in_pipe() { limit 30 "$@" > "$tmp/seen" 2>&1; colours; }
ok "something to report is recorded" limit 30 "$thrum" record -o "$tmp/trace" -- "$builddir/programs/ab_ba_lucky"
for command in "report $tmp/trace" "contention $tmp/trace" "check -- $builddir/programs/ab_ba_lucky"; do
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

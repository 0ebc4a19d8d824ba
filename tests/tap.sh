# SPDX-License-Identifier: MIT
# What shell tests share: TAP output, time limits, a scratch directory. Sourced, by bash.
#
#   . "$srcdir/tap.sh"
#   [ -x "$CHROMIUM" ] || skip_all "chromium isn't installed"
#   ok   "it starts"           limit 10 "$thrum" --help
#   is   "it says hello"       "$(limit 10 hello)" "hello"
#   like "it names the thread" "$text" 'thread .*"reader"'     # an extended regular expression
#   skip "it draws" "no display"
#   beside waits_long; beside waits_long_too; together    # parts that run at the same time
#   done_testing
#
# A test that never reaches done_testing has no plan, and the driver counts that as an error.

thrum=$top_builddir/tools/thrum
deadlock_report=$top_builddir/tools/deadlock-report
tap_count=0

# Scratch directory of this test, removed at its end.
tmp=$(mktemp -d "${TMPDIR:-/tmp}/thrum-test.XXXXXX") || exit 99
trap 'chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT
trap 'exit 124' TERM INT HUP

# limit SECONDS COMMAND...: ends the command, and what it started in its process group, when the time is over: status 124.
limit() { timeout --kill-after=5 "$@"; }

diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

tap_result() { # WORD DESCRIPTION
    tap_count=$((tap_count + 1))
    echo "$1 $tap_count - $2"
}

# ok DESCRIPTION COMMAND...: the command succeeds. What it prints is shown where it doesn't.
ok() {
    local description=$1 output status
    shift
    output=$("$@" 2>&1) && { tap_result ok "$description"; return 0; }
    status=$?
    tap_result "not ok" "$description"
    diag "status $status: $*"
    diag "$output"
    return 1
}

# is DESCRIPTION GOT EXPECTED: two texts are equal.
is() {
    [ "$2" = "$3" ] && { tap_result ok "$1"; return 0; }
    tap_result "not ok" "$1"
    diag "$(diff -u --label expected --label got <(printf '%s\n' "$3") <(printf '%s\n' "$2"))"
    return 1
}

# like DESCRIPTION GOT REGEX: some line of a text matches an extended regular expression; unlike: none does.
like() {
    grep -Eq -e "$3" <<< "$2" && { tap_result ok "$1"; return 0; }
    tap_result "not ok" "$1"
    diag "no line matches: $3"
    diag "$2"
    return 1
}

unlike() {
    grep -Eq -e "$3" <<< "$2" || { tap_result ok "$1"; return 0; }
    tap_result "not ok" "$1"
    diag "a line matches: $3"
    diag "$2"
    return 1
}

# beside COMMAND...: a part of the test, run at the same time as the others that are begun so, with a $tmp of its own below this one.
# together: waits for all of them, and tells their results in the order in which they were begun.
tap_parts=()
tap_begun=0
beside() {
    tap_begun=$((tap_begun + 1)) # goes on over batches: what an earlier part left isn't taken for this one's
    local part=$tmp/part-$tap_begun
    mkdir "$part" || exit 99
    { (tmp=$part; "$@"; : > "$part.done") > "$part.tap" 2>&1 < /dev/null; } &
    tap_parts+=("$! $part")
}
together() {
    local begun job part line
    for begun in "${tap_parts[@]}"; do
        read -r job part <<< "$begun"
        wait "$job"
        while IFS= read -r line; do
            case $line in
            "ok "* | "not ok "*) tap_result "${line%% [0-9]*}" "${line#* - }" ;;
            *) printf '%s\n' "$line" ;;
            esac
        done < "$part.tap"
        [ -e "$part.done" ] || tap_result "not ok" "a part of the test came to its end"
    done
    tap_parts=()
}

# skip DESCRIPTION REASON: counted, not run.
skip() { tap_result ok "$1 # SKIP $2"; }

# skip_all REASON: this machine can't run any of it.
skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

done_testing() {
    echo "1..$tap_count"
    exit 0
}

# SPDX-License-Identifier: MIT
# The helper of the shell tests itself: a failure is seen as one, and a command that hangs is ended.
. "$srcdir/tap.sh"

# Runs a test script given as text; prints its TAP.
inner() { printf '. "$srcdir/tap.sh"\n%s\n' "$1" > "$tmp/inner.sh"; limit 20 bash "$tmp/inner.sh" 2>&1; }

is "ok: a success" "$(inner 'ok "one" true; done_testing')" $'ok 1 - one\n1..1'
like "ok: a failure" "$(inner 'ok "one" false; done_testing')" '^not ok 1 - one$'
like "ok: a failure shows the output" "$(inner 'ok "one" ls /nonexistent; done_testing')" '^# .*No such file'
like "is: a difference" "$(inner 'is "one" a b; done_testing')" '^not ok 1 - one$'
like "is: shows both texts" "$(inner 'is "one" a b; done_testing')" '^# -b$'
like "like: no match" "$(inner 'like "one" abc "^b"; done_testing')" '^not ok 1'
like "unlike: a match" "$(inner 'unlike "one" abc "^a"; done_testing')" '^not ok 1'
like "skip: counted with its reason" "$(inner 'skip "one" "no display"; done_testing')" '^ok 1 - one # SKIP no display$'
is "skip_all: nothing else is run" "$(inner 'skip_all "no display"; ok "one" true')" '1..0 # SKIP no display'
unlike "no plan without done_testing" "$(inner 'ok "one" true')" '^1\.\.'
like "limit: what hangs is ended" "$(inner 'ok "one" limit 0.2 tail -f /dev/null; done_testing')" '^# status 124:'
parts=$(inner 'one() { ok "one" test -d "$tmp"; }; dies() { ok "two" true; exit 3; }
    beside one; together; beside dies; beside one; together; done_testing')
is "parts: in the order in which they were begun, and one that dies in a later batch is seen" "$parts" \
    $'ok 1 - one\nok 2 - two\nnot ok 3 - a part of the test came to its end\nok 4 - one\n1..4'
is "the scratch directory is removed" "$(inner 'echo "$tmp"' | xargs ls -d 2>&1 | grep -c 'No such file')" 1
done_testing

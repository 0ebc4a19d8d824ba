# SPDX-License-Identifier: MIT
# What is feasible happens, and data decide what is potential: each program that predict/expected calls so hangs as predicted when it is steered, in the first
# run, without the luck that prevented it; what is steered wrongly comes to its end by itself. thrum stress brings one out.
. "$srcdir/tap.sh"

# record PROGRAM: leaves the trace in $tmp/NAME.
record() { limit 60 "$thrum" record --timeout 30 -o "$tmp/${1##*/}" -- "$builddir/$1" > "$tmp/${1##*/}.out" 2>&1; }

# first_line COMMAND...: of what it prints, without the finding's id.
first_line() { LUCK=off limit 60 "$@" 2>&1 | sed -n '1s/as [0-9a-f-]* predicted/as predicted/p'; }

confirmed="confirmed in run 1: the threads wait for each other as predicted."
mapfile -t programs < <(awk '/^[a-z]/ { name = $1 } /^    feasible/ { print "predict/" name }' "$srcdir/predict/expected")
# Data could keep the threads of two more apart, but don't; those of join_told and flag_between they do.
programs=(programs/{ab_ba_lucky,three_way,gate_held_by_one,semaphore_lock,transfer} predict/{join_holding,wait_retakes} "${programs[@]}")
apart=(predict/{join_told,flag_between})
attempt() {
    record "$1"
    first_line "$thrum" confirm --tries 1 "$tmp/${1##*/}" -- "$builddir/$1" > "$tmp/${1##*/}.line"
}
# A few at once: most of the time they wait.
all=("${programs[@]}" "${apart[@]}")
for ((i = 0; i < ${#all[@]}; i += 4)); do
    for program in "${all[@]:i:4}"; do attempt "$program" & done
    wait
done
for program in "${apart[@]}"; do
    is "$program" "$(cat "$tmp/${program##*/}.line")" "not confirmed: in 1 run the program did not come to wait as predicted."
done
for program in "${programs[@]}"; do
    is "$program" "$(cat "$tmp/${program##*/}.line")" "$confirmed" || diag "$(cat "$tmp/${program##*/}.out")"
done

# The deadlock that the checker saw, as an object; the exit status says that it happened.
LUCK=off limit 60 "$thrum" confirm --json "$tmp/ab_ba_lucky" -- "$builddir/programs/ab_ba_lucky" > "$tmp/confirm.json"
is "confirmed: status" $? 0
ok "confirmed: the finding is the live one" grep -q '"certainty":.*"happened"' "$tmp/confirm.json"

# With its luck the program can't be brought there, and isn't hung by the attempt.
is "luck holds: said" "$(limit 60 "$thrum" confirm --tries 1 "$tmp/ab_ba_lucky" -- "$builddir/programs/ab_ba_lucky" | sed 's/as .* predicted/as predicted/')" \
    "not confirmed: in 1 run the program did not come to wait as predicted."
limit 60 "$thrum" confirm --tries 1 "$tmp/ab_ba_lucky" -- "$builddir/programs/ab_ba_lucky" > "$tmp/out"
is "luck holds: status" $? 1

# refused NAME PATTERN ARGUMENT...: status 2 and a line that says why.
refused() {
    local name=$1 pattern=$2
    shift 2
    limit 60 "$thrum" confirm "$@" > "$tmp/out" 2> "$tmp/err"
    is "$name: status" $? 2
    ok "$name: it says why" grep -q "$pattern" "$tmp/err" || diag "$(cat "$tmp/err")"
}
record programs/ordered_by_join
record programs/two_inversions
refused "nothing feasible" "no feasible deadlock" "$tmp/ordered_by_join" -- "$builddir/programs/ordered_by_join"
refused "two of them" "say which with --finding" "$tmp/two_inversions" -- "$builddir/programs/two_inversions"
refused "no such finding" "has no finding 1234" --finding 1234 "$tmp/ab_ba_lucky" -- "$builddir/programs/ab_ba_lucky"
refused "no such program" "can't run" "$tmp/ab_ba_lucky" -- "$tmp/nowhere"
refused "no program" "which program" "$tmp/ab_ba_lucky"

# Without luck a disturbed run comes to it soon; innocent programs never do.
LUCK=off limit 120 "$thrum" stress --seed 1 --runs 200 -- "$builddir/programs/three_way" > "$tmp/out" 2>&1
is "stress: status" $? 66
ok "stress: the seed is told" grep -q '^run [0-9]*, with --seed [0-9]*, brought this out:$' "$tmp/out"
LUCK=off limit 60 "$thrum" stress --seed 1 --runs 3 -- "$builddir/programs/gate_lock" > "$tmp/out" 2>&1
is "stress: nothing in an innocent program" $? 0
done_testing

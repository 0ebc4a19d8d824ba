# SPDX-License-Identifier: MIT
# Processes that fork: what handlers of fork hold is left alone, and each process begins its part of the trace once.
. "$srcdir/record/record.sh"
[ "$BABELTRACE2" != no ] || skip_all "no babeltrace2 to read with"

for way in "${ways[@]}"; do
    is "$way: an allocator that holds its lock across fork" \
        "$(status record $way --timeout 40 -o "$tmp/$way" -- "$programs/allocator")" 0 || diag "$(cat "$tmp/err")"
    limit 60 "$BABELTRACE2" "$tmp/$way" > "$tmp/text" 2> "$tmp/babeltrace2.err"
    is "$way: babeltrace2 has nothing to complain of" "$(cat "$tmp/babeltrace2.err")" ""
    is "$way: 20 forks" "$(grep -c ' thrum:process_fork: ' "$tmp/text")" 20
    is "$way: each process begins once" \
        "$(grep ' thrum:process_begin: ' "$tmp/text" | grep -o ' pid = [0-9]*' | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | awk '{ print $1, $2 }')" "21 1"
    [ $way = recorder ] || is "$way: with that" \
        "$(awk 'match($0, / pid = [0-9]+/) { p = substr($0, RSTART, RLENGTH); if (!(p in seen)) { seen[p] = 1; print $4 } }' "$tmp/text" | sort | uniq -c | awk '{ print $1, $2 }')" \
        "21 thrum:process_begin:"
done
done_testing

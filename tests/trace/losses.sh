# SPDX-License-Identifier: MIT
# What was lost is counted, and every view says so: events that were not recorded, packets that were overwritten, files that
# were cut or are gone.
. "$srcdir/record/record.sh"

# said NAME TRACE REGEX: each view, with each reader, says what the expression matches.
said() {
    local reader view
    for reader in fast babeltrace2; do
        for view in info "info --json" report "report --json" contention "contention --json" "timeline -o $tmp/page.html"; do
            limit 60 "$thrum" ${view%% *} --reader=$reader $(cut -s -d' ' -f2- <<< "$view") "$2" > "$tmp/out" 2>&1
            tr -s ' \n' ' ' < "$tmp/out" > "$tmp/line" # a report breaks its lines
            like "$1: $reader: $view says it" "$(cat "$tmp/line")" "$3"
        done
    done
}
# page NAME REGEX: the page of the last timeline has it in its data.
page() { like "$1: the page holds it" "$(grep -a -o '"lost.\{200\}' "$tmp/page.html")" "$2"; }

# record_busy NAME ROUNDS OPTION...: with those options, four events a round.
record_busy() {
    local name=$1 rounds=$2
    shift 2
    is "$name: the program runs to its end" "$(status record recorder "$@" -o "$tmp/$name" -- "$programs/busy" "$rounds"; cat "$tmp/out")" "0
done"
}

record_busy full 250000 --max-size 4M
like "full: one line says that it is full" "$(cat "$tmp/err")" "the recording has reached its largest size; the program goes on, not recorded"
is "full: one line does" "$(grep -c "goes on, not recorded" "$tmp/err")" 1
limit 60 "$thrum" info --json "$tmp/full" > "$tmp/info"
number() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" "$tmp/info" | tail -n 1; }
lost=$(number lost_events)
ok "full: most events are lost: $lost" test "${lost:-0}" -gt 500000
all=$((lost + $(number acquire) + $(number release)))
ok "full: what is there and what is lost are a million, and a few of other kinds: $all" test $all -ge 1000000 -a $all -le 1000100
said full "$tmp/full" "\b$lost\b|$(LC_ALL=C printf '%s' "$lost" | rev | sed 's/.../&,/g; s/,$//' | rev)"
page full "$lost"

# A program begins when there is no room any more: that it isn't there is said, and it leaves no directory that takes room.
is "full for the next: status" "$(status record recorder --max-size 200K -o "$tmp/next" -- sh -c '"$1" 20000 && "$1" 20000' sh "$programs/busy")" 0
like "full for the next: what is known to be lost is the least" "$(cat "$tmp/err")" ', at least [0-9,]+ lost$'
like "full for the next: it is said to be missing" "$(cat "$tmp/err")" '^thrum record: 1 process began when the recording was full: nothing of it is in it$'
is "full for the next: directories of the shell and the first" "$(find "$tmp/next" -mindepth 1 -type d | wc -l)" 2

record_busy ring 250000 --ring 64K
said ring "$tmp/ring" "[0-9,]+ packets? of older events (was|were) overwritten|\"lost_packets\": *[1-9]"
unlike "ring: what was overwritten isn't called lost" "$(limit 60 "$thrum" info "$tmp/ring")" "lost"

record_busy whole 20000
# A file with a few events takes a block of the disk, and the metadata has its size: neither is theirs.
is "few: recorded" "$(status record recorder -o "$tmp/few" -- "$programs/cond_ok")" 0
each=$(limit 60 "$thrum" info "$tmp/few" | sed -n 's/.*on the disk, \([0-9]*\)\.[0-9]* bytes for each event/\1/p')
ok "few: bytes for each event: $each" test "${each:-1000}" -lt 100
for kind in missing cut; do
    cp -r "$tmp/whole" "$tmp/$kind"
    stream=$(find "$tmp/$kind" -name 'stream_1_*' | sort -V | head -n 1)
    if [ $kind = missing ]; then
        rm "$stream"
        said missing "$tmp/missing" "$(basename "$stream"): this file is missing"
    else
        truncate --size=$(($(stat -c %s "$stream") / 2)) "$stream"
        said cut "$tmp/cut" "$(basename "$stream"): (cut short|can't be read)"
    fi
done

is "two processes are recorded" "$(status record recorder -o "$tmp/headless" -- "$programs/forked_ok")" 0
metadata=$(find "$tmp/headless" -name metadata | sort -V | tail -n 1)
rm "$metadata"
said headless "$tmp/headless" "$metadata: this file is missing"
done_testing

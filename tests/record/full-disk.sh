# SPDX-License-Identifier: MIT
# A disk that gets full, a small one of its own: one line says so, what isn't recorded is counted, and the program goes on.
. "$srcdir/record/namespaces.sh"
. "$srcdir/tap.sh"
disk=$tmp/disk
mkdir "$disk"
mount -t tmpfs -o size=4M tmpfs "$disk" 2> /dev/null || skip_all "no file system can be mounted here (root in a mount namespace)"
trap 'umount "$disk"; chmod -R u+rwx "$tmp"; rm -rf "$tmp"' EXIT

by_environment() {
    limit 60 env THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD="$disk/trace" LD_PRELOAD="$top_builddir/lib/.libs/libthrum-preload.so" \
        "$builddir/programs/busy" "$1" 2> "$tmp/err"
    echo "$?"
}
number() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" "$tmp/info" | tail -n 1; }
# filled NAME STATUS: what is said, and what the trace tells.
filled() {
    is "$1: the program runs to its end" "$2" "0 done"
    is "$1: one line says what happened" "$(grep -c 'No space left on device; the program goes on, not recorded' "$tmp/err")" 1
    is "$1: and no other" "$(grep -c '^thrum: ' "$tmp/err")" 1
    limit 60 "$thrum" info --json "$disk/trace" > "$tmp/info"
    all=$(($(number acquire) + $(number release) + $(number lost_events)))
    ok "$1: what there was room for is there: $(number acquire) acquires" test "$(number acquire)" -gt 50000
    ok "$1: what is there and what is lost are a million, and a few of other kinds: $all" test $all -ge 1000000 -a $all -le 1000100
    rm -rf "$disk/trace"
}

said=$(by_environment 250000)
filled "by environment" "$(tr '\n' ' ' <<< "$said" | awk '{ print $2, $1 }')"

said=$(limit 60 "$thrum" record -o "$disk/trace" -- "$builddir/programs/busy" 250000 2> "$tmp/err"; echo "$?")
filled "thrum record" "$(tr '\n' ' ' <<< "$said" | awk '{ print $2, $1 }')"

head -c 4M /dev/zero > "$disk/rest" 2> /dev/null
said=$(by_environment 1000)
is "full from the beginning: the program runs to its end" "$(tr '\n' ' ' <<< "$said")" "done 0 "
is "full from the beginning: one line says so" "$(grep -c 'No space left on device; the program goes on, not recorded' "$tmp/err")" 1
diag "$(cat "$tmp/err")"
done_testing

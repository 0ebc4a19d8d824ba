# SPDX-License-Identifier: MIT
# Real programs and their test suites give the same results under the preload as bare: each is run bare, preloaded with no
# sink, with LTTng tracing it, with the recorder and with the checker; what differs is shown, and a table ends it.
#
#   make check-transparency      or: top_builddir=BUILD bash tests/transparency/compare.sh [OPTION]... [SUITE]...
#     --quick        only the suites that take seconds (those of `make check`)
#     --tap          results as TAP, with the table in comments
#     --modes LIST   in place of "preloaded lttng recorder checker"
#     --keep DIR     keep there what the programs printed, DIR/SUITE/MODE: results, log, findings, trace
#     --list         the suites, and what each needs
#
# A result that differs is tried once more, bare and so: only what differs both times counts, the rest is called unsteady.
# Exit status: 0 where nothing differs, 1 where something does.
here=$(cd "$(dirname "$0")" && pwd)
[ "$1" = --list ] || . "$here/../record/namespaces.sh"
: "${top_builddir:?is the build directory to try}" "${PYTHON3:=/usr/bin/python3}" "${CC:=cc}"
export top_builddir PYTHON3 CC
modes="preloaded lttng recorder checker" half=whole tap= keep= wanted=()
while [ $# -gt 0 ]; do
    case $1 in
    --quick) half=quick ;;
    --tap) tap=yes ;;
    --modes) modes=$2; shift ;;
    --keep) keep=$2; shift ;;
    --list) half=list ;;
    -*) sed -n '3,/^[^#]/s/^#\( \|$\)//p' "$0"; exit 2 ;;
    *) wanted+=("$1") ;;
    esac
    shift
done
. "$here/suites.sh"
if [ $half = list ]; then
    for name in "${suites[@]}"; do printf '%-28s %-6s %4s s  %s\n' "$name" "${half_of[$name]}" "${seconds_of[$name]}" "${needs_of[$name]}"; done
    exit 0
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/thrum-tr.XXXXXX") || exit 1
export LTTNG_HOME=$work/home
mkdir "$LTTNG_HOME"
chmod 755 "$work" # other users' programs, too, come to their directories
if [ -n "$keep" ]; then mkdir -p "$keep" && keep=$(cd "$keep" && pwd) || exit 1; fi
daemon=
finish() {
    [ -z "$daemon" ] || { kill "$daemon" && tail --pid="$daemon" -f /dev/null; } 2> /dev/null
    chmod -R u+w "$work"
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 124' TERM INT HUP

number=0 differing=0
say() { if [ -n "$tap" ]; then sed 's/^/# /'; else cat; fi; }
result() { # WORD DESCRIPTION
    number=$((number + 1))
    [ -z "$tap" ] || echo "$1 $number - $2"
}

# LTTng records into a directory of the suite's, its newest megabytes; what is asked is that the program doesn't notice.
session_begin() { # DIRECTORY
    lttng --no-sessiond --quiet create transparency --output="$1/lttng" &&
        lttng --quiet enable-channel --userspace ring --tracefile-size=4M --tracefile-count=2 &&
        lttng --quiet enable-event --userspace --channel=ring 'thrum:*' && lttng --quiet start
}
session_end() { lttng --no-sessiond --quiet destroy transparency > /dev/null 2>&1; }

# once SUITE MODE DIRECTORY: one run; leaves DIRECTORY/results. A run that hangs is ended, which its results then say.
once() {
    local status
    mkdir -p "$3" && chmod 777 "$3"
    [ "$2" != lttng ] || session_begin "$3" || return 1
    timeout --kill-after=10 "${seconds_of[$1]}" bash "$here/one.sh" "$1" "$2" "$3" > "$3/results.raw" 2> "$3/log" < /dev/null
    status=$?
    [ $status -eq 0 ] || echo "$([ $status -eq 124 ] && echo hang || echo "fail $status") the suite as a whole" >> "$3/results.raw"
    [ "$2" != lttng ] || session_end
    LC_ALL=C sort "$3/results.raw" > "$3/results"
}

# What results hold, counted: "22 ok, 2 skip".
counts() {
    awk '{ word = $1 ~ /^(ok|fail|error|skip|hang)$/ ? $1 : "output"; if (!n[word]++) order[++words] = word }
         END { for (i = 1; i <= words; i++) printf "%s%d %s", (i > 1 ? ", " : ""), n[order[i]], order[i] }' "$1"
}

# strange MODE-RESULTS BARE-RESULTS...: what the mode's results have that no bare run had, or lack that every one had.
strange() {
    local mode=$1
    shift
    LC_ALL=C comm -23 "$mode" <(LC_ALL=C sort -u "$@") | sed 's/^/  only so:   /'
    LC_ALL=C comm -13 "$mode" <(if [ $# -gt 1 ]; then LC_ALL=C comm -12 "$1" "$2"; else cat "$1"; fi) | sed 's/^/  only bare: /'
}

# judge SUITE MODE: compares, tries again where it differs; the table's cell.
judge() {
    local d=$work/$1
    cmp -s "$d/$2/results" "$d/bare/results" && { echo same; return; }
    [ -f "$d/bare-2/results" ] || once "$1" bare "$d/bare-2"
    once "$1" "$2" "$d/$2-2"
    strange "$d/$2/results" "$d/bare/results" "$d/bare-2/results" > "$d/$2.strange"
    strange "$d/$2-2/results" "$d/bare/results" "$d/bare-2/results" > "$d/$2-2.strange"
    if [ -s "$d/$2.strange" ] && [ -s "$d/$2-2.strange" ]; then
        echo "$(grep -c . "$d/$2.strange") differ"
    else
        echo unsteady
    fi
}

# events DIRECTORY: whether a trace was left there; findings DIRECTORY: how many findings of which kinds.
events() { find "$1" -type f -size +0 2> /dev/null | grep -q .; }
findings() {
    cat "$1"/findings* 2> /dev/null | sed -n 's/^{"finding":.*"kind":"\([^"]*\)","certainty".*/\1/p' | sort | uniq -c |
        awk '{ printf "%s%d %s", (NR > 1 ? ", " : ""), $1, $2 }'
}

missing() { # SUITE: why it can't run here; nothing where it can
    local need
    for need in ${needs_of[$1]}; do
        case $need in
        /*) [ -e "${need%%:*}" ] || echo "no ${need%%:*} (${need#*:})" ;;
        *) command -v "${need%%:*}" > /dev/null || echo "no ${need%%:*} (${need#*:})" ;;
        esac
    done | head -n 1
}

row() { # CELL...
    printf '%-24s %-24s' "$1" "$2"
    shift 2
    printf ' %-11s' "$@"
    echo
}

compare() { # SUITE
    local mode cell cells=() found=-
    for mode in bare $modes; do once "$1" "$mode" "$work/$1/$mode" || echo "fail to start" > "$work/$1/$mode/results"; done
    for mode in $modes; do
        cell=$(judge "$1" "$mode")
        case $mode in
        lttng) events "$work/$1/lttng/lttng" || cell="no events" ;;
        recorder) events "$work/$1/recorder/trace" || cell="no events" ;;
        checker) found=$(findings "$work/$1/checker") ;;
        esac
        cells+=("$cell")
        case $cell in
        same | unsteady) result ok "$1: $mode as bare$([ "$cell" = same ] || echo " (at times not)")" ;;
        *) result "not ok" "$1: $mode as bare"; differing=$((differing + 1)) ;;
        esac
        [ "$cell" = same ] || cat "$work/$1/$mode".strange "$work/$1/$mode-2".strange 2> /dev/null | head -n 60 | say
    done
    if [[ $modes == *checker* ]]; then
        if [ -z "$found" ] || [[ $found =~ ^[0-9]+\ ${explained_of[$1]:-nothing}$ ]]; then
            result ok "$1: the checker finds nothing that isn't so"
        else
            result "not ok" "$1: the checker finds nothing that isn't so"
            say <<< "$found"
        fi
    fi
    row "$1" "$(counts "$work/$1/bare/results")" "${cells[@]}" "${found:-none}" | tee -a "$work/table" | { [ -n "$tap" ] && cat > /dev/null || cat >&2; }
    [ -z "$keep" ] || { rm -rf "${keep:?}/$1" && cp -r "$work/$1" "$keep/$1"; }
    chmod -R u+w "$work/$1" && rm -rf "${work:?}/$1"
}

# Without this, all would be the same.
for mode in $modes; do
    bash "$here/one.sh" preloaded-at-all "$mode" "$work" 2> /dev/null | grep -q libthrum-preload || { echo "the preload isn't loaded: $mode" >&2; exit 1; }
done
if [[ $modes == *lttng* ]]; then
    if command -v lttng > /dev/null && lttng-sessiond --daemonize --no-kernel --pidfile="$work/daemon.pid" > "$work/daemon.log" 2>&1; then
        daemon=$(cat "$work/daemon.pid")
    else
        modes=${modes/lttng/}
        [ -z "$tap" ] || result ok "LTTng # SKIP no session daemon could be started"
    fi
fi
row suite bare $modes findings > "$work/table"
[ -n "$tap" ] || cat "$work/table" >&2
for name in "${wanted[@]:-${suites[@]}}"; do
    [ -n "${half_of[$name]}" ] || { echo "no suite is called $name; --list shows all" >&2; exit 2; }
    [ ${#wanted[@]} -gt 0 ] || [ $half = whole ] || [ "${half_of[$name]}" = quick ] || continue
    why=$(missing "$name")
    if [ -n "$why" ]; then
        result ok "$name # SKIP $why"
        row "$name" "not run: $why" | tee -a "$work/table" | { [ -n "$tap" ] && cat > /dev/null || cat >&2; }
    else
        compare "$name"
    fi
done
say < "$work/table"
[ -z "$tap" ] || { echo "1..$number"; exit 0; }
[ $differing -eq 0 ]

#!/bin/bash
# SPDX-License-Identifier: MIT
# What `make demo` runs: two real programs recorded, one of them reported, both drawn. Started in the build directory of
# the examples, with the directories of the tools and of the sources, and python3.
set -euo pipefail
tools=$1 python3=$3
source=$(cd "$2" && pwd)
PATH=$(cd "$tools" && pwd):$PATH
mkdir -p demo
cd demo
rm -rf mill mill-c dining mill.html mill-c.html dining.html dining.txt

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

if [ "$python3" != no ]; then
    run thrum record -o mill -- "$python3" "$source/threads.py"
    run thrum timeline mill -o mill.html
else
    echo "python3 isn't installed: threads.py is left out"
fi

run thrum record -o mill-c -- ../threads
run thrum timeline mill-c -o mill-c.html

# Ended after two seconds, because it hangs, so its status tells nothing; and a report of findings has status 1.
run thrum record --timeout 2 -o dining -- ../dining || [ -d dining ]
run thrum timeline dining -o dining.html
status=0
run deadlock-report dining | tee dining.txt || status=${PIPESTATUS[0]}
[ "$status" -eq 1 ] || { echo "deadlock-report: status $status, where 1 was expected" >&2; exit 1; }

printf '\nThe report is in %s; pages to open:\n' "$PWD/dining.txt"
ls -1 "$PWD"/*.html

# SPDX-License-Identifier: MIT
# The list of suites that compare.sh runs, in its order; sourced. What each one does is in suites/.
#
#   suite NAME quick|whole SECONDS "NEED:PACKAGE ..." FUNCTION [ARGUMENT]...
#
# A need is a command, or a file by its whole path; the seconds are the limit of one run.
#
#   explained NAME KIND: what the checker finds there is so, and why it is stands beside it.
suites=()
declare -A half_of seconds_of needs_of call_of explained_of
explained() { explained_of[$1]=$2; }
suite() {
    suites+=("$1")
    half_of[$1]=$2 seconds_of[$1]=$3 needs_of[$1]=$4
    call_of[$1]=${*:5}
}
for family in python glib stress-ng servers databases programs; do . "$here/suites/$family.sh"; done

# SPDX-License-Identifier: MIT
# Puts tables into a page: of what is interposed (lib/core/real-list.h) where it says @COVERAGE@, of the events
# (tracepoints/events.h) where it says @EVENTS@. Fails where the list of what is interposed names a kind of object or an
# event that there isn't, so page, list and events can't differ.
#
#   awk -f coverage.awk real-list.h enums.h events.h thrum-preload.7.in > thrum-preload.7

function fail(text)
{
    print FILENAME ":" FNR ": " text > "/dev/stderr"
    failed = 1
    exit 1
}

function troff(text)
{
    gsub(/-/, "\\-", text)
    return text
}

# --- the list of what is interposed ---

FILENAME ~ /real-list\.h$/ && /\/\* --- .* --- \*\/$|^ \* --- .* --- \*\/$/ {
    if ($0 !~ /--- [^:]*: /)
        fail("a heading says what its calls show after a colon")
    line = $0
    gsub(/^[^-]*--- | --- \*\/$/, "", line)
    family[++families] = line
    next
}

FILENAME ~ /real-list\.h$/ && /^ +REAL\(/ {
    if (split($0, part, "\"") != 5)
        fail("an entry is REAL(function, \"kind\", \"events\")")
    name = part[1]
    gsub(/^ *REAL\(|, *$/, "", name)
    functions++
    function_of[functions] = name
    kind_of[functions] = part[2]
    events_of[functions] = part[4]
    family_of[functions] = families
    place_of[functions] = FILENAME ":" FNR
    next
}

# --- words and events ---

FILENAME ~ /enums\.h$/ && /^ *V\(kind, / {
    split($0, part, /[,()] */)
    kinds[part[3]] = 1
    next
}

FILENAME ~ /events\.h$/ && /^THRUM_EVENT\(/ {
    split($0, part, "\"")
    name = part[1]
    gsub(/^THRUM_EVENT\(|, *$/, "", name)
    event[++events] = name
    meaning[name] = part[2]
    next
}

FILENAME ~ /\.h$/ { next }

# --- the page ---

function check(i,    word, count, j)
{
    if (kind_of[i] != "" && kind_of[i] != "any" && !(kind_of[i] in kinds))
        fail(place_of[i] ": no kind of object is called " kind_of[i])
    count = split(events_of[i], word, /[ |;]+/)
    for (j = 1; j <= count; j++)
        if (!(word[j] in meaning))
            fail(place_of[i] ": no event is called " word[j])
}

# A row for each of the events that a call may give.
function show_events_of(i,    row, count, j)
{
    count = split(events_of[i] == "" ? "(none)" : events_of[i], row, / *[|] */)
    for (j = 1; j <= count; j++) {
        gsub(/ /, ", ", row[j])
        gsub(/;, /, "\n\t\t", row[j])
        print "\t" (j > 1 ? "\t" : kind_of[i] "\t") troff(row[j]) (j < count ? ", or" : "")
    }
}

function show_coverage(    i, of, colon)
{
    for (i = 1; i <= functions; i++) {
        check(i)
        if (family_of[i] != of) {
            if (of)
                print ".TE"
            of = family_of[i]
            colon = index(family[of], ": ")
            print ".SS " troff(substr(family[of], 1, colon - 1))
            print troff(toupper(substr(family[of], colon + 2, 1)) substr(family[of], colon + 3)) "."
            print ".TS\nlw(27)2 lw(9)2 l."
        }
        printf "%s", "\\fB" function_of[i] "\\fR"
        show_events_of(i)
    }
    print ".TE"
}

function show_events(    i)
{
    for (i = 1; i <= events; i++)
        print ".TP 20\n.B " event[i] "\n" troff(meaning[event[i]])
}

/^@COVERAGE@$/ { show_coverage(); next }
/^@EVENTS@$/ { show_events(); next }
{ gsub(/@FUNCTIONS@/, functions) }
{ print }

END {
    if (!failed && (!functions || !events))
        fail("no list was read")
    exit failed
}

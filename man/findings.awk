# SPDX-License-Identifier: MIT
# Makes thrum-findings(7) of the table of findings and a page with a place for it: a paragraph for each kind.
#
#   awk -f findings.awk tracepoints/findings.h man/thrum-findings.7.in > thrum-findings.7

function troff(text)
{
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text
}

# Takes the next text in quotes of `rest`.
function quoted(    text)
{
    match(rest, /"[^"]*"/)
    text = substr(rest, RSTART + 1, RLENGTH - 2)
    rest = substr(rest, RSTART + RLENGTH)
    return text
}

function capital(text)
{
    return toupper(substr(text, 1, 1)) substr(text, 2)
}

function tell(    word, level, meaning, advice)
{
    rest = entry
    sub(/^[^,]*,/, "", rest)
    word = quoted()
    level = rest
    sub(/^, */, "", level)
    sub(/,.*/, "", level)
    meaning = quoted()
    quoted()
    advice = quoted()
    table = table ".TP\n\\fB" troff(word) "\\fP (" level ")\n" troff(capital(meaning)) ".\n.br\n" troff(capital(advice)) ".\n"
    entry = ""
}

# An entry goes on over lines that end in a backslash.
/^ *FINDING\(/ || entry != "" {
    entry = entry $0
    sub(/ *\\$/, "", entry)
    if (entry ~ /"\) *$/)
        tell()
    next
}
/^@FINDINGS@$/ { printf "%s", table; next }
FILENAME ~ /\.in$/ { print }

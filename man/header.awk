# SPDX-License-Identifier: MIT
# Makes a man page of section 3 of a public header: its first comment is the description, each further comment
# documents the declarations that follow it. So header and page can't differ.
#
#   awk -f header.awk -v name=lock -v version=0.1.0 lib/include/thrum/lock.h > thrum-lock.3

# Text for troff: backslashes, and what would be a request at the beginning of a line.
function troff(text)
{
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.']/, "\\\\\\&&", text)
    return text
}

# A comment's lines without its frame: paragraphs, and examples, which are indented.
function paragraphs(text,    lines, count, i, line, example, filled, gap)
{
    count = split(text, lines, "\n")
    for (i = 1; i <= count; i++) {
        line = lines[i]
        sub(/^\/\*+ ?/, "", line)
        sub(/ *\*\/$/, "", line)
        sub(/^ \* ?/, "", line)
        sub(/ +$/, "", line)
        if (line ~ /^ *\*?$/) {
            gap = filled
            continue
        }
        if (line !~ /^    / && example) {
            print ".RE\n.fi"
            example = 0
        }
        if (gap)
            print line !~ /^    / ? ".PP" : example ? "" : ".sp"
        gap = 0
        if (line ~ /^    / && !example) {
            print ".nf\n.RS 4"
            example = 1
        }
        filled = 1
        print troff(example ? substr(line, 5) : line)
    }
    if (example)
        print ".RE\n.fi"
}

# A declaration as its caller reads it.
function prototype(text)
{
    gsub(/THRUM_(API|RELEASES|ACQUIRES|REENTRANT_ACQUIRES|REENTRANT_RELEASES|ACQUIRES_SHARED|RELEASES_SHARED|PRINTF)(\([^)]*\))?/, "", text)
    gsub(/[ \n]+/, " ", text)
    gsub(/^ | $/, "", text)
    sub(/ ;$/, ";", text)
    return text
}

function add(kind, text)
{
    kinds[++parts] = kind
    texts[parts] = text
}

/^THRUM_BEGIN_DECLARATIONS/ { inside = 1; next }
/^THRUM_END_DECLARATIONS/ { inside = 0 }
comment != "" {
    comment = comment "\n" $0
    if (/\*\/ *$/) { add("comment", comment); comment = "" }
    next
}
/^\/\*/ && !/SPDX/ {
    if (/\*\/ *$/)
        add("comment", $0)
    else
        comment = $0
    next
}
declaration != "" || (inside && /^THRUM_API|^typedef/) {
    declaration = declaration "\n" $0
    if (/; *(\/\*.*)?$/) { sub(/ *\/\*.*$/, "", declaration); add("declaration", prototype(declaration)); declaration = "" }
}
/^#define THRUM_[A-Z_]+(\(|$| )/ && !/_H$/ && name != "base" {
    define = $0
    sub(/^#define /, "", define)
    match(define, /^THRUM_[A-Z_]+(\([^)]*\))?/)
    add("declaration", substr(define, 1, RLENGTH))
}

/^#include <thrum\// && name == "thrum" {
    sub(/^.*\//, "")
    sub(/\.h>/, "")
    headers[++others] = $0
}

# The first sentence of a comment, up to a full stop or colon, without what stands in brackets.
function sentence(about)
{
    gsub(/\n \*/, " ", about)
    gsub(/^\/\* *|\*\/.*$/, "", about)
    gsub(/  +/, " ", about)
    sub(/^ /, "", about)
    sub(/ *\([^)]*\)/, "", about)
    sub(/[:.,;].*/, "", about)
    sub(/^A /, "a ", about)
    return troff(tolower(substr(about, 1, 1)) substr(about, 2))
}

# What another header is about.
function about_header(header,    file, text, line)
{
    file = FILENAME
    sub(/[^\/]*$/, header ".h", file)
    while ((getline line < file) > 0) {
        if (line ~ /SPDX/)
            continue
        text = text "\n" line
        if (line ~ /\*\//)
            break
    }
    close(file)
    sub(/^\n/, "", text)
    return sentence(text)
}

END {
    title = name == "thrum" ? "thrum" : "thrum\\-" name
    printf ".\\\" SPDX-License-Identifier: MIT\n.\\\" Made of lib/include/thrum/%s.h by header.awk.\n", name
    printf ".TH %s 3 \"2026-11-22\" \"thrum %s\" \"The primitives of thrum\"\n.ad l\n.nh\n", toupper(title), version
    printf ".SH NAME\n%s \\- %s\n", title, sentence(texts[1])
    printf ".SH SYNOPSIS\n.nf\n.B #include <thrum/%s.h>\n", name
    for (i = 2; i <= parts; i++)
        if (kinds[i] == "declaration")
            print ".B " troff(texts[i])
    print ".PP\n.BI cc\\  program .c\\ $(pkg\\-config\\ \\-\\-cflags\\ \\-\\-libs\\ thrum)\n.fi\n.SH DESCRIPTION"
    paragraphs(texts[1])
    if (others)
        print ".SH HEADERS"
    for (i = 1; i <= others; i++)
        print ".TP\n.BR thrum\\-" headers[i] " (3)\n" about_header(headers[i])
    for (i = 2; i <= parts && kinds[i] != "declaration"; i++)
        ;
    if (i <= parts)
        print ".SH FUNCTIONS"
    for (i = 2; i <= parts; i++) {
        if (kinds[i] == "declaration" && (kinds[i - 1] == "comment" || texts[i - 1] != texts[i])) {
            if (!open)
                print ".TP"
            else
                print ".TQ"
            print ".B " troff(texts[i])
            open = 1
        }
        if (kinds[i] == "declaration" && (i == parts || kinds[i + 1] != "declaration")) {
            for (j = i; j > 1 && kinds[j] == "declaration"; j--)
                ;
            if (j > 1)
                paragraphs(texts[j])
            open = 0
        }
    }
    print ".SH SEE ALSO"
    if (name != "base")
        print ".BR thrum\\-base (3)\non results, timeouts, interrupts and cancellation,"
    print (name != "thrum" ? ".BR thrum (3),\n" : "") ".BR thrum (1)"
}

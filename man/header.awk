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
function paragraphs(text,    lines, count, i, line, example, filled)
{
    count = split(text, lines, "\n")
    for (i = 1; i <= count; i++) {
        line = lines[i]
        sub(/^\/\*+ ?/, "", line)
        sub(/ *\*\/$/, "", line)
        sub(/^ \* ?/, "", line)
        sub(/ +$/, "", line)
        if (line ~ /^ *\*?$/) {
            if (!example && filled)
                print ".PP"
            else if (example)
                print ""
            continue
        }
        if (line ~ /^    / && !example) {
            print ".nf\n.RS 4"
            example = 1
        } else if (line !~ /^    / && example) {
            print ".RE\n.fi\n.PP"
            example = 0
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

END {
    # The first sentence, up to a full stop or colon, without what stands in brackets.
    about = texts[1]
    gsub(/\n \*/, " ", about)
    gsub(/^\/\* *|\*\/.*$/, "", about)
    gsub(/  +/, " ", about)
    sub(/^ /, "", about)
    sub(/ *\([^)]*\)/, "", about)
    sub(/[:.,;].*/, "", about)
    printf ".\\\" SPDX-License-Identifier: MIT\n.\\\" Made of lib/include/thrum/%s.h by header.awk.\n", name
    printf ".TH THRUM\\-%s 3 \"\" \"thrum %s\" \"The primitives of thrum\"\n", toupper(name), version
    printf ".SH NAME\nthrum\\-%s \\- %s\n", name, troff(tolower(substr(about, 1, 1)) substr(about, 2))
    printf ".SH SYNOPSIS\n.nf\n.B #include <thrum/%s.h>\n", name
    for (i = 2; i <= parts; i++)
        if (kinds[i] == "declaration")
            print ".B " troff(texts[i])
    print "\nLink with \\-lthrum; see\n.BR pkg\\-config (1).\n.fi\n.SH DESCRIPTION"
    paragraphs(texts[1])
    if (parts > 1)
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
    print ".SH SEE ALSO\n.BR thrum (1),\n.BR thrum\\-base (3)\n: results, timeouts, interrupts and cancellation of all of them"
}

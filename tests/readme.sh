# SPDX-License-Identifier: MIT
# What the README says to type works when pasted: each of its blocks of commands is run, as a newcomer would, in what looks
# like a tree that was built in place. The blocks of the first screen install and test everything; those aren't run here.
. "$srcdir/tap.sh"
[ "$LTTNG" = yes ] || skip_all "no LTTng to record with (liblttng-ctl-dev, lttng-tools)"
[ "$PYTHON3" != no ] || skip_all "no python3 to record"

# lttng would start a daemon that stays, and remember the session in the user's home.
export HOME=$tmp
if ! limit 20 lttng --no-sessiond list > /dev/null 2>&1; then
    lttng-sessiond --no-kernel --background --pidfile="$tmp/sessiond.pid" || skip_all "no session daemon can be started"
    trap 'kill "$(cat "$tmp/sessiond.pid")"; rm -rf "$tmp"' EXIT
fi

mkdir -p "$tmp/tree/examples" "$tmp/tree/lib"
cd "$tmp/tree" || exit 1
ln -s "$top_builddir/tools" .
ln -s "$top_builddir/lib/.libs" "$top_srcdir/lib/include" lib
ln -s "$top_builddir/examples/dining" "$top_srcdir/examples/threads.py" "$top_srcdir/examples/threads.c" examples
printf 'install:\n\t@cp -a %s $(DESTDIR)\n' "$builddir/installed" > Makefile # make install did it there

# Each block of indented lines below the first heading of the second level, in a file of its own.
awk '/^## / { inside = 1 }
     /^    / && inside { if (!block++) file = "../block-" (++count) ".sh"; print substr($0, 5) > file; next }
     { block = 0 }' "$top_srcdir/README.md"

# A command may report findings (1) or tell how a program was ended (128 and more); it may not be in trouble or missing.
block() {
    ok "$(head -n 1 "$1")" limit 90 bash -c "trap 'case \$? in 2 | 126 | 127) exit 99 ;; esac' ERR
        . $1; [ \$? -ne 99 ]" || diag "$(cat "$1")"
}
# All at once: what hangs in them does so for as long as they say.
for file in ../block-?.sh; do beside block "$file"; done
together

ok "make install put it there" [ -x "$tmp/tree/root/$(sed -n 's/^prefix=//p' "$top_builddir/lib/thrum.pc")/bin/thrum" ]
like "the primitives' names are in the picture" "$(cat "$tmp/tree/mill-in-c.html")" millstones

# The finding on the first screen is the one that is printed; ids and times are as they come.
same_every_time() { sed 's/^ *//; s/(thread [0-9]*)//; s/ since .*//'; }
awk '/^    deadlock \(/ { show = 1 } /^## / { show = 0 } show && /^    / && /[^ .]/' "$top_srcdir/README.md" | same_every_time > "$tmp/shown"
limit 60 "$deadlock_report" hang 2>&1 | same_every_time > "$tmp/printed"
is "the finding shown is the one that is printed" "$(grep -vxFf "$tmp/printed" "$tmp/shown")" ""
done_testing

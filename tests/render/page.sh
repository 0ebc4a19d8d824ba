# SPDX-License-Identifier: MIT
# The timeline's page, opened and used in a headless Chromium: page.py holds the tests, page-maker makes the pages.
. "$srcdir/tap.sh"

[ -x "$CHROMIUM" ] || skip_all "no Chromium here"
[ -x "$PYTHON3" ] || skip_all "no python3 here"
[ -x "$builddir/render/page-maker" ] || skip_all "page-maker needs Check, which isn't here"
limit 280 "$PYTHON3" -B "$srcdir/render/page.py" "$CHROMIUM" "$builddir/render/page-maker" "$tmp"

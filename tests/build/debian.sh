# SPDX-License-Identifier: MIT
# The Debian packages hold all that `make install` does, each file in one of them, and need what autogen.sh --deps installs.
. "$srcdir/tap.sh"
debian=$top_srcdir/debian
root=$tmp/root
# As dpkg-buildpackage has it, below /usr and in a directory for this kind of machine.
prefix=$(sed -n 's/^prefix=//p' "$top_builddir/lib/thrum.pc")
mkdir "$root"
ok "it was installed" cp -a "$builddir/installed$prefix" "$root/usr"
ok "it works from there as it lies, and no ldconfig was run" limit 60 "$root/usr/bin/thrum" record -o "$tmp/recorded" -- true
mkdir "$root/usr/machine"
mv "$root/usr/lib"/* "$root/usr/machine"
mv "$root/usr/machine" "$root/usr/lib/machine"
installed=$(cd "$root" && find . -type f -o -type l | sed 's,^\./,,' | grep -v '\.la$' | sort)

# held PACKAGE: the files that its list takes.
held() {
    local pattern place
    while read -r pattern place; do
        (cd "$root" && find $pattern -type f -o -type l 2> /dev/null)
    done < "$debian/$1.install"
}
packages=$(sed -n 's/^Package: //p' "$debian/control")
for package in $packages; do held "$package"; done | sort > "$tmp/held"
is "no file is left out" "$(grep -vxFf "$tmp/held" <<< "$installed")" ""
is "none is in two packages" "$(uniq -d "$tmp/held")" ""
for package in $packages; do
    while read -r pattern place; do
        [ -n "$(cd "$root" && ls -d $pattern 2> /dev/null)" ] || echo "$package: $pattern"
    done < "$debian/$package.install"
done > "$tmp/empty"
# (libthrum-lttng.so isn't built everywhere)
is "each line of them takes something" "$(grep -v lttng "$tmp/empty")" ""
is "the version is the same" "$(sed -n '1s/.*(\(.*\)).*/\1/p' "$debian/changelog")" "$(sed -n 's/^AC_INIT(\[thrum\], \[\(.*\)\])/\1/p' "$top_srcdir/configure.ac")"
libraries=$(sed -n 's/^libraries="\(.*\)"/\1/p' "$top_srcdir/autogen.sh")
is "what is built with is what autogen.sh --deps installs" \
    "$(for library in $libraries; do grep -q "^ $library\( .*\)\?,$" "$debian/control" || echo "$library"; done)" ""
is "the licence is LICENSE's" "$(tr -s ' \n' ' ' < "$debian/copyright" | sed 's/ \. / /g' | grep -c "$(sed 1,4d "$top_srcdir/LICENSE" | tr -s ' \n' ' ' | sed 's/^ //; s/ $//')")" 1
done_testing

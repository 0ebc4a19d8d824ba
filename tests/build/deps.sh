# SPDX-License-Identifier: MIT
# autogen.sh --deps installs what is missing where it may, and where it may not only names it. Nothing is installed here:
# apt-get and the like are stand-ins that write down how they were called.
. "$srcdir/tap.sh"

mkdir "$tmp/bin" "$tmp/tree"
cp "$top_srcdir/autogen.sh" "$tmp/tree"
for tool in sh env dirname true; do ln -s "$(type -P $tool)" "$tmp/bin/$tool"; done

# stand_in NAME SCRIPT
stand_in() { printf '#!/bin/sh\n%s\n' "$2" > "$tmp/bin/$1" && chmod +x "$tmp/bin/$1"; }
stand_in apt-get 'echo "apt-get $*" >> "$CALLS"'
stand_in sudo 'echo sudo >> "$CALLS"; exec "$@"'
stand_in autoreconf 'echo "autoreconf" >> "$CALLS"'
stand_in dpkg-query 'for package; do :; done; case " $HERE " in *" $package "*) echo installed ;; esac'
stand_in id 'echo "$USER_ID"'

# deps USER-ID INSTALLED-PACKAGES: what it prints; how the stand-ins were called is in $tmp/calls.
deps() {
    : > "$tmp/calls"
    env -i PATH="$tmp/bin" CALLS="$tmp/calls" USER_ID="$1" HERE="$2" NOCONFIGURE=1 sh "$tmp/tree/autogen.sh" --deps 2>&1
}
installs() { grep '^apt-get .*install' "$tmp/calls"; }

deps 0 "" > /dev/null
all=$(installs | sed 's/.*--no-install-recommends //')
like "root, nothing is there: installs all of it" " $all " ' gcc .* liblttng-ust-dev .* chromium '

output=$(deps 0 "gcc make")
like "root: says what it installs" "$output" 'installing .* autoconf '
unlike "root: not what is there" "$output" ' (gcc|make) '
like "root: installs it" "$(installs)" ' autoconf .* chromium'
unlike "root: installs only what is missing" "$(installs)" ' (gcc|make) '
like "root: fetches the lists first" "$(head -n 1 "$tmp/calls")" 'update'
is "root: bootstraps afterwards" "$(tail -n 1 "$tmp/calls")" autoreconf

output=$(deps 0 "$all")
is "nothing is missing: installs nothing" "$(cat "$tmp/calls")" autoreconf
is "nothing is missing: says nothing" "$output" ""

output=$(deps 1000 "gcc")
like "a user with sudo: installs through it" "$(grep -A1 '^sudo$' "$tmp/calls")" '^apt-get .*install'

stand_in sudo 'exit 1'
output=$(deps 1000 "gcc")
like "a user whom sudo refuses: is told the command" "$output" '^    apt-get install .* chromium'

rm "$tmp/bin/sudo"
output=$(deps 1000 "$all not-chromium")
is "a user without sudo, nothing missing: says nothing" "$output" ""
output=$(deps 1000 "${all/ chromium/}")
like "a user without sudo: is told the command" "$output" '^    apt-get install .* chromium$'
is "a user without sudo: nothing is installed, what is there is used" "$(cat "$tmp/calls")" autoreconf

rm "$tmp/bin/apt-get"
like "no apt-get: names the packages" "$(deps 0 "")" 'packages are: .* liblttng-ust-dev '
done_testing

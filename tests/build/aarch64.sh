# SPDX-License-Identifier: MIT
# The library goes through a compiler for aarch64, without its LTTng sink; where qemu-user is there, the primitives run.
. "$srcdir/tap.sh"
cross=aarch64-linux-gnu-gcc
command -v $cross > /dev/null || skip_all "no compiler for aarch64 (gcc-aarch64-linux-gnu)"

# What configure found here is right there, but for LTTng.
grep -v 'LTTNG' "$top_builddir/config.h" > "$tmp/config.h"
abs_lib=$(cd "$top_srcdir/lib" && pwd)
flags="-std=gnu11 -D_GNU_SOURCE -DTHRUM_NO_THREAD_SAFETY -DHAVE_CONFIG_H -Wall -Wextra -Werror -O2 -fexceptions -fPIC
    -I$tmp -I$abs_lib -I$abs_lib/include -I$abs_lib/../tracepoints"

# compile PART SOURCE...: objects in $tmp/PART.
compile() {
    mkdir -p "$tmp/$1"
    (cd "$tmp/$1" && shift && $cross $flags -c "$@")
}

for part in core probe check primitives interpose; do
    ok "$part compiles" compile $part "$abs_lib/$part"/*.c
done
ok "the recorder compiles" compile recorder "$abs_lib"/../tracepoints/recorder*.c
if command -v qemu-aarch64-static > /dev/null && [ -e /usr/aarch64-linux-gnu/lib/libc.so.6 ]; then
    ok "a program of the primitives links with it" $cross $flags "$srcdir/programs/primitives.c" "$tmp"/{core,probe,check,primitives,recorder}/*.o -o "$tmp/program" -pthread -ldl
    ok "and runs, recording" env THRUM_RECORD="$tmp/trace" timeout 100 qemu-aarch64-static -L /usr/aarch64-linux-gnu "$tmp/program"
    like "what it recorded can be read" "$(limit 60 "$thrum" info "$tmp/trace" 2>&1)" 'program'
else
    skip "the primitives run" "no qemu-aarch64-static with libc6-dev-arm64-cross"
fi
done_testing

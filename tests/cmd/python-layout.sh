# SPDX-License-Identifier: MIT
# The offsets that Python's frames are read by, and the instructions that wait, are those of each CPython there is.
. "$srcdir/tap.sh"
. "$srcdir/pythons.sh"

# What thrum has for a version: the numbers of an array of python-layout.h.
waiting() { # MINOR
    tr -d '\n' < "$top_srcdir/lib/core/python-layout.h" | sed -n "s/.*python_waiting_$1\[\] = {\([^}]*\)}.*/\1/p" | tr -d ' '
}

cat > "$tmp/opcodes.py" <<'PY'
import dis, sys
try:
    from _opcode_metadata import _specialized_opmap as special, opmap
except ImportError:
    special = {name: number for name, number in dis._all_opmap.items() if name not in dis.opmap}
    opmap = dis.opmap
first = ("CALL", "PRECALL", "INSTRUMENTED_CALL", "BEFORE_WITH") if sys.version_info >= (3, 12) else ("CALL", "PRECALL", "BEFORE_WITH")
wanted = {opmap[name] for name in first if name in opmap}
wanted |= {number for name, number in special.items() if name.startswith(("CALL_", "PRECALL_"))}
here = {int(number) for number in sys.argv[1].split(",")} - {0}
print(*sorted(f"{number} is missing" for number in wanted - here), *sorted(f"{number} is no such" for number in here - wanted), sep="\n")
sys.exit(here != wanted)
PY

known=$(pythons | grep -E '^3\.1[123]\.[0-9]+ ')
[ -n "$known" ] || skip_all "no CPython 3.11 to 3.13 on this machine"
while read -r version python; do
    minor=${version#3.} minor=${minor%%.*}
    ok "$version: instructions that wait" "$python" "$tmp/opcodes.py" "$(waiting "$minor")"
    include=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    if [ ! -f "$include/internal/pycore_frame.h" ]; then
        skip "$version: offsets" "its headers aren't installed"
        continue
    fi
    read -r begin end < <(sed -n "s/.*{\"python3.$minor\", \([0-9a-fx]*\), \([0-9a-fx]*\)}.*/\1 \2/p" "$top_srcdir/tools/model/known.c")
    ok "$version: offsets" bash -c "${CC:-cc} -w -DGIL_BEGIN=$begin -DGIL_END=$end -I'$top_srcdir/lib' -I'$include' -I'$include/internal' '$srcdir/cmd/python-layout.c' -o '$tmp/layout' && '$tmp/layout'"
done <<< "$known"
done_testing

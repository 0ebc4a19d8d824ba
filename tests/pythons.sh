# SPDX-License-Identifier: MIT
# Every CPython on the machine, each once. Sourced by tests, after tap.sh.
#
#   while read -r version python; do ... done < <(pythons)

# "3.12.1 /path/to/python3.12" a line: those of THRUM_TEST_PYTHONS (separated by spaces), of PATH, of Debian, of pyenv.
pythons() {
    local python root
    root=${PYENV_ROOT:-$(pyenv root 2> /dev/null)}
    # shellcheck disable=SC2086 # a list
    for python in $THRUM_TEST_PYTHONS $(type -ap python3 python3.{8..19}) /usr/bin/python3*[0-9d] /usr/local/bin/python3*[0-9dt] ${root:+"$root"/versions/*/bin/python3}; do
        [ -x "$python" ] || continue
        timeout 10 "$python" -c '
import os, platform, sys, sysconfig
if platform.python_implementation() == "CPython":
    kind = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else "d" if hasattr(sys, "gettotalrefcount") else ""
    print(platform.python_version() + kind, os.path.realpath(sys.executable))' 2> /dev/null < /dev/null
    done | sort -V -u
}

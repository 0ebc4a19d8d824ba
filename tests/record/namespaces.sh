# SPDX-License-Identifier: MIT
# Sourced first of all, by a script that root may run only where alone.sh can give it namespaces of its own: starts it anew
# there, if that isn't where it is, and is a skip where that can't be.
if [ "$(id -u)" = 0 ] && [ "$THRUM_NAMESPACES" != own ]; then
    [ -z "$THRUM_NAMESPACES" ] || { echo "1..0 # SKIP root may not make namespaces here"; exit 0; }
    exec bash "$(dirname "${BASH_SOURCE[0]}")/../alone.sh" "$0" "$@"
fi

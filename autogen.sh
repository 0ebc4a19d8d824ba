#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the build system from configure.ac and runs configure.
set -e
cd "$(dirname "$0")"
autoreconf --install --force
[ -n "$NOCONFIGURE" ] || ./configure "$@"

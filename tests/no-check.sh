# SPDX-License-Identifier: MIT
# Stands in for the unit tests where Check isn't installed, so that the summary counts what was left out.
echo "1..0 # SKIP the unit tests: Check isn't installed (check)"

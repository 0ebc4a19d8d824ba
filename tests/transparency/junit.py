# SPDX-License-Identifier: MIT
"""Prints a verdict for each test in a file that CPython's test runner left: junit.py FILE."""
import sys
import xml.etree.ElementTree

words = {"failure": "fail", "error": "error", "skipped": "skip"}
try:
    cases = xml.etree.ElementTree.parse(sys.argv[1]).iter("testcase")
except (OSError, xml.etree.ElementTree.ParseError) as trouble:
    sys.exit(f"junit.py: {trouble}")
for case in cases:
    verdicts = [words[child.tag] for child in case if child.tag in words]
    print(verdicts[0] if verdicts else "ok", case.get("name"))

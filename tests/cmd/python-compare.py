# SPDX-License-Identifier: MIT
"""python-compare.py TRUTH SOURCE: standard input is a trace as babeltrace2 prints it; the stacks of the locks that were made at
lines of SOURCE that call mark(), or at lines that can't be read, must be those that TRUTH tells of, no more and no fewer.
Prints what differs and ends with 1; else says how many there were."""
import collections
import os
import re
import sys

LINE = re.compile(r'thrum:source_line:.*site = 0x(\w+), function = "(.*)", file = "(.*)", line = (\d+)')
PID = re.compile(r"pid = (\d+)")
lines, made = {}, collections.Counter()
source, name = open(sys.argv[2]).read().splitlines(), os.path.basename(sys.argv[2])


def is_marked(call):
    file, line = call.split(" ")[-1].rsplit(":", 1)
    return file == "exec.py" or (file == name and "mark(" in source[int(line) - 1])


for text in sys.stdin:
    pid = PID.search(text)
    line = LINE.search(text)
    if line:
        lines[int(line[1], 16)] = f"{line[2]} {os.path.basename(line[3])}:{line[4]}"
    elif "thrum:object_init:" in text and '"semaphore"' in text:
        sites = [int(site, 16) for site in re.findall(r"= 0x(\w+)\b", text.split("stack = ")[1])]
        calls = [lines[site] for site in sites if site in lines]
        if calls and is_marked(calls[0]):
            made[" < ".join(calls)] += 1
truth = collections.Counter(open(sys.argv[1]).read().splitlines())
for calls, count in (truth - made).items():
    print(f"missing {count} times: {calls}")
for calls, count in (made - truth).items():
    print(f"too many, {count} times: {calls}")
if made != truth or not truth:
    sys.exit(1)
print(f"{sum(truth.values())} stacks")

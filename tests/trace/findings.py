# SPDX-License-Identifier: MIT
"""Prints the findings of a report in JSON the way programs/expected writes them down: no addresses, lines or ids, and
the steps and the findings in an order that chance has no part in."""
import json
import re
import sys


def function(site):
    """`first` of `first (ab_ba.c:12)`; a site that isn't written so is shown whole, to be seen."""
    match = re.fullmatch(r"(\w+) \([^()]+\.[ch]:\d+\)", site)
    return match.group(1) if match else site


def side(end):
    what = end["name"] or end["kind"]
    return f"{what} ({function(end['site'])})" if end["site"] else what


def step(step):
    """What a thread holds and wants; or what it does or did, with the verb that says so."""
    sides = [f"{re.sub('[0-9.]+ s', 'N s', end['verb'])} {side(end)}" if "verb" in end else side(end) for end in (step["holds"], step["wants"]) if end["kind"]]
    return f"        {step['thread']}: " + " -> ".join(sides)


def steps(finding):
    lines = [step(s) for s in finding["steps"]]
    if finding["kind"] == "communication":  # no circle: each says what it waits for
        return sorted(lines)
    first = lines.index(min(lines))
    return lines[first:] + lines[:first]


report = json.load(sys.stdin)
assert report["version"] == 1, report["version"]
for lines in sorted([f"    {f['certainty']} {f['kind']}"] + steps(f) for f in report["findings"]):
    print("\n".join(lines))

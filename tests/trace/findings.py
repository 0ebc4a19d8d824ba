# SPDX-License-Identifier: MIT
"""Prints the findings of a report in JSON the way programs/expected writes them down: no addresses, lines or ids, and
the steps and the findings in an order that chance has no part in.

findings.py < REPORT.json, or findings.py DIRECTORY, which does so for every NAME.json in it, into NAME.found: what can't be
read is told there, too. One interpreter for hundreds of reports.
"""
import json
import pathlib
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


def written(text):
    report = json.loads(text)
    assert report["version"] == 1, report["version"]
    return "".join(f"{line}\n" for lines in sorted([f"    {f['certainty']} {f['kind']}"] + steps(f) for f in report["findings"])
                   for line in lines)


def written_or_trouble(text):
    try:
        return written(text)
    except Exception as trouble:  # pylint: disable=broad-except
        return f"{trouble!r} in:\n{text}"


if len(sys.argv) == 1:
    print(written(sys.stdin.read()), end="")
else:
    for path in pathlib.Path(sys.argv[1]).glob("*.json"):
        path.with_suffix(".found").write_text(written_or_trouble(path.read_text(errors="replace")))

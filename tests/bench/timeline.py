# SPDX-License-Identifier: MIT
"""How long the timeline's page takes to load and how long its frames take, of a page of many events in a headless
Chromium: timeline.py CHROMIUM PAGE"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "render"))
from browser import Browser  # noqa: E402

MOVES = {"zooming in": "thrum.zoom(1 / 1.3)", "zooming out": "thrum.zoom(1.3)", "panning": "thrum.zoom(i ? 1 : 1 / 8); thrum.pan(-40)",
         "pointing": "thrum.fit(); thrum.point(300 + i * 10, 300 + i * 3, 300, 300)"}
PACED = "(async () => { for (let i = 0; i < 60; i++) { MOVE; await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))); } return 0; })()"


def main():
    chromium, page = sys.argv[1:3]
    with Browser(chromium, limit=300) as browser:
        browser.media("light")
        began = time.monotonic()
        browser.open("file://" + os.path.abspath(page))
        browser.until("window.thrum && thrum.frames.length")
        print(f"  {'loaded and drawn':<28} {time.monotonic() - began:8.1f} s")
        for name, move in MOVES.items():
            browser.js("thrum.frames.length = 0")
            browser.js(PACED.replace("MOVE", move))
            frames = sorted(browser.js("thrum.frames"))
            print(f"  {name:<28} {frames[len(frames) // 2]:8.1f} ms a frame in the middle, {frames[-1]:.1f} ms at most, of {len(frames)}")
        began = time.monotonic()
        browser.js("thrum.selectRange(0, thrum.trace.duration), 0")
        print(f"  {'sums of all of it':<28} {1e3 * (time.monotonic() - began):8.0f} ms")


main()

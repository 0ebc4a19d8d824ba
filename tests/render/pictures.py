# SPDX-License-Identifier: MIT
"""Takes the pictures of the manual: pictures.py CHROMIUM OUTDIR NAME=PAGE... makes NAME-light.png and NAME-dark.png, and
NAME-small.png in a small window. A fragment after the page (mill.html#t=..) says what to show."""
import base64
import os
import sys

from browser import Browser

SHOTS = {"light": ("light", 1400, 820), "dark": ("dark", 1400, 820), "small": ("light", 760, 620)}


def main():
    chromium, directory, *pages = sys.argv[1:]
    with Browser(chromium) as browser:
        for name, page in (each.split("=", 1) for each in pages):
            path, _, fragment = page.partition("#")
            for suffix, (scheme, width, height) in SHOTS.items():
                browser.resize(width, height)
                browser.media(scheme)
                browser.open(f"file://{os.path.abspath(path)}" + (f"#{fragment}" if fragment else ""))
                browser.until("window.thrum && thrum.frames.length")
                browser.settle()
                with open(f"{directory}/{name}-{suffix}.png", "wb") as out:
                    out.write(base64.b64decode(browser.call("Page.captureScreenshot", optimizeForSpeed=False)["data"]))


main()

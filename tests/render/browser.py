# SPDX-License-Identifier: MIT
"""A headless Chromium to try pages in, driven through its own debugging pipe (the DevTools protocol), with nothing but
Python's standard library. Everything waits for an answer or for a condition, never for an amount of time."""
import base64
import json
import os
import select
import shutil
import struct
import subprocess
import tempfile
import time
import zlib

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--force-device-scale-factor=1",
         "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe"]


class BrowserError(Exception):
    pass


class Browser:
    """One page of a private browser. `log` gathers console errors, exceptions and whatever was fetched from a network."""

    def __init__(self, program, width=1400, height=900, limit=60):
        self.limit, self.width, self.height = limit, width, height
        self.log, self.requests, self.number, self.rest = [], [], 0, b""
        self.home = tempfile.mkdtemp(prefix="thrum-chromium-")
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        # The browser reads commands at descriptor 3 and writes answers at 4; a shell moves them there.
        command = [program, *FLAGS, f"--user-data-dir={self.home}", f"--window-size={width},{height}", "about:blank"]
        self.process = subprocess.Popen(["/bin/sh", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "sh", *command],
                                        pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.home})
        os.close(to_read)
        os.close(to_write)
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.resize(width, height)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        os.close(self.to_browser)  # it ends when its commands do
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.from_browser)
        shutil.rmtree(self.home, ignore_errors=True)

    # --- the protocol ---
    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + self.limit
        while True:
            answer = self.read(deadline, method)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.hear(answer)

    def read(self, deadline, method):
        while b"\0" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.from_browser], [], [], left)[0]:
                raise BrowserError(f"{method}: no answer within {self.limit} seconds")
            piece = os.read(self.from_browser, 1 << 20)
            if not piece:
                raise BrowserError("the browser ended")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def hear(self, event):
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.log.append("console: " + " ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.log.append("exception: " + details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.log.append("log: " + params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    # --- the page ---
    def resize(self, width, height):
        self.width, self.height = width, height
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def media(self, scheme="light", still=True):
        """Light or dark; without gliding motions unless asked."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme},
                                                         {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}])

    def open(self, url):
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)

    def js(self, expression):
        """The value of an expression in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def until(self, expression):
        """Waits until an expression is true."""
        deadline = time.monotonic() + self.limit
        while time.monotonic() < deadline:
            value = self.js(f"!!({expression})")
            if value:
                return value
            self.js("new Promise(requestAnimationFrame).then(() => 0)")
        raise BrowserError(f"never true: {expression}")

    def settle(self):
        """Lets the page draw what is due."""
        self.js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => 0)")

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def move(self, x, y):
        self.mouse("mouseMoved", x, y)
        self.settle()

    def click(self, x, y):
        self.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)
        self.settle()

    def drag(self, x0, y0, x1, y1, shift=False):
        modifiers = 8 if shift else 0
        self.mouse("mousePressed", x0, y0, button="left", buttons=1, clickCount=1, modifiers=modifiers)
        for part in (0.3, 0.6, 1):
            self.mouse("mouseMoved", x0 + (x1 - x0) * part, y0 + (y1 - y0) * part, button="left", buttons=1, modifiers=modifiers)
        self.mouse("mouseReleased", x1, y1, button="left", clickCount=1, modifiers=modifiers)
        self.settle()

    def wheel(self, x, y, dy, dx=0):
        self.mouse("mouseWheel", x, y, deltaX=dx, deltaY=dy)
        self.settle()

    def key(self, key, text=None):
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=text if text is not None else (key if len(key) == 1 else ""))
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)
        self.settle()

    def type(self, text):
        for letter in text:
            self.key(letter)

    def screenshot(self, path=None):
        """The page as a Picture; also written to `path`."""
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png", optimizeForSpeed=True)["data"])  # every row by the one above, as Picture likes it
        if path:
            with open(path, "wb") as file:
                file.write(data)
        return Picture(data)


class Picture:
    """A PNG as Chromium writes it (8 bits, RGB or RGBA, not interlaced), as pixels."""

    def __init__(self, png):
        at, packed = 8, b""
        while at < len(png):
            length, kind = struct.unpack(">I4s", png[at:at + 8])
            body = png[at + 8:at + 8 + length]
            if kind == b"IHDR":
                self.width, self.height, _, colour = struct.unpack(">IIBB", body[:10])
                self.size = {2: 3, 6: 4}[colour]
            elif kind == b"IDAT":
                packed += body
            at += 12 + length
        self.rows = self.unfilter(zlib.decompress(packed))

    def unfilter(self, data):
        stride, size, rows, before = self.width * self.size, self.size, [], bytes(self.width * self.size)
        even = int.from_bytes(b"\xff\0" * (stride // 2 + 1), "little")
        for y in range(self.height):
            kind, row = data[y * (stride + 1)], bytearray(data[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
            if kind == 2:
                row = add_bytes(row, before, even)
            elif kind:
                for i in range(stride):
                    left, up = row[i - size] if i >= size else 0, before[i]
                    corner = before[i - size] if i >= size else 0
                    row[i] = (row[i] + (left if kind == 1 else (left + up) // 2 if kind == 3 else paeth(left, up, corner))) & 255
            rows.append(row)
            before = row
        return rows

    def at(self, x, y):
        """Red, green and blue at a point."""
        return tuple(self.rows[int(y)][int(x) * self.size:int(x) * self.size + 3])


def add_bytes(one, other, even):
    """Byte by byte, all at once: every other byte, so that what overflows is in nobody's way. A loop takes a hundred times as long."""
    a, b, odd = int.from_bytes(one, "little"), int.from_bytes(other, "little"), even << 8
    return bytearray(((((a & even) + (b & even)) & even) | (((a & odd) + (b & odd)) & odd)).to_bytes(len(one) + 2, "little")[:len(one)])


def paeth(left, up, corner):
    guess = left + up - corner
    a, b, c = abs(guess - left), abs(guess - up), abs(guess - corner)
    return left if a <= b and a <= c else up if b <= c else corner

# SPDX-License-Identifier: MIT
"""Opens pages that page-maker makes of hand-made event sequences, and looks at them as a reader would: at the pixels, with
the mouse and with keys. Prints TAP. Usage: page.py CHROMIUM PAGE-MAKER DIRECTORY"""
import json
import subprocess
import sys
import traceback

from browser import Browser
from page_moves import *  # noqa: F401,F403: more tests
from page_pins import *  # noqa: F401,F403: and more
from page_story import DEADLOCK, GUTTER, LIGHT, MARGIN, STEP, STORY

class Suite:
    def __init__(self, chromium, maker, directory):
        self.maker, self.directory, self.count, self.pages = maker, directory, 0, 0
        self.browser = Browser(chromium)

    # --- TAP ---
    def ok(self, description, good, *said):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {description}", flush=True)
        if not good:
            for line in said:
                self.diag(line)

    def skip(self, description, reason):
        self.count += 1
        print(f"ok {self.count} - {description} # SKIP {reason}", flush=True)

    def equal(self, description, got, expected):
        self.ok(description, got == expected, f"got      {got!r}", f"expected {expected!r}")

    def near(self, description, got, expected, slack):
        self.ok(description, abs(got - expected) <= slack, f"got {got}, expected {expected} give or take {slack}")

    def has(self, description, text, *parts):
        self.ok(description, all(part in text for part in parts), f"expected {parts!r} in", *str(text).splitlines())

    @staticmethod
    def diag(line):
        print(f"# {line}", flush=True)

    def frame_settled(self):
        """Lets pages in frames draw what is due too: they have no more to do than a few frames of this one."""
        for _ in range(12):
            self.browser.settle()

    # --- pages ---
    def make(self, script):
        self.pages += 1
        path = f"{self.directory}/page-{self.pages}.html"
        with open(path, "wb") as out:
            subprocess.run([self.maker], input=script.encode(), stdout=out, check=True, timeout=60)
        return path

    def open(self, script, scheme="light", width=1400, height=900, fragment=""):
        path = self.make(script)
        b = self.browser
        b.log.clear()
        b.requests.clear()
        b.resize(width, height)
        b.media(scheme)
        b.open(f"file://{path}{fragment}")
        b.until("window.thrum && thrum.frames.length")
        b.settle()
        return path

    def js(self, expression):
        return self.browser.js(expression)

    def text(self, selector):
        return self.js(f"document.querySelector({json.dumps(selector)}).innerText")

    # --- where things should be ---
    def canvas(self):
        """Left, top and width of the timeline's canvas in the window."""
        box = self.js("(() => { const r = thrum.painter.canvas.getBoundingClientRect(); return [r.left, r.top, r.width]; })()")
        return box

    def x(self, step, duration):
        """Where a moment is while the whole trace is shown, by the page's rules and not by its code."""
        left, _, width = self.canvas()
        length = duration * STEP
        return left + GUTTER + (step * STEP + MARGIN * length) / ((1 + 2 * MARGIN) * length) * (width - GUTTER)

    def y(self, kind, name, role):
        """The middle of a lane of the row with that name."""
        found = self.js(f"""(() => {{
            const row = thrum.layout.rows.find((r) => r.type === {json.dumps(kind)} &&
                thrum.trace[r.type === 'thread' ? 'threads' : 'objects'][r.id][r.type === 'thread' ? 'name' : 'label'] === {json.dumps(name)});
            const lane = row && row.lanes.find((l) => l.role === {json.dumps(role)});
            return lane ? thrum.view.top(row) + lane.y + lane.h / 2 : null; }})()""")
        return None if found is None else found + self.canvas()[1]

    def look(self, picture, x, y):
        """Which colour of the palette there is most of round a point."""
        seen = {}
        for dx in range(-3, 4):
            for dy in range(-2, 3):
                rgb = picture.at(x + dx, y + dy)
                seen[rgb] = seen.get(rgb, 0) + 1
        most = "%02x%02x%02x" % max(seen, key=seen.get)
        return next((name for name, colour in LIGHT.items() if colour == most), most)

    def view(self):
        return self.js("[thrum.view.t0, thrum.view.t1]")


def test_draws(s):
    path = s.open(STORY)
    s.equal("no error on the console", s.browser.log, [])
    s.equal("nothing is fetched but the page", s.browser.requests, [f"file://{path}"])
    with open(path, encoding="utf-8") as page:
        s.ok("the page names no address of a network", "http://" not in page.read().replace("http://www.w3.org", ""))
    s.equal("the title is the program", s.text("h1"), "story")
    s.has("the head says how much there is", s.text("#facts"), "3 threads", "41 events")
    s.equal("a row for each thread, in the order of their creation",
            s.js("thrum.layout.rows.filter((r) => r.type === 'thread').map((r) => thrum.trace.threads[r.id].name)"), ["boss", "Plato", "Kant"])
    s.equal("a row for each object, the longest waited for first",
            s.js("thrum.layout.rows.filter((r) => r.type === 'object').map((r) => thrum.trace.objects[r.id].label)"), ["condition 3", "left", "end of Plato", "end of Kant", "mutex 4", "right"])
    s.equal("no banner", s.text("#banners"), "")


def test_bars(s):
    duration = 35
    s.open(STORY)
    picture = s.browser.screenshot()
    look = lambda step, y: s.look(picture, s.x(step, duration), y)
    state, held = s.y("thread", "Plato", "state"), s.y("thread", "Plato", "hold")
    s.equal("Plato runs where he doesn't wait", look(20, state), "life")
    s.equal("Plato has left", look(32.5, state), "lane")
    s.equal("Plato holds left", look(15, held), "hold")
    s.equal("Plato has given left back", look(24, held), "lane")
    s.equal("Plato holds right in a lane of its own", look(20, held + 12), "hold")
    state = s.y("thread", "Kant", "state")
    s.equal("Kant runs until he needs left", look(9, state), "life")
    s.equal("Kant is blocked for left", look(16, state), "blocked")
    s.equal("Kant runs again", look(25, state), "life")
    s.equal("Kant holds left then", look(25, s.y("thread", "Kant", "hold")), "hold")
    s.equal("the boss waits on a condition", look(16, s.y("thread", "boss", "state")), "condition")
    s.equal("left is held by Plato", look(14, s.y("object", "left", "holder")), "hold")
    s.equal("left is waited for by Kant", look(16, s.y("object", "left", "waiter") - 1), "blocked")
    for row, role, step in (("Plato", "hold", 10), ("Kant", "state", 12)):
        edge = s.x(step, duration)
        s.near(f"{row}'s first bar begins to the pixel", first_change(picture, edge, s.y("thread", row, role)), edge, 1.5)


def first_change(picture, x, y):
    """Where, within 12 pixels of x, the colour changes for the first time."""
    start = picture.at(x - 12, y)
    for at in range(int(x) - 12, int(x) + 12):
        if picture.at(at, y) != start:
            return at
    return -1


def test_arrows(s):
    s.open(STORY)
    s.equal("an arrow for each wait that somebody ended", s.js("thrum.painter.drawn.arrows"), 4)
    s.equal("from whom, to whom and how", sorted(s.js("""Array.from({length: thrum.trace.arrows.count}, (_, i) => [thrum.trace.threadName(thrum.trace.arrows.from[i]),
        thrum.trace.threadName(thrum.trace.spans.thread[thrum.trace.arrows.span[i]]), How[thrum.trace.arrows.how[i]]].join(' '))""".replace("How[", "['released', 'woke', 'ended']["))),
            ["Kant boss ended", "Plato Kant released", "Plato boss ended", "Plato boss woke"])
    picture = s.browser.screenshot()
    y0, y1 = s.y("thread", "Plato", "hold") + 24, s.y("thread", "Kant", "state") - 9
    x = s.x(22.5, 35)
    dark = [at for at in range(int(x) - 30, int(x) + 30) if max(picture.at(at, (y0 + y1) / 2)) < 150]
    s.ok("the arrow from Plato's release to Kant is drawn between their rows", dark, f"no dark pixel round {x}")
    s.open("main begin; main start T1; main start T2" + "; T1 lock A; T2 want A; T1 unlock A; T2 got A; T2 unlock A" * 40 + "; main lock K; main unlock K" * 2000)
    s.ok("those at the same pixels are one line", 0 < s.js("thrum.painter.drawn.arrows") < 40, s.js("JSON.stringify(thrum.painter.drawn)"))
    s.equal("which isn't called left out", s.text("#note"), "")


def test_tooltip(s):
    s.open(STORY)
    s.ok("no tooltip before the mouse is over a bar", s.js("document.getElementById('tooltip').hidden"))
    s.browser.move(s.x(16, 35), s.y("thread", "Kant", "state"))
    s.ok("a tooltip appears", not s.js("document.getElementById('tooltip').hidden"))
    s.has("it names the lock, the thread, the times, the site, the holder and who let it go on", s.text("#tooltip"),
          "mutex left", "Kant", "11 µs", "step_20 (story.c:20)", "held by", "Plato", "released by")
    s.browser.move(s.x(15, 35), s.y("thread", "Plato", "hold"))
    s.has("another for a hold, with where it is released", s.text("#tooltip"), "Holds mutex left", "step_10 (story.c:10)", "step_12 (story.c:12)")
    s.browser.move(s.x(31, 35), s.y("thread", "Kant", "state") - 10)
    s.has("and one for a try that failed", s.text("#tooltip"), "Tried for mutex left")
    s.browser.move(s.x(16, 35), s.y("thread", "Kant", "state") + 300)
    s.ok("it goes where there is nothing", s.js("document.getElementById('tooltip').hidden"))


def test_details(s):
    s.open(STORY)
    s.browser.click(s.x(16, 35), s.y("thread", "Kant", "state"))
    details = s.text("#details")
    s.has("details of a wait: who held it, since when, where", details, "Blocked for mutex left", "Held by", "Plato", "since 2 µs before the wait began", "step_10 (story.c:10)")
    s.has("and who ended it, when, where", details, "Ended by", "Plato released it", "step_12 (story.c:12)", "made at step_3 (story.c:3)")
    s.browser.key("[")
    s.has("[ goes back to what the waker did", s.text("#details"), "Plato")
    s.browser.key("Escape")
    s.has("Escape clears the selection", s.text("#details"), "Click a bar")
    s.browser.click(60, s.y("object", "left", "holder"))
    s.has("a click on a name shows its sums and longest waits", s.text("#details"), "mutex left", "in 1 wait", "in 2 holds", "Longest waits", "Kant")


def test_deadlock(s):
    s.open(DEADLOCK)
    duration = s.js("thrum.trace.duration") / STEP
    picture = s.browser.screenshot()
    s.equal("both waits are marked as for ever", s.js("thrum.trace.deadlockWaits.map((w) => [thrum.trace.threadName(thrum.trace.spans.thread[w.span]), thrum.trace.threadName(w.blocker)])"),
            [["Plato", "Kant"], ["Kant", "Plato"]])
    for name in ("Plato", "Kant"):
        y = s.y("thread", name, "state")
        s.equal(f"{name}'s wait is drawn as for ever", s.look(picture, s.x(14, duration), y), "forever")
        s.equal(f"{name}'s wait goes to the end of the trace", s.look(picture, s.x(duration, duration) - 8, y), "forever")
        s.equal(f"{name}'s name is marked", picture.at(2, y), (0xd5, 0x5e, 0))
    s.equal("a thread that isn't part of it is not marked", s.look(picture, s.x(14, duration), s.y("thread", "main", "state")), "join")
    s.equal("findings are listed", s.js("document.querySelectorAll('.finding').length"), 2)
    s.has("the deadlock first", s.text("#findings"), "deadlock", "happened", "lock-order", "potential")
    s.browser.key("+")
    s.browser.click(*s.js("(() => { const r = document.querySelector('.finding').getBoundingClientRect(); return [r.x + 20, r.y + 12]; })()"))
    s.has("a click shows who waits for whom", s.text(".finding"), "holds", "mutex 1", "wants", "mutex 2")
    begin, end = s.view()
    s.ok("and goes there", begin < 9 * STEP and end >= duration * STEP, begin, end)
    s.has("with its first wait selected", s.text("#details"), "Blocked for mutex 2", "for ever", "Kant", "never released")


def test_quiet_end(s):
    s.open(DEADLOCK + "\nstopped 2000000")
    last, duration = s.js("[thrum.trace.last, thrum.trace.duration]")
    s.near("of two seconds without events an eighth of the rest is shown", duration, last * 9 / 8, 1)
    s.browser.click(s.x(duration / STEP - 1, duration / STEP), s.y("thread", "Plato", "state"))
    s.has("but how long they were is said", s.text("#details"), "2 s, until recording stopped")
    s.open(DEADLOCK)
    s.browser.click(s.x(duration / STEP - 1, duration / STEP), s.y("thread", "Plato", "state"))
    s.has("where it isn't known, so is that", s.text("#details"), "at least 10 µs: until the last event")


def test_banners(s):
    s.open("lost 1234\npython A\nmain begin; main start T1; main lock A; T1 want A; main unlock A; T1 got A; T1 unlock A; main lock B; main unlock B")
    s.has("what was lost is said", s.text("#banners"), "1,234 events were lost")
    s.has("what was left out is said", s.text("#banners"), "Left out: 1 object", "global interpreter lock", "--all")
    s.equal("and isn't drawn", s.js("thrum.trace.spans.count"), 1)


def test_hostile_names(s):
    s.open("main begin; main name </script><script>window.bad=1</script>; main label A <img/src=x/onerror=window.bad=1>; main lock A; main start T1\n"
           "T1 want A; main unlock A; T1 got A; T1 name {{js}}\u2028\x01; main label B \ufffd; T1 lock B; T1 unlock B")
    s.equal("no error on the console", s.browser.log, [])
    s.browser.click(60, s.y("thread", "</script><script>window.bad=1</script>", "state"))
    s.has("markup in a name is shown as text", s.text("#details"), "</script><script>window.bad=1</script>")
    s.browser.click(60, s.y("object", "<img/src=x/onerror=window.bad=1>", "holder"))
    s.has("in an object's too", s.text("#details"), "<img/src=x/onerror=window.bad=1>")
    s.equal("and never run", s.js("window.bad"), None)


def test_dark(s):
    s.open(DEADLOCK, scheme="dark")
    picture = s.browser.screenshot()
    s.ok("dark where the reader prefers dark", max(picture.at(700, 880)) < 60, picture.at(700, 880))
    s.equal("no error on the console", s.browser.log, [])
    s.browser.media("light")
    s.browser.settle()
    picture = s.browser.screenshot()
    s.ok("and light at once when that changes", min(picture.at(700, 880)) > 200, picture.at(700, 880))


def test_pair(s):
    path, second = f"{s.directory}/pair.html", f"{s.directory}/second"
    with open(second, "w", encoding="utf-8") as out:
        out.write(STORY.replace("boss", "</script>{{head}}").replace("T1 unlock B @14", "main lock D; main unlock D; main lock D; main unlock D; T1 unlock B @14"))
    with open(path, "wb") as out:
        subprocess.run([s.maker, second], input=STORY.encode(), stdout=out, check=True, timeout=60)
    b = s.browser
    b.log.clear()
    b.resize(1400, 1000)
    b.media("light")
    b.open(f"file://{path}")
    # Each page tells once what it shows, when it has drawn.
    b.js("window.heard = [0, 0]; addEventListener('message', (e) => { if (e.data.thrum === 'view') heard[e.source === document.getElementById('page-0').contentWindow ? 0 : 1]++; })")
    lower = lambda: (s.frame_settled(), b.screenshot())[1]
    s.frame_settled()
    b.until("heard[0] + heard[1] > 0 || document.title")
    b.wheel(700, 300, -100)
    b.until("heard[0] > 0")
    before = lower()
    b.wheel(700, 300, -200)
    after = lower()
    differ = lambda one, two: any(one.at(x, 595) != two.at(x, 595) or one.at(x, 640) != two.at(x, 640) for x in range(230, 1000))
    s.ok("a move of the page above moves the one below", differ(before, after))
    b.js("document.getElementById('together').click()")
    b.wheel(700, 300, -200)
    s.ok("but not where they don't move together", not differ(after, lower()))
    s.has("both are named", s.text("header"), "story", "second")
    s.equal("no error on the console", b.log, [])


def test_print(s):
    s.open(DEADLOCK, scheme="dark")
    s.browser.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    s.browser.until("thrum.view.width === 1020")
    s.ok("on paper the picture is light and as wide as the sheet", s.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)")
    s.equal("without the tools", s.js("getComputedStyle(document.getElementById('tools')).display"), "none")
    s.browser.call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": "light"}])
    s.browser.until("thrum.view.width !== 1020")


PATH = """main process /usr/bin/story; main begin; main start T1; main label A left
T1 lock A @10; main want A @20; T1 fail B; T1 fail B; T1 unlock A @11; main got A; main unlock A; main exit
path"""


def test_path(s):
    s.open(PATH)
    s.equal("the critical path, worked out by hand: who, from when, how long, doing what", s.js("""Array.from({length: thrum.trace.path.count}, (_, i) =>
        [thrum.trace.threadName(thrum.trace.path.thread[i]), thrum.trace.path.begin[i], thrum.trace.path.length[i], thrum.trace.path.kind[i]].join(' '))"""),
            ["main 0 2000 0", "thread 2 (step_0) 2000 2000 0", "thread 2 (step_0) 4000 4000 1", "main 8000 1000 2", "main 9000 2000 0"])
    s.equal("it isn't drawn until it is asked for", s.js("thrum.painter.drawn.path"), 0)
    s.browser.key("c")
    s.browser.settle()
    s.equal("then each piece is", s.js("thrum.painter.drawn.path"), 5)
    s.equal("the button says so", s.js("document.getElementById('path-button').getAttribute('aria-pressed')"), "true")
    picture = s.browser.screenshot()
    pink = lambda x, y: any("%02x%02x%02x" % picture.at(x, y + dy) == "cc2a6f" or picture.at(x, y + dy)[0] > picture.at(x, y + dy)[1] + 80 for dy in (-1, 0, 1))
    s.ok("over who was on the path", pink(s.x(6.5, 11), s.y("thread", "thread 2 (step_0)", "state")))
    s.ok("and not over who wasn't", not pink(s.x(10, 11), s.y("thread", "thread 2 (step_0)", "state")))
    s.browser.until("location.hash.includes('path=1')")
    s.ok("the address keeps it", True)
    s.open(STORY)
    s.ok("no button where there is no path", s.js("document.getElementById('path-button').hidden"))
    s.open(STORY + "\nrange 5 10")
    s.equal("a range that was asked for is what is seen first", s.view(), [5000, 10000])


def test_small_and_empty(s):
    s.open(STORY, width=640, height=420)
    s.equal("a small window: no error", s.browser.log, [])
    s.ok("a small window: bars are drawn", s.js("thrum.painter.drawn.bars") > 5)
    s.open("main begin")
    s.equal("one event: no error", s.browser.log, [])
    s.open("")
    s.equal("an empty trace: no error", s.browser.log, [])


def test_many(s):
    threads = "; ".join(f"main start T{i}" for i in range(1, 4))
    rounds = "\n".join(f"T{i % 3 + 1} lock A{i % 5}; T{(i + 1) % 3 + 1} want A{i % 5}; T{i % 3 + 1} unlock A{i % 5}; T{(i + 1) % 3 + 1} got A{i % 5}; T{(i + 1) % 3 + 1} unlock A{i % 5}" for i in range(20000))
    s.open(f"main begin; {threads}\n{rounds}")
    s.ok("100,000 events: all are there", s.js("thrum.trace.head.trace.events") > 100000)
    s.equal("no error on the console", s.browser.log, [])
    y = s.y("thread", "thread 2 (step_0)", "state")
    s.browser.move(700, y)
    s.has("what shares a pixel is summed up", s.text("#tooltip"), "spans here", "zoom in")
    s.ok("columns, not bars, are drawn then", s.js("thrum.painter.drawn.columns > 10 && thrum.painter.drawn.bars < 10"), s.js("JSON.stringify(thrum.painter.drawn)"))
    s.has("and arrows wait until one is closer", s.text("#note"), "20,000 arrows", "zoom in")
    s.browser.js("thrum.frames.length = 0")
    for dy in [-120] * 10 + [120] * 10:
        s.browser.wheel(700, y, dy)
    frames = sorted(s.js("thrum.frames"))
    s.diag(f"100,000 events: a frame takes {frames[len(frames) // 2]:.1f} ms in the middle, {frames[-1]:.1f} ms at most, of {len(frames)}")
    for _ in range(40):
        s.browser.wheel(700, y, -240)
        if s.js("thrum.painter.drawn.bars > 0 && thrum.painter.drawn.columns === 0"):
            break
    s.ok("closer, each bar is drawn", s.js("thrum.painter.drawn.bars > 0 && thrum.painter.drawn.columns === 0"), s.js("JSON.stringify(thrum.painter.drawn)"))


def main():
    suite = Suite(*sys.argv[1:])
    tests = [test for name, test in globals().items() if name.startswith("test_")]
    try:
        for test in tests:
            try:
                test(suite)
            except Exception:  # a test that can't go on has failed; the others can
                suite.ok(f"{test.__name__} runs to its end", False, *traceback.format_exc().splitlines())
    finally:
        suite.browser.close()
    print(f"1..{suite.count}")


main()

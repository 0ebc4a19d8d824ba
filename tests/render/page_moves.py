# SPDX-License-Identifier: MIT
"""What page.py tests of finding one's way: moving, zooming, ranges, filters, search, and the address that keeps the view."""
from page_story import GUTTER, STEP, STORY


def test_moving(s):
    s.open(STORY)
    left, top, width = s.canvas()
    whole = s.view()
    x, y = left + GUTTER + 300, top + 200
    under = s.js(f"thrum.view.t({x - left})")
    s.browser.wheel(x, y, -200)
    zoomed = s.view()
    s.ok("the wheel zooms in", zoomed[1] - zoomed[0] < 0.8 * (whole[1] - whole[0]), zoomed)
    s.near("what is under the mouse stays there", s.js(f"thrum.view.t({x - left})"), under, 2)
    scale = s.js("thrum.view.scale")
    s.browser.drag(x, y, x + 100, y)
    s.near("dragging pans by as much as the mouse moves", s.view()[0], zoomed[0] - 100 / scale, 2)
    for key, what in (("d", "on"), ("a", "back")):
        before = s.view()
        s.browser.key(key)
        s.ok(f"{key} goes {what} in time", (s.view()[0] > before[0]) == (key == "d") and s.view() != before)
    for key, closer in (("w", True), ("s", False), ("+", True), ("-", False)):
        before = s.view()
        s.browser.key(key)
        after = s.view()
        s.ok(f"{key} zooms {'in' if closer else 'out'}", (after[1] - after[0] < before[1] - before[0]) == closer)
    s.browser.key("0")
    s.equal("0 shows all", s.view(), whole)
    s.browser.wheel(x, y, 5000)
    s.equal("one can't zoom out beyond the trace", s.view(), whole)
    for _ in range(20):
        s.browser.wheel(x, y, -1200)
    s.near("nor in beyond 20 ns", s.view()[1] - s.view()[0], 20, 0.01)
    s.equal("no error on the console at the smallest scale", s.browser.log, [])
    s.browser.click(*s.js("(() => { const r = document.getElementById('zoom-fit').getBoundingClientRect(); return [r.x + 5, r.y + 5]; })()"))
    s.equal("the button shows all", s.view(), whole)
    s.browser.key("?")
    s.ok("? shows the keys", s.js("document.getElementById('help').open"))
    s.browser.key("Escape")


def test_range(s):
    s.open(STORY)
    whole, y = s.view(), s.y("thread", "Kant", "state")
    s.browser.drag(s.x(15, 35), y, s.x(30, 35), y, shift=True)
    s.equal("shift and drag selects a range, and moves nothing", s.view(), whole)
    s.has("its sums are told, by lock and by thread", s.text("#details"), "selected", "Zoom to it", "waited", "longest", "left", "Kant")
    sums = s.js("thrum.rangeSums().locks.map((l) => [thrum.trace.objects[l.id].label, l.waits, l.waited])")
    s.ok("a wait that reaches beyond the range counts with its part in it", any(name == "left" and 0 < waited <= 15 * STEP for name, _, waited in sums), sums)
    s.browser.key("f")
    s.browser.until("thrum.flight === null")
    begin, end = s.view()
    s.ok("f zooms to it", end - begin < 0.6 * (whole[1] - whole[0]), begin, end)
    s.browser.until("location.hash.includes('range=')")
    s.browser.key("Escape")
    s.equal("Escape clears it", s.js("thrum.state.range"), None)
    s.browser.key("r")
    s.has("r selects what is in view", s.text("#details"), "selected")


def test_filter(s):
    s.open(STORY)
    rows = "thrum.layout.rows.filter((r) => r.type !== 'section').map((r) => r.type === 'thread' ? thrum.trace.threads[r.id].name : thrum.trace.objects[r.id].label)"
    every = s.js(rows)
    s.browser.key("\\")
    s.equal("\\ goes to the filter", s.js("document.activeElement.id"), "filter")
    s.browser.type("thread:kant")
    s.equal("one thread is left, and all locks", s.js(rows), [name for name in every if name not in ("boss", "Plato")])
    s.has("how many rows are left out is said", s.text("#hidden-rows"), "filtered out")
    s.browser.key("Escape")
    s.equal("Escape shows all again", s.js(rows), every)
    for text, expected in (("with:left", lambda name: name != "boss"), ("-left", lambda name: "left" not in name), ("kind:mutex -thread:plato", lambda name: name != "Plato"), ("\"no such\"", lambda name: False)):
        s.js(f"thrum.filter({text!r})")
        got = s.js(rows)
        s.ok(f"{text}", all(expected(name) for name in got) and len(got) < len(every), got)
    s.js("thrum.filter('lock:left')")
    s.browser.until("location.hash.includes('rows=')")
    s.equal("no error on the console", s.browser.log, [])


def test_idle_processes(s):
    s.open("q.main process /bin/sh; q.main begin; r.main process /bin/env; r.main begin; r.main lock X; r.main unlock X\n" + STORY)
    s.has("the title names the process that did most", s.text("#title"), "story and 2 more processes")
    labels = s.js("thrum.layout.rows.filter((r) => r.type === 'section').map((r) => r.label)")
    s.equal("processes that never waited are one section, the last", [labels[-1], "sh" in "".join(labels[:-1])], ["Processes that never waited", False])
    s.js("thrum.layout.toggle('idle')")
    names = s.js("thrum.layout.rows.slice(-3).map((r) => r.name || r.type)")
    s.ok("its rows say which process each is, locks included", names[0].startswith("sh (") and names[1].startswith("env (") and names[2] == "object", names)


def test_search(s):
    s.open(STORY)
    s.browser.key("/")
    s.equal("/ goes to the search box", s.js("document.activeElement.id"), "search")
    s.browser.type("kan")
    s.has("results appear as one types", s.text("#search-results"), "thread", "Kant")
    s.browser.key("Enter")
    s.has("Enter takes the first", s.text("#details"), "Kant", "waited")
    s.browser.key("/")
    s.browser.type("step_20")
    s.has("functions are found too", s.text("#search-results"), "function", "step_20 (story.c:20)")
    s.browser.key("Enter")
    s.has("and go to their bars", s.text("#details"), "Blocked for mutex left")
    s.browser.key("/")
    s.browser.type("nothing like this")
    s.has("nothing found is said", s.text("#search-results"), "Nothing")


def test_fragment(s):
    path = s.open(STORY)
    s.browser.wheel(700, 300, -200)
    s.browser.click(s.js("thrum.view.x(16000)"), s.y("thread", "Kant", "state"))
    s.browser.until("location.hash.includes('span=')")
    fragment, view = s.js("location.hash"), s.view()
    s.browser.open(f"file://{path}{fragment}")
    s.browser.until("window.thrum && thrum.frames.length")
    s.near("the address keeps the view", s.view()[0], view[0], 2)
    s.has("and the selection", s.text("#details"), "Blocked for mutex left")

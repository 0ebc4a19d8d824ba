# SPDX-License-Identifier: MIT
"""What page.py tests of findings pinned to rows, of what is told of holders, and of accessibility."""
import base64
import json
import os
import re

TOLD = """main process /usr/bin/two; main begin; main start T1; main start T2; T1 name Plato; T2 name Kant
T1 lock A @10; T1 order A B @11; T1 lock B @11; T1 unlock B; T1 unlock A
T2 lock B @20; T2 order B A @21; T2 lock A @21; T2 told lock-order potential @21; T2 unlock A; T2 unlock B
T1 told relock happened @15; T1 told relock happened @16
main lock D; main unlock D; main lock D; main unlock D"""

# T1 holds A, waits for B meanwhile and runs; T2 waits for A all that time.
MEANWHILE = """main process /usr/bin/story; main begin; main start T1; main start T2; T1 name Plato; T2 name Kant
main lock B; T1 lock A @10; T2 want A @20
T1 want B @11; main lock D; main unlock D; main unlock B; T1 got B; T1 unlock B; T1 unlock A; T2 got A; T2 unlock A"""


def pins(s, name):
    """Places of the flags on a thread's row, in the window, with their findings' numbers."""
    left, top, _ = s.canvas()
    return [[left + x, top + y, number] for x, y, number in s.js(f"""(() => {{
        const row = thrum.layout.rows.find((r) => r.type === 'thread' && thrum.trace.threads[r.id].name === {json.dumps(name)});
        return thrum.trace.pins.get(row.id).map((pin) => [thrum.view.x(pin.time), thrum.view.top(row) + row.stateY - 10, pin.finding + 1]); }})()""")]


def test_pins_of_what_was_told(s):
    s.open(TOLD)
    s.equal("what the checker told is listed", s.js("thrum.trace.head.findings.map((f) => `${f.kind} ${f.certainty}`)"),
            ["lock-order potential", "relock happened", "relock happened"])
    s.has("with its number", s.text("#findings"), "1lock-order", "what the checker said", "2relock")
    kant = pins(s, "Kant")
    s.equal("it is pinned to its thread alone", [number for _, _, number in kant], [1])
    s.near("at its time", kant[0][0], s.x(14, 22), 1)
    picture = s.browser.screenshot()
    s.equal("a flag is drawn there", "%02x%02x%02x" % picture.at(kant[0][0] - 5, kant[0][1]), "8a5a00")
    plato = pins(s, "Plato")
    picture_colour = "%02x%02x%02x" % picture.at(plato[0][0] - 5, plato[0][1])
    s.equal("one that happened has another colour", picture_colour, "a83200")
    s.browser.move(*kant[0][:2])
    s.has("its tooltip says what was found", s.text("#tooltip"), "lock-order", "potential", "what the checker said", "Kant", "step_21 (story.c:21)")
    s.js("thrum.zoom(0.2, 300), 0")
    s.browser.until("location.hash.includes('t=')")
    s.browser.key("n")
    s.browser.until("location.hash.includes('finding=0')")
    s.equal("n goes there", s.js("thrum.state.finding"), 0)
    s.ok("and it is in sight", s.js("(() => { const t = thrum.trace.head.findings[0].pins[0].time; return thrum.view.t0 < t && t < thrum.view.t1; })()"))
    s.has("where and by which calls is told", s.text("#findings"), "the checker told of it as it ran", "Kant at step_21 (story.c:21)")
    x, y, _ = pins(s, "Kant")[0]
    s.browser.key("Escape")
    s.browser.click(x, y)
    s.equal("a click on the flag shows it too", s.js("thrum.state.finding"), 0)
    s.equal("first orders are marked", s.js("Array.from(thrum.trace.marks.what)"), [2, 2])
    s.has("the legend has both", s.text("#legend"), "a finding, by its number", "takes two locks in an order that is new")
    s.equal("no error on the console", s.browser.log, [])


def test_pins_of_what_is_in_the_trace(s):
    s.open(TOLD.replace("lock-order", "deadlock").replace("potential", "happened") + "\ndeadlock T1 A B T2 B A")
    s.equal("what the trace shows and the checker told at another place are two", s.js("thrum.trace.head.findings.length"), 4)
    s.equal("a finding without pins is there all the same", s.js("[thrum.trace.head.findings[0].steps.length, thrum.trace.head.findings[0].pins.length]"), [2, 0])
    s.browser.key("n")
    s.equal("and can be gone to", s.js("thrum.state.finding"), 0)


def test_meanwhile(s):
    s.open(MEANWHILE)
    s.browser.click(s.x(9, 15), s.y("thread", "Kant", "state"))
    details = s.text("#details")
    s.has("who held it, since when, where", details, "Held by", "Plato", "since 1 µs before the wait began", "step_10 (story.c:10)")
    s.has("and what it did meanwhile", details, "meanwhile it ran for 3 µs, waited 4 µs for mutex 1")


def test_findings_wrap(s):
    s.open(TOLD)
    s.ok("a finding's text is as wide as its column at most", s.js("Array.from(document.querySelectorAll('.finding')).every((b) => b.scrollWidth <= b.clientWidth + 1)"))
    s.open(TOLD, width=800, height=600)
    s.ok("a small window: no button breaks its text, none is out of sight", s.js("Array.from(document.querySelectorAll('#tools button:not([hidden])')).every((b) => b.offsetHeight <= 32 && b.getBoundingClientRect().right <= innerWidth)"))


def test_sheets(s):
    s.open(TOLD)
    pdf = base64.b64decode(s.browser.call("Page.printToPDF", landscape=True, printBackground=True, preferCSSPageSize=True)["data"])
    sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
    s.ok("it prints on a sheet for the picture and one for its findings, none is empty", sheets in (1, 2), f"{sheets} sheets")


def test_low_rows(s):
    threads = "; ".join(f"main start T{i}; T{i} lock A{i}; T{i} unlock A{i}" for i in range(1, 44))
    s.open(f"main begin; {threads}; T1 lock B; T2 want B; T1 unlock B; T2 got B; T2 unlock B")
    s.ok("rows of many threads are low", s.js("thrum.isCompact() && thrum.layout.rowOfThread.get(1).h < 25"))
    low = s.js("thrum.layout.height")
    s.browser.key("m")
    s.ok("m makes them high", s.js("!thrum.isCompact() && thrum.layout.rowOfThread.get(1).h > 35 && thrum.layout.height") > low * 1.4)
    s.browser.until("location.hash.includes('low=0')")
    s.ok("the address keeps it", True)
    s.browser.key("l")
    s.ok("l goes to the locks", s.js("thrum.view.scroll > 0 && thrum.view.top(thrum.layout.rows.find((r) => r.type === 'object')) < thrum.view.height"))
    s.browser.key("l")
    s.equal("and back", s.js("thrum.view.scroll"), 0)
    s.open(TOLD, fragment="#low=1")
    s.ok("few rows are high but where it is asked for", s.js("thrum.isCompact()"))
    s.equal("no error on the console", s.browser.log, [])


def test_accessible(s):
    axe = os.path.join(os.environ.get("THRUM_NPM") or os.path.join(os.path.dirname(s.maker), "..", "npm"), "axe.min.js")
    if not os.path.exists(axe):
        s.skip("accessibility", "axe-core isn't here: make -C tests from-npm brings it")
        return
    with open(axe, encoding="utf-8") as text:
        code = text.read()
    for scheme in ("light", "dark"):
        s.open(TOLD, scheme)
        s.js(code + ";0")
        for state, act in {"as it opens": "0", "a finding": "thrum.goFinding(0), 0", "a wait": "thrum.goSpan(0), 0", "a range": "thrum.selectRange(0, thrum.trace.duration), 0",
                           "a search": "thrum.search.focus(), thrum.search.input.value = 'a', thrum.search.look(), 0", "help": "thrum.help(), 0"}.items():
            s.js(act)
            s.equal(f"accessible, {scheme}: {state}", s.js("axe.run().then((r) => r.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`))"), [])

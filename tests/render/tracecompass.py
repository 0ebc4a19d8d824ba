# SPDX-License-Identifier: MIT
"""doc/tracecompass.xml without Trace Compass: `names XML EVENTS.H` looks for events and fields that the table hasn't; `play XML TEXT`
plays its handlers over what babeltrace2 printed, and tells of the states that threads and locks went through."""
import re, sys
import xml.etree.ElementTree as xml

root = xml.parse(sys.argv[2]).getroot()
provider = root.find("stateProvider")
handlers = {h.get("eventName"): h for h in provider.findall("eventHandler")}

def names():
    table, current = {}, None
    for kind, name in re.findall(r"^\s*THRUM_(EVENT|[A-Z0-9]+)\((\w+),", open(sys.argv[3]).read(), re.M):
        if kind == "EVENT":
            current = table["thrum:" + name] = {"pid", "tid"}
        elif current is not None:
            current.add(name)
    places = {l.get("id"): l for l in provider.findall("location")}
    unknown = []
    for name, handler in handlers.items():
        parts = list(handler.iter())
        for part in list(parts):
            if part.get("type") == "location":
                parts += places[part.get("value")].iter()
        fields = {p.get("value") for p in parts if p.get("type") == "eventField"} | {p.get("name") for p in parts if p.tag == "field"}
        unknown += [f"{name} {field}" for field in sorted(fields - table.get(name, set()))] + ([] if name in table else [name])
    print("; ".join(unknown) or "none unknown")

# --- playing ---

state, history = {}, {}
locations = {l.get("id"): l for l in provider.findall("location")}

def path(attributes, event):
    steps = []
    for a in attributes:
        kind, value = a.get("type"), a.get("value")
        if kind == "constant":
            steps.append(value)
        elif kind == "eventField":
            steps.append(str(event[value]))
        elif kind == "location":
            steps += path(locations[value].findall("stateAttribute"), event)
        elif kind == "query":
            steps.append(str(state.get(tuple(path(a.findall("stateAttribute"), event)))))
    return steps

def value_of(value, event):
    kind = value.get("type")
    return {"int": lambda: int(value.get("value")), "string": lambda: value.get("value"), "null": lambda: None,
            "eventField": lambda: event[value.get("value")]}[kind]()

def holds(test, event):
    if test.tag in ("if", "then"):
        return holds(test[0], event)
    if test.tag in ("or", "and"):
        return (any if test.tag == "or" else all)(holds(t, event) for t in test)
    if test.tag == "not":
        return not holds(test[0], event)
    field, value = test.find("field"), value_of(test.find("stateValue"), event)
    left = event[field.get("name")] if field is not None else state.get(tuple(path(test.findall("stateAttribute"), event)))
    operator = test.get("operator", "eq")
    if operator == "gt":
        return left is not None and left > value
    return (left == value) == (operator == "eq")

def change(it, event):
    test = it.find("if")
    if test is not None:
        branch = it.find("then") if holds(test, event) else it.find("else")
        if branch is not None:
            change(branch, event)
        return
    where, value = tuple(path(it.findall("stateAttribute"), event)), it.find("stateValue")
    new = value_of(value, event)
    if value.get("increment"):
        new = (state.get(where) or 0) + new
    if state.get(where) != new or where not in state:
        history.setdefault(where, []).append(new)
    state[where] = new

def fields_of(text):
    fields = {}
    for name, word, number in re.findall(r'(\w+) = (?:\( "(\w+)" : container = \d+ \)|"?([^",}]*)"?)', text):
        fields[name] = word or (int(number, 0) if re.fullmatch(r"-?(0x)?[0-9A-Fa-f]+", number.strip()) and (number.strip().isdigit() or number.strip().startswith(("0x", "-"))) else number.strip())
    return fields

def play():
    for line in open(sys.argv[3]):
        found = re.search(r" (thrum:\w+): (.*)", line)
        if found and found[1] in handlers:
            event = fields_of(found[2])
            for it in handlers[found[1]].findall("stateChange"):
                change(it, event)
    words = {int(d.get("value")): d.get("name") for v in root.findall("timeGraphView") for d in v.findall("definedValue")}
    words[None] = "gone"
    tell = lambda values: ", ".join(words[v] for v in values)
    threads = [(w, h) for w, h in history.items() if w[2] == "Threads" and w[-1] == "State"]
    for where, values in threads:
        print("main:" if where[1] == where[3] else "other:", tell(values))
    for where, values in history.items():
        if where[2] == "Objects" and where[-1] == "State":
            print("lock:", tell(values))
        if where[2] == "Findings":
            print(f"finding: {where[3]}:", tell(values[-1:]))
    print("left: held %d, waiting %d" % tuple(sum(v or 0 for w, v in state.items() if w[-1] == name) for name in ("Held", "Waiters")))

globals()[sys.argv[1]]()

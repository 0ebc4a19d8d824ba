# SPDX-License-Identifier: MIT
"""Reads what a timeline was written as, by the format's own rules, and prints what it says: formats.py FORMAT FILE."""
import collections, json, struct, sys, zlib
import xml.etree.ElementTree as xml

# --- Trace Event Format ---

def chrome(data):
    events = json.loads(data)["traceEvents"]
    names = {e["tid"]: e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    print("threads:", ", ".join(names.values()))
    for e in events:
        if e["ph"] == "X" and e["cat"] == "wait":
            print(f'{names[e["tid"]]}: {e["name"]} {e["ts"]} +{e["dur"]} {e["args"]["site"]} {e["args"]["result"]}')
    begun, held = {}, []
    for e in events:
        if e["ph"] == "b":
            begun[e["cat"], e["id"]] = e
        if e["ph"] == "e":
            b = begun.pop((e["cat"], e["id"]))
            held.append(f'{b["name"]} {b["args"]["holder"]} {b["ts"]}..{e["ts"]} {b["args"]["mode"]}')
    print("held:", "; ".join(sorted(held)))
    print("never ended:", len(begun))
    sources = {e["id"]: (names[e["tid"]], e["ts"]) for e in events if e["ph"] == "s"}
    for e in events:
        if e["ph"] == "f":
            print("flow:", *sources[e["id"]], "->", names[e["tid"]], e["ts"])
            slices = [s for s in events if s["ph"] == "X" and names[s["tid"]] == sources[e["id"]][0] and s["ts"] <= sources[e["id"]][1] <= s["ts"] + s["dur"]]
            print("  begins in:", slices[-1]["name"])
    print("marks:", ", ".join(f'{names[e["tid"]]} {e["name"]} {e["ts"]}' for e in events if e["ph"] == "i"))
    print("waiting for table:", [(e["ts"], e["args"]["threads"]) for e in events if e["ph"] == "C" and e["name"] == "waiting for table"])

# --- Perfetto: fields by the numbers of perfetto.protos ---

def varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return number, at

def message(data):
    fields, at = collections.defaultdict(list), 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = struct.unpack_from("<Q", data, at)[0], at + 8
        else:
            assert kind == 2, kind
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
            assert len(value) == size
        fields[key >> 3].append(value)
    return fields

def perfetto(data):
    packets = [message(p) for p in message(data)[1]]
    tracks, names, events, begin = {}, {}, [], None
    assert packets[0][13] == [1] and all(p[13] == [2] for p in packets[1:]) # incremental state cleared once, then needed
    for p in packets:
        if p[6]: # clock_snapshot
            clocks = {message(c)[1][0]: message(c)[2][0] for c in message(p[6][0])[1]}
            begin = clocks[6]
            print("clocks agree:", len(set(clocks.values())) == 1)
        if p[60]: # track_descriptor
            t = message(p[60][0])
            uuid = t[1][0]
            assert uuid not in tracks
            if t[3]:
                tracks[uuid] = ("process", message(t[3][0])[6][0].decode())
            elif t[4]:
                tracks[uuid] = ("thread", message(t[4][0])[5][0].decode())
            else:
                tracks[uuid] = ("counter" if t[8] else "track", t[2][0].decode())
            assert not t[5] or t[5][0] in tracks
        for n in message(p[12][0])[2] if p[12] else []: # interned_data.event_names
            names[message(n)[1][0]] = message(n)[2][0].decode()
        if p[11]: # track_event
            e = message(p[11][0])
            events.append((p[8][0] - begin, e[9][0], tracks[e[11][0]], names[e[10][0]] if e[10] else None, e))
    print("tracks:", "; ".join(" ".join(t) for t in tracks.values()))
    stacks, slices = collections.defaultdict(list), collections.defaultdict(list)
    for time, kind, track, name, e in sorted(events, key=lambda e: e[0]):
        if kind == 1:
            stacks[e[11][0]].append((time, name))
        elif kind == 2:
            began, name = stacks[e[11][0]].pop()
            slices[" ".join(track)].append(f"{name} {began}..{time}")
    for track, those in sorted(slices.items()):
        print(track + ":", "; ".join(those))
    print("open:", [name for stack in stacks.values() for _, name in stack])
    sources = {f: (track[1], time, name) for time, _, track, name, e in events for f in flows(e[47])}
    for time, _, track, name, e in events:
        for flow in flows(e[48]):
            print("flow:", *sources[flow], "->", track[1], time)
    print("waiting for table:", [(time, e[30][0]) for time, kind, track, _, e in events if kind == 4 and track[1] == "waiting for table"])

# Packed or not, both are allowed.
def flows(values):
    return [f for v in values for f in ([v] if isinstance(v, int) else struct.unpack(f"<{len(v) // 8}Q", v))]

# --- SVG ---

def svg(data):
    root, space = xml.fromstring(data), "{http://www.w3.org/2000/svg}"
    print("title:", root.find(space + "title").text)
    texts = [t.text for t in root.iter(space + "text")]
    print("texts:", ", ".join(t for t in texts if t))
    boxes = [r for r in root.iter(space + "rect") if r.find(space + "title") is not None]
    life = [r for r in root.iter(space + "rect") if r.get("class") == "life"][0]
    left, width = float(life.get("x")), float(life.get("width"))
    for r in boxes: # main's life is from the 2nd event on; in parts of it
        x = (float(r.get("x")) - left) / width
        print(r.get("class"), f'{x:.3f} +{float(r.get("width")) / width:.3f}', r.find(space + "title").text)
    print("arrows:", sum(1 for p in root.iter(space + "path") if p.get("class") == "arrow"))
    print("critical path:", [p.get("d").count("L") for p in root.iter(space + "path") if p.get("class") == "path"][:1])

# --- PNG ---

def png(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    raw, step = zlib.decompress(packed), {2: 3, 6: 4}[colour]
    row, seen = bytearray(width * step), collections.Counter()
    for y in range(height):
        begin = y * (width * step + 1)
        row = unfilter(raw[begin], raw[begin + 1:begin + 1 + width * step], row, step)
        seen.update(bytes(row[i:i + 3]) for i in range(0, len(row), step))
    print("width:", width, "depth:", depth)
    for name, pixel in (("white", "ffffff"), ("held", "009e73"), ("life", "dce3ec"), ("waits for a lock", "e69f00")):
        print(f"{name}:", "many" if seen[bytes.fromhex(pixel)] > 100 else seen[bytes.fromhex(pixel)])

def unfilter(kind, line, above, step):
    line = bytearray(line)
    for i in range(len(line)):
        a, b, c = line[i - step] if i >= step else 0, above[i], above[i - step] if i >= step else 0
        nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
        line[i] = line[i] + (0, a, b, (a + b) // 2, nearest)[kind] & 255
    return line

globals()[sys.argv[1]](open(sys.argv[2], "rb").read())

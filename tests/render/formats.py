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
        if e["ph"] == "X" and e.get("cat") == "wait":
            print(f'{names[e["tid"]]}: {e["name"]} {e["ts"]} +{e["dur"]} {e["args"]["site"]} {e["args"].get("result", "ok")}')
    held = [f'{names[e["tid"]]}: {e["name"]} {e["ts"]} +{e["dur"]} {e["cat"]}' for e in events if e["ph"] == "X" and e.get("cat") in ("hold", "shared")]
    print("held:", "; ".join(sorted(held)))
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

# The packets, also those that are deflated together.
def packets_of(data):
    for packet in map(message, message(data)[1]):
        yield from packets_of(zlib.decompress(packet[50][0])) if packet[50] else [packet]

def perfetto(data):
    packets = list(packets_of(data))
    tracks, names, events, begin = {}, collections.defaultdict(dict), [], None
    assert packets[0][13] == [1] and all(p[13] == [2] for p in packets[1:]) # incremental state cleared once, then needed
    assert message(packets[0][59][0])[58] == [64] # trace_packet_defaults.timestamp_clock_id
    now = 0
    for p in packets:
        now += p[8][0] if p[8] else 0 # since the packet before
        if p[6]: # clock_snapshot
            clocks = {message(c)[1][0]: message(c) for c in message(p[6][0])[1]}
            print("clocks agree:", len({c[2][0] for c in clocks.values()}) == 1, "incremental:", [i for i, c in clocks.items() if c[3]])
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
        for sort in (1, 2, 3, 29): # interned_data: categories, names, names and texts of annotations
            for n in message(p[12][0])[sort] if p[12] else []:
                assert message(n)[1][0] not in names[sort]
                names[sort][message(n)[1][0]] = message(n)[2][0].decode()
        if p[11]: # track_event
            e = message(p[11][0])
            notes = {names[3][message(a)[1][0]]: names[29][message(a)[17][0]] for a in e[4]}
            events.append((now, e[9][0], tracks[e[11][0]], names[2][e[10][0]] if e[10] else None, e, names[1][e[3][0]] if e[3] else "", notes))
    print("tracks:", "; ".join(" ".join(t) for t in tracks.values()))
    stacks, slices = collections.defaultdict(list), collections.defaultdict(list)
    for time, kind, track, name, e, category, notes in events:
        if kind == 1:
            stacks[e[11][0]].append((time, f"{name} ({category})", notes))
        elif kind == 2:
            began, name, told = stacks[e[11][0]].pop()
            slices[" ".join(track)].append(f"{name} {began}..{time} {told or ''}".strip())
        elif kind == 3:
            slices[" ".join(track)].append(f"{name} ({category}) {time}")
    for track, those in sorted(slices.items()):
        print(track + ":", "; ".join(those))
    print("open:", [name for stack in stacks.values() for _, name, _ in stack])
    sources = {f: (track[1], time, name) for time, _, track, name, e, _, _ in events for f in flows(e[47])}
    for time, _, track, name, e, _, _ in events:
        for flow in flows(e[48]):
            print("flow:", *sources[flow], "->", track[1], time)
    print("waiting for table:", [(time, e[30][0]) for time, kind, track, _, e, _, _ in events if kind == 4 and track[1] == "waiting for table"])

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

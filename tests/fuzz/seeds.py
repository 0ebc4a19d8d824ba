# SPDX-License-Identifier: MIT
"""Makes fuzzing seeds of traces: seeds.py DIRECTORY TRACE..., an input for each stream, and one for all of a trace."""
import os
import struct
import sys


def metadata_text(data):
    """The text of metadata, out of its packets if it has any."""
    if data[:4] != struct.pack("<I", 0x75D11D57):
        return data
    text, at = b"", 0
    while at < len(data):
        content, packet = struct.unpack_from("<II", data, at + 24)
        text += data[at + 37:at + content // 8]
        at += packet // 8
    return text


def seeds(trace):
    with open(os.path.join(trace, "metadata"), "rb") as file:
        metadata = metadata_text(file.read())
    head = struct.pack("<I", len(metadata)) + metadata
    streams = []
    for name in sorted(os.listdir(trace)):
        path = os.path.join(trace, name)
        if name != "metadata" and not name.startswith(".") and os.path.isfile(path):
            with open(path, "rb") as file:
                streams.append(file.read(4096).rstrip(b"\0"))
    if len(streams) > 1:
        yield head + b"STREAM".join(stream[:1500] for stream in streams[:8])
    for stream in streams:
        yield head + stream


def main():
    count = 0
    os.makedirs(sys.argv[1], exist_ok=True)
    for root in sys.argv[2:]:
        for trace, _, files in os.walk(root):
            for seed in seeds(trace) if "metadata" in files else ():
                with open(os.path.join(sys.argv[1], f"seed-{count}"), "wb") as file:
                    file.write(seed)
                count += 1
    print(count, "seeds")


main()

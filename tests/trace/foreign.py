# SPDX-License-Identifier: MIT
"""Writes a CTF trace that has nothing to do with thrum: one stream, some ticks. Usage: foreign.py DIRECTORY"""
import os
import struct
import sys

METADATA = """/* CTF 1.8 */
typealias integer { size = 32; align = 8; signed = false; } := uint32_t;
typealias integer { size = 64; align = 8; signed = false; } := uint64_t;
trace {
    major = 1; minor = 8; byte_order = le;
    packet.header := struct { uint32_t magic; uint32_t stream_id; };
};
clock { name = monotonic; freq = 1000000000; };
stream {
    id = 0;
    packet.context := struct { uint64_t content_size; uint64_t packet_size; };
    event.header := struct {
        uint32_t id;
        integer { size = 64; align = 8; signed = false; map = clock.monotonic.value; } timestamp;
    };
};
event { name = "church:tick"; id = 0; stream_id = 0; fields := struct { uint32_t bell; }; };
"""
TICKS = 5

directory = sys.argv[1]
os.makedirs(directory)
with open(os.path.join(directory, "metadata"), "w", encoding="ascii") as metadata:
    metadata.write(METADATA)
events = b"".join(struct.pack("<IQI", 0, 1000 * tick, tick) for tick in range(TICKS))
bits = 8 * (8 + 16 + len(events))
with open(os.path.join(directory, "stream"), "wb") as stream:
    stream.write(struct.pack("<IIQQ", 0xC1FC1FC1, 0, bits, bits) + events)

# SPDX-License-Identifier: MIT
"""A usual threaded program: a pool of four compresses and digests the blocks of a file, and sums up under a lock."""
import concurrent.futures
import hashlib
import sys
import threading
import zlib

BLOCK = 32 * 1024
lock, total, digests = threading.Lock(), 0, {}


def digest(number, block):
    global total
    packed = zlib.compress(block, 3)
    found = hashlib.sha256(packed).hexdigest()
    with lock:
        total += len(packed)
        digests[number] = found


with open(sys.argv[1], "rb") as file, concurrent.futures.ThreadPoolExecutor(4) as pool:
    jobs = [pool.submit(digest, number, block) for number, block in enumerate(iter(lambda: file.read(BLOCK), b""))]
    for job in jobs:
        job.result()
print(len(digests), total)

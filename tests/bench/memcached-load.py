# SPDX-License-Identifier: MIT
"""Loads a memcached with many small requests at once: memcached-load.py PORT."""
import socket
import sys
import threading

REQUESTS, BATCH = 40000, 100


def load(number):
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as server:
        replies = server.makefile("rb")
        for start in range(0, REQUESTS, BATCH):
            keys = [b"k%d-%d" % (number, start + i) for i in range(BATCH)]
            server.sendall(b"".join(b"set %s 0 0 5\r\nvalue\r\nget %s\r\n" % (key, key) for key in keys))
            for _ in keys:
                for _ in range(4):  # STORED, VALUE, the value, END
                    replies.readline()


threads = [threading.Thread(target=load, args=(n,)) for n in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

# SPDX-License-Identifier: MIT
"""Loads a memcached over several connections and looks at each reply: memcached.py SOCKET REQUESTS."""
import socket
import sys
import threading

CONNECTIONS, BATCH = 8, 50
path, requests = sys.argv[1], int(sys.argv[2])
wrong = []


def connect():
    server = socket.socket(socket.AF_UNIX)
    server.connect(path)
    return server, server.makefile("rb")


def load(number):
    server, replies = connect()
    for start in range(0, requests // CONNECTIONS, BATCH):
        keys = [b"k%d-%d" % (number, (start + i) % 1000) for i in range(BATCH)]
        server.sendall(b"".join(b"set %s 0 0 %d\r\n%s\r\nget %s\r\nincr all 1\r\n" % (k, len(k), k, k) for k in keys))
        for key in keys:
            expected = [b"STORED", b"VALUE %s 0 %d" % (key, len(key)), key, b"END"]
            if [replies.readline().strip() for _ in expected] != expected or not replies.readline().strip().isdigit():
                wrong.append(key)


server, replies = connect()
server.sendall(b"set all 0 0 1\r\n0\r\n")
replies.readline()
threads = [threading.Thread(target=load, args=(n,)) for n in range(CONNECTIONS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
server.sendall(b"get all\r\n")
print([replies.readline().strip() for _ in range(3)][1].decode(), "increments")
server.sendall(b"stats\r\n")
for line in iter(lambda: replies.readline().split(), [b"END"]):
    if line[1] in (b"cmd_get", b"cmd_set", b"get_misses", b"curr_items", b"threads", b"incr_hits"):
        print(line[2].decode(), line[1].decode())
print(len(wrong), "wrong replies")

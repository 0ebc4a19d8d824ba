# SPDX-License-Identifier: MIT
"""A terminal for a command that draws on one: top.py COMMAND...; presses its keys in turn, prints what it wrote and its status."""
import os, pty, select, sys, time

# What is pressed once something was drawn, in turn; ^L draws all again, not only what changed.
PLAN = [(b"q end", b"?"), (b"order of the locks", b"s\x0c"), (b"by all waiting", b"q")]

pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", LINES="30", COLUMNS="110", LC_ALL="C.UTF-8")
    os.execv(sys.argv[1], sys.argv[1:])
written, plan, since, end = b"", list(PLAN), 0, time.monotonic() + 30
while time.monotonic() < end:
    ready, _, _ = select.select([terminal], [], [], 20)
    try:
        piece = os.read(terminal, 65536) if ready else b""
    except OSError: # its other end is closed
        piece = b""
    if not piece:
        break
    written += piece
    if plan and plan[0][0] in written[since:]:
        since = len(written)
        os.write(terminal, plan.pop(0)[1])
print(written.decode(errors="replace").replace("\x1b", "\n"))
if plan:
    print("never drawn:", plan[0][0].decode())
    os.kill(pid, 15)
print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

# SPDX-License-Identifier: MIT
"""A terminal for a command that draws on one: screen.py TEXT KEYS ... -- COMMAND...

Presses KEYS once TEXT was drawn, then waits for the next TEXT; prints what was written, and the status. Keys may have \\x0c: ^L
draws all again, not only what changed. Each TEXT has to come after the keys before it."""
import os, pty, select, sys, time

end = sys.argv.index("--")
command, words = sys.argv[end + 1:], [word.encode().decode("unicode_escape").encode("latin-1") for word in sys.argv[1:end]]
plan = list(zip(words[::2], words[1::2]))
pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", LINES="30", COLUMNS="110", LC_ALL="C.UTF-8")
    os.execv(command[0], command)
written, since, end = b"", 0, time.monotonic() + 30
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

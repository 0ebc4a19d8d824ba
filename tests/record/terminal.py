# SPDX-License-Identifier: MIT
"""A terminal with an interactive shell in it: types a scene's lines, and waits for what should come back.

terminal.py SCENE "thrum record ... --" PYTHON3
"""
import os
import pty
import re
import select
import sys

PROMPT = 'prompt-%d> '


class Terminal:
    def __init__(self):
        self.seen = ''
        self.prompts = 0
        self.process, self.fd = pty.fork()
        if self.process == 0:
            os.environ['PS1'] = 'prompt-$((n++))> '
            os.execvp('bash', ['bash', '--norc', '--noediting', '-i'])
        self.prompt()

    def wait_for(self, pattern):
        """Goes on when the pattern was written; the test's own time limit ends one that never is."""
        while not (found := re.search(pattern, self.seen)):
            select.select([self.fd], [], [])
            self.seen += os.read(self.fd, 4096).decode(errors='replace')
        before, self.seen = self.seen[:found.end()], self.seen[found.end():]
        print(before, end='', flush=True)
        return before

    def prompt(self):
        """What was written up to the shell's next prompt."""
        text = self.wait_for(re.escape(PROMPT % self.prompts))
        self.prompts += 1
        return text

    def type(self, text):
        os.write(self.fd, text.encode())

    def line(self, text):
        self.type(text + '\n')

    def status(self):
        self.line('echo status $?')
        return int(re.search(r'(?:^|\n)status (\d+)', self.prompt()).group(1))


def expect(got, wanted):
    if got != wanted:
        sys.exit(f'\ngot {got!r}, wanted {wanted!r}')


def interrupt(terminal, record, _python):
    terminal.line(f'{record} sh -c "echo re\'\'ady; exec sleep 1000"')
    terminal.wait_for('ready')
    terminal.type('\x03')
    terminal.wait_for('none (known to be )?lost')
    terminal.prompt()
    expect(terminal.status(), 130)


def suspend(terminal, record, _python):
    terminal.line(f'{record} sh -c "echo re\'\'ady; read word; echo got \\$word"')
    terminal.wait_for('ready')
    terminal.type('\x1a')
    terminal.wait_for('Stopped')
    terminal.prompt()
    terminal.line('fg')
    terminal.wait_for('sh -c')
    terminal.line('hello')
    terminal.wait_for('got hello')
    terminal.prompt()
    expect(terminal.status(), 0)


def suspend_itself(terminal, record, _python):
    terminal.line(f'{record} sh -c "kill -TSTP \\$\\$; echo con\'\'tinued"')
    terminal.wait_for('Stopped')
    terminal.prompt()
    terminal.line('fg')
    terminal.wait_for('continued')
    terminal.prompt()
    expect(terminal.status(), 0)


def pipeline(terminal, record, _python):
    terminal.line(f'{record} sh -c "echo one; echo two" | tr a-z A-Z')
    # Between two lines others may have written theirs, but not amid one.
    terminal.wait_for('\nONE\r\n(thrum record: .*\r\n)*TWO\r\n')
    terminal.prompt()


def background(terminal, record, _python):
    terminal.line(f'{record} true & wait $!; echo st\'\'atus $?')
    terminal.wait_for('status 0')
    terminal.prompt()


READS_KEYS = """
import signal, sys, tty
hits = []
tty.setcbreak(sys.stdin)
signal.signal(signal.SIGINT, lambda *_: hits.append(print("inter" "rupted", flush=True)))
print("re" "ady", flush=True)
while not hits: signal.sigtimedwait([], 0.01)
signal.sigtimedwait([], 6)
print("still" " here", flush=True)
sys.exit(4)
"""


def reads_keys(terminal, record, python):
    """Where single keys are read, by an editor or at an interpreter's prompt, Ctrl-C isn't meant for the recording."""
    terminal.line(f"{record} {python} -c '{READS_KEYS}'")
    terminal.wait_for('ready')
    terminal.type('\x03')
    terminal.wait_for('interrupted')
    terminal.wait_for('still here')
    terminal.wait_for(re.escape(PROMPT % 1))
    terminal.prompts = 2
    expect(terminal.status(), 4)


SCENES = {scene.__name__.replace('_', '-'): scene for scene in
          (interrupt, suspend, suspend_itself, pipeline, background, reads_keys)}
SCENES[sys.argv[1]](Terminal(), sys.argv[2], sys.argv[3])

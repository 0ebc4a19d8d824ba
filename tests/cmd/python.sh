# SPDX-License-Identifier: MIT
# A Python program's locks and threads are told by lines of Python, in recordings and by the checker.
. "$srcdir/tap.sh"

python=/usr/bin/python3
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2> /dev/null)
case $version in 3.11 | 3.12 | 3.13) ;; *) skip_all "no CPython 3.11 to 3.13 at $python" ;; esac

cat > "$tmp/bank.py" <<'PY'
import sys
import threading


class Account:
    def __init__(self):
        self.lock = threading.Lock()

    def pay(self, other, barrier):
        with self.lock:
            barrier.wait()
            other.take()

    def take(self):
        with self.lock:
            pass


def clerk(one, other, barrier):
    one.pay(other, barrier)


here, there, barrier = Account(), Account(), threading.Barrier(int(sys.argv[1]))
if sys.argv[1] == "2":
    threads = [threading.Thread(target=clerk, args=pair) for pair in ((here, there, barrier), (there, here, barrier))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
else:
    done = threading.Event()
    first = threading.Thread(target=lambda: (clerk(here, there, barrier), done.set()))
    second = threading.Thread(target=lambda: (done.wait(), clerk(there, here, barrier)))
    first.start(), second.start()
    first.join(), second.join()
PY

limit 60 "$thrum" record --timeout 3 -o "$tmp/hangs" -- "$python" "$tmp/bank.py" 2 2> /dev/null
report=$(limit 60 "$deadlock_report" "$tmp/hangs")
like "a deadlock of two Python locks is found" "$report" '^deadlock \(happened\)'
like "they were made at a line of Python" "$report" 'semaphore made in Account.__init__ \(bank.py:7\)'
like "taken at another" "$report" 'Account.pay \(bank.py:10\)'
like "waited for, with the calls of Python that led there" "$(tr -s ' \n' ' ' <<< "$report")" \
    'Account.take \(bank.py:15\) Account.pay \(bank.py:12\) clerk \(bank.py:20\) Thread.run \(threading.py:[0-9]+\)'
unlike "and none of the interpreter's own" "$report" '_PyEval|python3\.[0-9]+\+'
like "a thread is started at a line of Python" "$(limit 60 "$thrum" timeline -o - "$tmp/hangs" 2> /dev/null)" 'Thread.start \(threading.py:'

if [ "$version" = 3.11 ]; then
    limit 60 "$thrum" record -o "$tmp/lucky" -- "$python" "$tmp/bank.py" 1 2> /dev/null
    like "a run that went well tells of the order of its locks" "$(limit 60 "$deadlock_report" "$tmp/lucky")" 'Account.take \(bank.py:15\)'
    limit 60 "$thrum" check -- "$python" "$tmp/bank.py" 1 > "$tmp/out" 2>&1
    is "so does the checker" $? 66
    like "with lines of Python" "$(cat "$tmp/out")" 'Account.take \(bank.py:15\)'
    like "and where the locks were made" "$(cat "$tmp/out")" 'Python lock S1   semaphore made in Account.__init__ \(bank.py:7\)'
    LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so THRUM_CHECK=report limit 60 "$python" "$tmp/bank.py" 1 2> "$tmp/out"
    like "also where it has nobody to name them" "$(cat "$tmp/out")" 'Account.take \(bank.py:15\)'
else
    skip "orders of locks" "CPython tries before it waits, and only 3.11 is known to tell which is meant"
fi

THRUM_PYTHON=off limit 60 "$thrum" record -o "$tmp/off" -- "$python" "$tmp/bank.py" 1 2> /dev/null
unlike "THRUM_PYTHON=off: sites are the interpreter's own" "$(limit 60 "$thrum" info "$tmp/off")" 'source_line'
cat > "$tmp/forks.py" <<'PY'
import os
import threading
lock = threading.Lock()


def in_child():
    with lock:
        pass


with lock:
    pass
if os.fork() == 0:
    in_child()
    os._exit(0)
os.wait()
PY
limit 60 "$thrum" record -o "$tmp/forks" -- "$python" "$tmp/forks.py" 2> /dev/null
like "a forked child's too" "$(limit 60 "$thrum" timeline -o - "$tmp/forks" 2> /dev/null)" 'in_child \(forks.py:7\)'
printf 'def \xc3\xa4rger():\n    import threading\n    with threading.Lock():\n        pass\n\xc3\xa4rger()\n' > "$tmp/letters.py"
limit 60 "$thrum" record -o "$tmp/letters" -- "$python" "$tmp/letters.py" 2> /dev/null
like "names that aren't English" "$(limit 60 "$thrum" timeline -o - "$tmp/letters" 2> /dev/null)" 'ärger \(letters.py:3\)'
done_testing

# SPDX-License-Identifier: MIT
# A Python program's locks and threads are told by lines of Python, in recordings and by the checker, for each CPython there is.
. "$srcdir/tap.sh"
. "$srcdir/pythons.sh"

[ -n "$BABELTRACE2" ] || BABELTRACE2=$(command -v babeltrace2)
pythons > "$tmp/pythons"
known=$(grep -E '^3\.1[123]\.[0-9]+d? ' "$tmp/pythons")
[ -n "$known" ] || skip_all "no CPython 3.11 to 3.13 on this machine"
scripts=$tmp
for version in 3.11 3.12 3.13; do
    grep -q "^${version//./\\.}\." "$tmp/pythons" || diag "no CPython $version here: nothing is tested of it"
done

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

cat > "$tmp/joins.py" <<'PY'
import threading

lock = threading.Lock()


def worker():
    with lock:
        pass


with lock:
    thread = threading.Thread(target=worker)
    thread.start()
    thread.join()
PY

cat > "$tmp/joined.py" <<'PY'
import threading
import time

gate, inside = threading.Lock(), threading.Lock()


def held():
    with gate:
        pass


def other():
    with inside:
        thread.join()


gate.acquire()
thread = threading.Thread(target=held)
thread.start()
others = [threading.Thread(target=other), threading.Thread(target=thread.join)]
for one in others:
    one.start()
thread.join(0.01)
assert thread.is_alive()
while not inside.locked():
    time.sleep(0.001)
gate.release()
thread.join()
thread.join()
for one in others:
    one.join()
PY

# Locks taken in opposite orders by threads that a join keeps apart: of each other, of one that another joined, of a pool.
cat > "$tmp/apart.py" <<'PY'
import concurrent.futures
import threading

a, b = threading.Lock(), threading.Lock()


def take(first, second):
    with first, second:
        pass


def run(*function):
    thread = threading.Thread(target=function[0], args=function[1:])
    thread.start()
    return thread


run(take, a, b).join()
run(take, b, a).join()
run(lambda: run(take, a, b).join()).join()
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    pool.submit(take, b, a).result()
early, late = run(take, a, b), run(take, a, b)
late.join(10), early.join()
while late.is_alive():
    pass
take(b, a)
PY

cat > "$tmp/daemons.py" <<'PY'
import threading


def work():
    ready.release()
    while True:
        sum(range(1000))


ready = threading.Semaphore(0)
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
for _ in range(3):
    ready.acquire()
PY

hangs() { # VERSION
    local report
    report=$(limit 60 "$deadlock_report" "$tmp/hangs-$1")
    like "$1: a deadlock of two Python locks is found" "$report" '^deadlock \(happened\)'
    like "$1: they were made at a line of Python" "$report" 'semaphore made in Account.__init__ \(bank.py:7\)'
    like "$1: taken at another" "$report" 'Account.pay \(bank.py:10\)'
    like "$1: waited for, with the calls of Python that led there" "$(tr -s ' \n' ' ' <<< "$report")" \
        'Account.take \(bank.py:15\) Account.pay \(bank.py:12\) clerk \(bank.py:20\) Thread.run \(threading.py:[0-9]+\)'
    unlike "$1: and none of the interpreter's own" "$report" '_PyEval|python3\.[0-9]+\+|shim|trampoline'
    like "$1: threads are called by the function that they run" "$report" '^    clerk \(bank.py:19\) +holds'
    like "$1: more than one is numbered" "$report" '^    clerk-2 \(bank.py:19\) +holds'
    like "$1: a thread is started at a line of Python" "$(limit 60 "$thrum" timeline -o - "$tmp/hangs-$1" 2> /dev/null)" 'Thread.start \(threading.py:'
}

joins() { # VERSION PYTHON
    local report
    report=$(limit 60 "$deadlock_report" "$tmp/joins-$1")
    like "$1: a deadlock with a join is found" "$report" '^deadlock \(happened\)'
    like "$1: main joins" "$(tr -s ' \n' ' ' <<< "$report")" 'Thread.join \(threading.py:[0-9]+\) <module> \(joins.py:14\)'
    like "$1: whom" "$report" '^    worker \(joins.py:6\) +(holds|has to end)'
    limit 60 "$thrum" check -- "$2" "$scripts/joined.py" > "$tmp/out" 2>&1
    is "$1: joins by many, with a timeout, again: nothing is wrong" "$? $(cat "$tmp/out")" "0 "
    limit 60 "$thrum" check -- "$2" "$scripts/apart.py" > "$tmp/out" 2>&1
    is "$1: nor where joins keep threads apart" "$? $(cat "$tmp/out")" "0 "
    limit 60 "$thrum" record -o "$tmp/apart-$1" -- "$2" "$scripts/apart.py" 2> /dev/null
    like "$1: a recording has it so too" "$(limit 60 "$deadlock_report" "$tmp/apart-$1")" '^No deadlock happened, and locks were taken in no order'
    limit 60 "$thrum" check -- "$2" "$scripts/daemons.py" > "$tmp/out" 2>&1
    is "$1: nor where daemon threads are ended with the interpreter" "$? $(cat "$tmp/out")" "0 "
}

orders() { # VERSION PYTHON
    limit 60 "$thrum" record -o "$tmp/lucky-$1" -- "$2" "$scripts/bank.py" 1 2> /dev/null
    like "$1: a run that went well tells of the order of its locks" "$(limit 60 "$deadlock_report" "$tmp/lucky-$1")" 'Account.take \(bank.py:15\)'
    limit 60 "$thrum" check -- "$2" "$scripts/bank.py" 1 > "$tmp/out" 2>&1
    is "$1: so does the checker" $? 66
    like "$1: with lines of Python" "$(cat "$tmp/out")" 'Account.take \(bank.py:15\)'
    like "$1: and where the locks were made" "$(cat "$tmp/out")" 'Account\.lock 1 +semaphore made in Account.__init__ \(bank.py:7\)'
    like "$1: the GIL is known" "$(limit 60 "$thrum" contention --all "$tmp/lucky-$1")" '^GIL [0-9]+ +mutex'
    unlike "$1: and left out" "$(limit 60 "$thrum" contention -E 0 "$tmp/lucky-$1")" '^GIL'
    LD_PRELOAD=$top_builddir/lib/.libs/libthrum-preload.so THRUM_CHECK=report limit 60 "$2" "$scripts/bank.py" 1 2> "$tmp/out"
    like "$1: also where it has nobody to name them" "$(cat "$tmp/out")" 'Account.take \(bank.py:15\)'
}

# Where Python itself says that locks were made is where the trace says it.
lines() { # VERSION PYTHON OPTION...
    local version=$1 python=$2
    shift 2
    rm -rf "$tmp/truth" "$tmp/lines"
    THRUM_STACK=64 limit 60 "$thrum" record -o "$tmp/lines" -- "$python" "$@" "$srcdir/cmd/python-lines.py" "$tmp/truth" > "$tmp/out" 2>&1
    is "$version: $* python-lines.py ends well" $? 0 || diag "$(tail -n 50 "$tmp/out")"
    ok "$version: $* stacks in code of every sort" bash -c "'$BABELTRACE2' '$tmp/lines' | '$python' '$srcdir/cmd/python-compare.py' '$tmp/truth' '$srcdir/cmd/python-lines.py'"
}

# What locks are called: by the line that made them, or had the library make them.
cat > "$scripts/called.py" <<'PY'
import queue
import threading


class Store:
    def __init__(self):
        self.guard: object = threading.RLock()
        self.full = threading.Condition()


store = Store()
forks = [threading.Lock() for _ in range(2)]
jobs = queue.Queue()
one = threading.Lock()
some, other = threading.Lock(), threading.Lock()
seats = threading.Semaphore(2)
for lock in (store.guard, store.full, forks[1], jobs.mutex, one, some, seats._cond):
    lock.acquire()
PY

called() { # VERSION PYTHON
    limit 60 "$thrum" record -o "$tmp/called-$1" -- "$2" "$scripts/called.py" 2> /dev/null
    is "$1: what locks are called" "$(limit 60 "$thrum" contention -E 0 "$tmp/called-$1" 2> /dev/null | grep -oE '^(lock )?(Store\.|forks|jobs|one|some|other|seats)[^ ]*' | LC_ALL=C sort)" \
        "Store.guard
lock Store.full
lock forks[]
lock jobs
lock one
lock seats"
}

cat > "$scripts/names.py" <<'PY'
import concurrent.futures
import threading
import _thread


class Feeder(threading.Thread):
    def run(self):
        with lock:
            pass


def outer():
    def worker():
        with lock:
            pass
    return worker


def plain():
    with lock:
        pass
    done.release()


lock, done = threading.Lock(), threading.Lock()
done.acquire()
_thread.start_new_thread(plain, ())
done.acquire()
for thread in (Feeder(), Feeder(), threading.Thread(target=outer()), threading.Timer(0, lambda: None)):
    thread.start()
    thread.join()
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    pool.submit(plain).result()
PY

names() { # VERSION PYTHON
    rm -rf "$tmp/names"
    limit 60 "$thrum" record -o "$tmp/names" -- "$2" "$scripts/names.py" 2> /dev/null
    is "$1: what threads are called" "$("$BABELTRACE2" "$tmp/names" | sed -n 's/.*thrum:thread_name:.* name = "\(.*\)" }/\1/p' | sed 's/threading.py:[0-9]*/threading.py:N/; s/thread.py:[0-9]*/thread.py:N/')" \
        "plain (names.py:19)
Feeder.run (names.py:7)
Feeder.run-2 (names.py:7)
outer.<locals>.worker (names.py:13)
Timer.run (threading.py:N)
_worker (thread.py:N)"
}

# Within another program, which links the library, or loads and unloads it: then nothing is said of its lines.
cat > "$tmp/within.py" <<'PY'
import threading

a, b, done = threading.Lock(), threading.Lock(), threading.Event()


def one_way():
    with a, b:
        pass
    done.set()


def other_way():
    done.wait()
    with b, a:
        pass


threads = [threading.Thread(target=one_way), threading.Thread(target=other_way)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
PY

embedded() { # VERSION PYTHON
    local library directory
    library=$("$2" -c 'import sysconfig as c; print(c.get_config_var("LIBDIR"), c.get_config_var("INSTSONAME"))')
    directory=${library% *} library=${library#* }
    [ -f "$directory/$library" ] || directory=$directory/x86_64-linux-gnu
    if [ ! -f "$directory/$library" ]; then
        skip "$1: within another program" "no shared library of it is installed"
        return
    fi
    ${CC:-cc} -w -pthread "$srcdir/cmd/python-embed.c" "$directory/$library" "-Wl,-rpath,$directory" -o "$tmp/linked"
    ${CC:-cc} -w -pthread -DLOADED "$srcdir/cmd/python-embed.c" -ldl -o "$tmp/loaded"
    limit 60 "$thrum" check -- "$tmp/linked" "$scripts/within.py" > "$tmp/out" 2>&1
    is "$1: within another program: an inversion" $? 66
    like "$1: by its lines" "$(cat "$tmp/out")" '^ +other_way \(<string>:14\)'
    limit 60 "$thrum" check -- "$tmp/loaded" "$scripts/within.py" "$directory/$library" > "$tmp/out" 2>&1
    is "$1: loaded into one, and unloaded: all is well" "$? $(cat "$tmp/out")" "0 "
}

# Both hang, while others run.
one_python() { # VERSION PYTHON
    local version=$1 python=$2 hangs joins
    limit 60 "$thrum" record --timeout 25 -o "$tmp/hangs-$version" -- "$python" "$scripts/bank.py" 2 2> /dev/null &
    hangs=$!
    limit 60 "$thrum" record --timeout 25 -o "$tmp/joins-$version" -- "$python" "$scripts/joins.py" 2> /dev/null &
    joins=$!
    diag "$version: $python"
    orders "$version" "$python"
    if [ -n "$BABELTRACE2" ]; then
        lines "$version" "$python"
        lines "$version" "$python" -O -X dev
        names "$version" "$python"
        called "$version" "$python"
    else
        skip "$version: stacks in code of every sort" "babeltrace2 isn't installed"
    fi
    embedded "$version" "$python"
    THRUM_PYTHON=off limit 60 "$thrum" record -o "$tmp/off-$version" -- "$python" "$scripts/bank.py" 1 2> /dev/null
    unlike "$version: THRUM_PYTHON=off: sites are the interpreter's own" "$(limit 60 "$thrum" info "$tmp/off-$version")" 'source_line'
    limit 60 "$thrum" record -o "$tmp/letters-$version" -- "$python" "$scripts/letters.py" 2> /dev/null
    like "$version: names that aren't English" "$(limit 60 "$thrum" timeline -o - "$tmp/letters-$version" 2> /dev/null)" 'ärger \(letters.py:3\)'
    wait "$hangs" "$joins"
    hangs "$version"
    joins "$version" "$python"
}

# It runs as it is, and nothing is said of its lines.
other_python() { # VERSION PYTHON
    diag "$1: $2"
    limit 60 "$thrum" record -o "$tmp/other-$1" -- "$2" "$scripts/bank.py" 1 2> /dev/null
    is "$1: runs, unread" $? 0
    unlike "$1: no line is told of" "$(limit 60 "$thrum" info "$tmp/other-$1")" 'source_line'
}

printf 'def \xc3\xa4rger():\n    import threading\n    with threading.Lock():\n        pass\n\xc3\xa4rger()\n' > "$tmp/letters.py"
while read -r version python; do
    if [[ $version =~ ^3\.1[123]\.[0-9]+d?$ ]]; then
        beside one_python "$version" "$python"
    else
        beside other_python "$version" "$python"
    fi
done < "$tmp/pythons"
together
done_testing

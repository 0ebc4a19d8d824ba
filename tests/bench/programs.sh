# SPDX-License-Identifier: MIT
# The run time of real programs recorded, and with the checker, over bare: in turns within one run, by the median. Two loads
# for each program: one such as its users give it, and one that does little else than take locks.
#
#   make bench-programs         or: [WAYS="bare recorded"] bash tests/bench/programs.sh BUILDDIR [ROUNDS]
set -u
top_builddir=$1 rounds=${2:-7}
here=$(cd "$(dirname "$0")" && pwd)
preload=$top_builddir/lib/.libs/libthrum-preload.so
[ -f "$preload" ] || { echo "programs.sh: no $preload: build first" >&2; exit 2; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
ways=${WAYS:-bare recorded checked}

# under WAY COMMAND...: runs it so.
under() {
    local way=$1
    shift
    case $way in
    bare) "$@" ;;
    recorded) THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD=$tmp/trace LD_PRELOAD=$preload "$@" ;;
    checked) THRUM_CHECK=report THRUM_CHECK_LOG=$tmp/findings THRUM_LTTNG=off LD_PRELOAD=$preload "$@" ;;
    esac
}
timed() { # COMMAND...: seconds
    local begin=$EPOCHREALTIME
    "$@" > /dev/null 2>&1 || echo "programs.sh: $*: status $?" >&2
    awk -v begin="$begin" -v end="$EPOCHREALTIME" 'BEGIN { print end - begin }'
}
median() { [ ! -f "$tmp/times-$1" ] || sort -n "$tmp/times-$1" | awk '{ at[NR] = $1 } END { print (at[int((NR + 1) / 2)] + at[int(NR / 2) + 1]) / 2 }'; }

run() { before; timed under "$1" timeout 300 "${@:2}"; }
# What a run before left, whose removal isn't the program's work.
before() { rm -rf "$tmp/trace" "$tmp/socket" "$tmp"/bank*; }
# serve WAY SERVER CLIENT: the client's time; the server runs that way.
serve() {
    local server try
    before
    under "$1" bash -c "exec $2" > /dev/null 2>&1 &
    server=$!
    for ((try = 0; try < 100; try++)); do [[ $2 != *$tmp/socket* || -S $tmp/socket ]] && break; sleep 0.05; done
    timed timeout 300 bash -c "$3"
    kill "$server" && wait "$server" 2> /dev/null
}

# measure NAME run|serve COMMAND...
measure() {
    local name=$1 round way
    shift
    rm -f "$tmp"/times-*
    for ((round = 0; round < rounds; round++)); do
        for way in $ways; do "$1" "$way" "${@:2}" >> "$tmp/times-$way"; done
    done
    awk -v name="$name" -v bare="$(median bare)" -v recorded="$(median recorded)" -v checked="$(median checked)" \
        'function ratio(seconds) { return seconds ? sprintf("%10.3f", seconds / bare) : sprintf("%10s", "-") }
         BEGIN { printf "  %-44s %8.3f %s %s\n", name, bare, ratio(recorded), ratio(checked) }'
}
have() { command -v "$1" > /dev/null || { echo "  $1 isn't installed: not measured"; return 1; }; }

echo "Run time of programs: bare in seconds, the others as ratios to it; median of $rounds rounds"
printf '  %-44s %8s %10s %10s\n' "" bare recorded checked
head -c 20000000 /dev/urandom | base64 > "$tmp/data"
have pigz && measure "pigz -p 4" run pigz -p4 -k -c "$tmp/data"
if have /usr/bin/python3; then
    measure "python3, a pool digests a file" run /usr/bin/python3 "$here/digest.py" "$tmp/data"
    measure "SQLite from python3, transactions" run /usr/bin/python3 "$here/transact.py" 2500
fi
if ${CC:-cc} -O2 "$here/transact.c" -o "$tmp/transact" -lsqlite3 -lpthread 2> /dev/null; then
    measure "SQLite, four threads, transactions" run "$tmp/transact" "$tmp/bank" 2500
else
    echo "  no compiler, or no sqlite3.h: SQLite's transactions aren't measured"
fi
cat > "$tmp/mill.py" <<'PYTHON'
import queue
import threading
work = queue.Queue(100)
def consume():
    total = 0
    while (item := work.get()) is not None:
        total += sum(range(item))
threads = [threading.Thread(target=consume) for _ in range(4)]
for thread in threads:
    thread.start()
for i in range(40000):
    work.put(i % 300)
for _ in threads:
    work.put(None)
for thread in threads:
    thread.join()
PYTHON
cat > "$tmp/tables.py" <<'PYTHON'
import sqlite3
import threading
def work(n):
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t(a integer, b text)")
    for i in range(10):
        connection.executemany("insert into t values(?, ?)", ((j, str(j)) for j in range(5000)))
        connection.execute("select count(*), sum(a) from t where b like '%7%'").fetchall()
    connection.close()
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
PYTHON
if have /usr/bin/python3; then
    measure "python3, a queue: locks" run /usr/bin/python3 "$tmp/mill.py"
    measure "SQLite, python3 fills tables in memory: locks" run /usr/bin/python3 "$tmp/tables.py"
fi
if have redis-check-rdb && have redis-benchmark; then
    ln -s "$(command -v redis-check-rdb)" "$tmp/redis-server"
    measure "redis, four io-threads" serve \
        "$tmp/redis-server --port 0 --unixsocket $tmp/socket --save '' --io-threads 4 --io-threads-do-reads yes --daemonize no" \
        "redis-benchmark -s $tmp/socket -n 200000 -c 50 -P 16 -t set,get -q"
fi
if have memcached; then
    memcached="memcached $([ "$(id -u)" != 0 ] || echo -u root) -t 4"
    if [ -x "$top_builddir/tests/bench/requests" ]; then
        measure "memcached, ten gets for a set, loopback" serve "$memcached -l 127.0.0.1 -p 33211" \
            "'$top_builddir/tests/bench/requests' 33211 60000"
    fi
    measure "memcached, rows of 150 requests: locks" serve "$memcached -s $tmp/socket" \
        "/usr/bin/python3 '$here/../transparency/memcached.py' $tmp/socket 80000"
fi

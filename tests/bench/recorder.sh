# SPDX-License-Identifier: MIT
# What recording costs beyond a lock and unlock: a contended lock, bytes on the disk, the run time of real programs.
#
#   make bench            or: bash tests/bench/recorder.sh BUILDDIR [ROUNDS]
set -u
top_builddir=$1 rounds=${2:-7}
bench=$top_builddir/tests/bench
preload=$top_builddir/lib/.libs/libthrum-preload.so
[ -f "$preload" ] || { echo "recorder.sh: no $preload: build first" >&2; exit 2; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

recorded() {
    rm -rf "$tmp/record"
    THRUM_CHECK=off THRUM_LTTNG=off THRUM_RECORD=$tmp/record LD_PRELOAD=$preload "$@"
}
now() { date +%s.%N; }
seconds() { # COMMAND...: how long it takes
    local begin
    begin=$(now)
    "$@" > /dev/null 2>&1
    awk -v begin="$begin" -v end="$(now)" 'BEGIN { print end - begin }'
}
best() { sort "$1" "$tmp/$2" | head -n 1; } # -n: the least, -rn: the most
median() { sort -n "$tmp/$1" | awk '{ at[NR] = $1 } END { print at[int((NR + 1) / 2)] }'; }

echo "Two threads hammer one lock: millions of lock + unlock a second, median of $rounds rounds"
printf '  %-28s %9s %9s %7s\n' "" bare recorded ratio
for work in 0 50 500; do
    rm -f "$tmp/bare" "$tmp/recorded"
    for ((round = 0; round < rounds; round++)); do
        timeout 120 "$bench/contend" 500000 2 $work >> "$tmp/bare"
        recorded timeout 120 "$bench/contend" 500000 2 $work >> "$tmp/recorded"
    done
    awk -v work=$work -v bare="$(median bare)" -v recorded="$(median recorded)" \
        'BEGIN { printf "  %-28s %9.2f %9.2f %7.2f\n", "work under the lock: " work, bare, recorded, recorded / bare }'
done

recorded timeout 300 "$bench/traffic" 3000000
echo "Bytes on the disk for each event: $("$top_builddir/tools/thrum" info --json "$tmp/record" | awk '
    /"bytes":/ { gsub(/[^0-9]/, ""); bytes = $0 } /"events":/ { counting = 1 } counting && /:[0-9]/ { sub(/.*:/, ""); sub(/,/, ""); events += $0 }
    END { printf "%.1f", bytes / events }')"

# --- real programs ---

# compare NAME COMMAND...: run time recorded over bare, taking turns, each by its best round
compare() {
    local name=$1
    shift
    rm -f "$tmp/bare" "$tmp/recorded"
    for ((round = 0; round < rounds; round++)); do
        seconds timeout 300 "$@" >> "$tmp/bare"
        seconds recorded timeout 300 "$@" >> "$tmp/recorded"
    done
    awk -v name="$name" -v bare="$(best -n bare)" -v recorded="$(best -n recorded)" \
        'BEGIN { printf "  %-28s %9.3f %9.3f %7.3f\n", name, bare, recorded, recorded / bare }'
}

# served NAME PORT SERVER... -- CLIENT...: the client's time against a server that runs bare, or recorded
served_once() { # HOW SERVER-COMMAND CLIENT-COMMAND
    local server
    if [ "$1" = recorded ]; then recorded bash -c "exec $2" > /dev/null 2>&1 & else bash -c "exec $2" > /dev/null 2>&1 & fi
    server=$!
    for ((try = 0; try < 100; try++)); do
        bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" 2> /dev/null && break
        sleep 0.05
    done
    seconds bash -c "$3"
    kill "$server" 2> /dev/null
    wait "$server" 2> /dev/null
}
compare_served() { # NAME SERVER CLIENT
    rm -f "$tmp/bare" "$tmp/recorded"
    for ((round = 0; round < rounds; round++)); do
        served_once bare "$2" "$3" >> "$tmp/bare"
        served_once recorded "$2" "$3" >> "$tmp/recorded"
    done
    awk -v name="$1" -v bare="$(best -n bare)" -v recorded="$(best -n recorded)" \
        'BEGIN { printf "  %-28s %9.3f %9.3f %7.3f\n", name, bare, recorded, recorded / bare }'
}
have() { command -v "$1" > /dev/null || { echo "  $1 isn't installed: not measured"; return 1; }; }

echo "Run time of programs in seconds, best of $rounds rounds"
printf '  %-28s %9s %9s %7s\n' "" bare recorded ratio
head -c 30000000 /dev/urandom | base64 > "$tmp/data"
have pigz && compare "pigz -p4" pigz -p4 -k -c "$tmp/data"
cat > "$tmp/threads.py" <<'PYTHON'
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
for i in range(20000):
    work.put(i % 300)
for _ in threads:
    work.put(None)
for thread in threads:
    thread.join()
PYTHON
have /usr/bin/python3 && compare "python3, a queue" /usr/bin/python3 "$tmp/threads.py"
cat > "$tmp/sqlite.py" <<'PYTHON'
import sqlite3
import sys
import threading
def work(n):
    connection = sqlite3.connect(f"{sys.argv[1]}/db{n}")
    connection.execute("create table if not exists t(a integer, b text)")
    for i in range(20):
        connection.executemany("insert into t values(?, ?)", ((j, str(j)) for j in range(5000)))
        connection.commit()
        connection.execute("select count(*), sum(a) from t where b like '%7%'").fetchall()
    connection.execute("drop table t")
    connection.close()
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
PYTHON
have /usr/bin/python3 && compare "SQLite, four threads" /usr/bin/python3 "$tmp/sqlite.py" "$tmp"
port=$((20000 + $$ % 20000))
if have redis-server && have redis-benchmark; then
    compare_served "redis, four io-threads" \
        "redis-server --port $port --save '' --io-threads 4 --io-threads-do-reads yes --daemonize no" \
        "redis-benchmark -p $port -n 200000 -c 50 -P 16 -t set,get -q"
fi
if have memcached; then
    compare_served "memcached, four threads" "memcached -u nobody -l 127.0.0.1 -p $port -t 4" \
        "/usr/bin/python3 '$(dirname "$0")/memcached-load.py' $port"
fi

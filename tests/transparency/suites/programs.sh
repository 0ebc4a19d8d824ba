# SPDX-License-Identifier: MIT
# Programs with threads of their own, by what they print: pigz, xz, ripgrep and fd (Rust), a Rust program of ours, Java.

data() { seq 1 "$1"; }
packers() {
    data 300000 > data
    under pigz -n -p 4 -c data > data.gz
    said $? "status of pigz"
    said "$(cksum < data.gz)" "pigz's output"
    said "$(under pigz -d -c data.gz | cksum)" "pigz's output, unpacked"
    under xz -T 4 --block-size=200KiB -c data > data.xz
    said $? "status of xz"
    said "$(cksum < data.xz)" "xz's output"
    said "$(under xz -T 4 -d -c data.xz | cksum)" "xz's output, unpacked"
}
suite packers quick 60 "pigz:pigz xz:xz-utils" packers

ripgrep() {
    under rg --threads 4 --count pthread "$here/../.." > found
    said $? "status of rg"
    said "$(sort found | cksum)" "what rg found"
    under rg --threads 4 --files --hidden --no-ignore /usr/lib/python3 > found
    said "$(sort found | cksum)" "files that rg found"
}
suite ripgrep quick 60 rg:ripgrep ripgrep

fd_find() {
    under fdfind --threads 4 --extension h --exec-batch wc -c . "$here/../../.." > found
    said $? "status of fdfind"
    said "$(sort found | cksum)" "what it found"
}
suite fd whole 60 fdfind:fd-find fd_find

# Rust's std: Mutex, RwLock, Condvar, Barrier, channels, Once, parking, scoped threads, thread locals; by cargo's compiler.
rust() {
    HOME=$home rustc --edition 2021 -O -o threads "$here/programs/threads.rs" >&2
    under ./threads
    said $? "status of threads.rs"
    HOME=$home under rustc --edition 2021 -O -o threads-2 "$here/programs/threads.rs" >&2
    said $? "status of rustc"
    ./threads-2 | cksum
}
suite rust whole 200 rustc:rustc rust

java_threads() {
    under javac -d . "$here/programs/Threads.java" >&2
    said $? "status of javac"
    under java -cp . Threads
    said $? "status of Threads.java"
    under java -XX:+UseParallelGC -Xint -cp . Threads
    said $? "status of Threads.java, interpreted"
}
suite java whole 200 "javac:default-jdk-headless java:default-jre-headless" java_threads

# The same answers from Python's threads, asyncio, subprocesses and signals at once.
python_mill() {
    under "$PYTHON3" "$here/../../examples/threads.py"
    said $? "status of threads.py"
}
suite python-threads quick 60 python3:python3 python_mill

sysbench_threads() {
    under sysbench threads --threads=8 --events=3000 --time=0 run > out
    said $? "status of sysbench threads"
    grep 'total number of events' out
    under sysbench mutex --threads=8 --mutex-num=8 --mutex-locks=20000 run > out
    said $? "status of sysbench mutex"
    grep 'total number of events' out
}
suite sysbench whole 100 sysbench:sysbench sysbench_threads

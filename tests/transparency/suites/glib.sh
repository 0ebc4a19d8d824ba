# SPDX-License-Identifier: MIT
# GLib's installed tests, by Debian's libglib2.0-tests; and GStreamer, whose elements are threads that queue by GLib.
glib=/usr/libexec/installed-tests/glib

# glib_tests [OPTION]... PROGRAM...: a result for each line of TAP that a program prints.
glib_tests() {
    local program options=()
    while [[ $1 == -* ]]; do options+=("$1" "$2"); shift 2; done
    for program; do
        under "$glib/$program" --tap "${options[@]}" > tap
        said $? "status of $program"
        sed -n -E "s,seed:[0-9]+,seed,; s,^not ok [0-9]+ *-? *,fail $program ,p; s,^ok [0-9]+ *-? *(.*# SKIP),skip $program \1,p; \
            s,^ok [0-9]+ *-? *,ok $program ,p" tap
        cat tap >&2
    done
}
tests=$glib/mutex:libglib2.0-tests
suite glib-threads quick 100 $tests glib_tests thread once onceinit thread-pool asyncqueue queue atomic bitlock slice-concurrent 642026
# onceinit forgets the threads that g_thread_new() gave it: they are neither joined nor, since nobody unrefs them, detached.
explained glib-threads never-joined
suite glib-locks quick 100 $tests glib_tests -s /thread/mutex/perf -s /thread/rec-mutex/perf -s /thread/mutex4 -s /thread/mutex5 \
    -s /thread/rec-mutex4 mutex rec-mutex
suite glib-locks-all whole 300 $tests glib_tests mutex rec-mutex rwlock cond private 1bit-mutex
suite glib-loops whole 300 $tests glib_tests mainloop task cancellable spawn-multithreaded spawn-singlethread gdbus-proxy-threads timeout
suite glib-thread-pool-slow whole 300 $tests glib_tests thread-pool-slow

gstreamer() {
    under gst-launch-1.0 -q fakesrc num-buffers=3000 sizetype=fixed sizemax=64 filltype=pattern ! tee name=t \
        t. ! queue max-size-buffers=5 ! queue ! filesink location=one t. ! queue ! filesink location=two >&2
    said $? status
    said "$(cat one two | cksum)" output
}
suite gstreamer quick 60 gst-launch-1.0:gstreamer1.0-tools gstreamer

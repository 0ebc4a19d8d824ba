# SPDX-License-Identifier: MIT
# CPython's own tests, by Debian's libpython3.11-testsuite.

# cpython MODULE [OPTION OF ITS TEST RUNNER]...: a result for each test.
cpython() {
    under "$PYTHON3" -m test --junit-xml "$directory/junit.xml" "${@:2}" "$1" >&2
    said $? "status"
    "$PYTHON3" "$here/junit.py" "$directory/junit.xml"
}
tests=/usr/lib/python3.11/test/test_thread.py:libpython3.11-testsuite
suite test_thread quick 100 $tests cpython test_thread
suite test_threading_local quick 100 $tests cpython test_threading_local
suite test_queue whole 200 $tests cpython test_queue
suite test_threadsignals whole 100 $tests cpython test_threadsignals
suite test_threading whole 300 $tests cpython test_threading
suite test_fork1 whole 100 $tests cpython test_fork1
suite test_signal whole 300 $tests cpython test_signal
suite test_concurrent_futures whole 900 $tests cpython test_concurrent_futures
suite test_multiprocessing_fork whole 900 $tests cpython test_multiprocessing_fork
suite test_multiprocessing_spawn whole 900 $tests cpython test_multiprocessing_spawn

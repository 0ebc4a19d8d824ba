# SPDX-License-Identifier: MIT
# stress-ng --verify: stressors for some seconds; what they did is verified by themselves. By time, not by operations: bare
# too, two workers of its sem stressor don't always end when their number is reached.

# stress SECONDS STRESSOR,STRESSOR...: two workers of each; those with a comma between them at once.
stress() {
    local group
    for group in "${@:2}"; do stress_at_once "$1" $(tr , ' ' <<< "$group"); done
}
stress_at_once() {
    local options=() stressor
    for stressor in "${@:2}"; do options+=(--"$stressor" 2); done
    under stress-ng --verify --metrics-brief --timeout "$1" "${options[@]}" > out 2>&1
    said $? "status of ${*:2}"
    sed -n -E 's/^stress-ng: (fail|error): *\[[0-9]+\] *(.*)/fail \2/p' out | sed -E 's/[0-9]+\.[0-9]+|0x[0-9a-f]+/N/g' | sort -u
    sed -n -E 's/^stress-ng: metrc: *\[[0-9]+\] ([a-z-]+) +([1-9][0-9]*|(0)) +[0-9.]+ +[0-9.]+ +[0-9.]+ .*/\3 \1/p' out | sed 's/^0/nothing:/; s/^ /ok /'
    cat out >&2
}
suite stress-ng quick 60 stress-ng:stress-ng stress 1 mutex,sem-sysv sem,futex,pthread,fork,signal,flock
suite stress-ng-locks whole 200 stress-ng:stress-ng stress 6 mutex,sem sem-sysv,futex flock,lockf,lockofd,locka peterson,dekker mcontend
suite stress-ng-signals whole 200 stress-ng:stress-ng stress 4 signal,sigq,sigrt sigsuspend,sigpending,sigfd signest,sigpipe,sigio \
    sigabrt,sigchld,sigsegv sigtrap,sigfpe kill,alarm,itimer timer,timerfd
suite stress-ng-processes whole 200 stress-ng:stress-ng stress 4 pthread,fork vfork,exec daemon,clone zombie,spawn switch,poll mq,clock
# The pthread stressor doesn't join all of its threads when its time is over.
explained stress-ng never-joined
explained stress-ng-processes never-joined

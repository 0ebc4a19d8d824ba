# SPDX-License-Identifier: MIT
# The public headers and what stands behind them: each is enough by itself in C11 and C++17, the library exports what
# they declare, pkg-config finds both, and clang's analysis finds a lock that is used wrongly.
. "$srcdir/tap.sh"

include=$top_srcdir/lib/include
library=$top_builddir/lib/.libs/libthrum.so
headers=$(cd "$include" && echo thrum/*.h)

# compile COMMAND... : a program on standard input, without a warning.
compile() { limit 60 "$@" -Wall -Wextra -Wshadow -Werror -pedantic -I"$include" -fsyntax-only -; }

for compiler in gcc clang; do
    if ! command -v $compiler > /dev/null; then
        skip "the headers in C11" "$compiler isn't installed"
        continue
    fi
    for header in $headers; do
        ok "$header alone in C11: $compiler" compile $compiler -std=c11 -x c <<< "#include <$header>"
    done
done
for compiler in g++ clang++; do
    if ! command -v $compiler > /dev/null; then
        skip "the headers in C++17" "$compiler isn't installed"
        continue
    fi
    for header in $headers; do
        ok "$header alone in C++17: $compiler" compile $compiler -std=c++17 -x c++ <<< "#include <$header>"
    done
done

# Older and newer forms of both languages.
for compiler in gcc:c99 gcc:c17 clang:c99 clang:c17 g++:c++11 g++:c++20 clang++:c++11 clang++:c++20; do
    if command -v ${compiler%:*} > /dev/null; then
        case $compiler in *++*) language=c++ ;; *) language=c ;; esac
        ok "all headers in ${compiler#*:}: ${compiler%:*}" compile ${compiler%:*} -std=${compiler#*:} -x $language <<< "#include <thrum/thrum.h>"
    else
        skip "all headers in ${compiler#*:}" "${compiler%:*} isn't installed"
    fi
done

# Objects can be made in place, in both languages.
cat > "$tmp/static.c" <<'END'
#include <thrum/thrum.h>
static struct thrum_lock lock = THRUM_LOCK_INIT, named = THRUM_LOCK_INIT_NAMED("accounts");
static struct thrum_rlock rlock = THRUM_RLOCK_INIT;
static struct thrum_semaphore semaphore = THRUM_SEMAPHORE_INIT(3), bounded = THRUM_SEMAPHORE_INIT_BOUNDED(2, "slots");
static struct thrum_event event = THRUM_EVENT_INIT;
static struct thrum_condition condition = THRUM_CONDITION_INIT(&lock), other = THRUM_CONDITION_INIT_RLOCK(&rlock, "deep");
static struct thrum_barrier barrier = THRUM_BARRIER_INIT(1);
static struct thrum_rwlock rwlock = THRUM_RWLOCK_INIT;
static struct thrum_spinlock spinlock = THRUM_SPINLOCK_INIT;
int main(void)
{
    int bad = thrum_lock_acquire(&lock) | thrum_lock_release(&lock) | thrum_lock_try_acquire(&named) |
              thrum_rlock_acquire(&rlock) | thrum_semaphore_acquire(&semaphore) | thrum_semaphore_acquire(&bounded) |
              thrum_event_set(&event) | thrum_event_wait(&event) | thrum_barrier_wait(&barrier, NULL) |
              thrum_rwlock_acquire_read(&rwlock) | thrum_spinlock_acquire(&spinlock) |
              thrum_condition_notify_all(&condition) | thrum_condition_notify(&other);
    {
        THRUM_INTERRUPTS_DEFERRED;
        bad |= thrum_interrupt_poll();
    }
    return bad;
}
END

# As installed: what pkg-config says is enough to compile and run it.
pc=$(find "$builddir/installed" -name thrum.pc)
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$builddir/installed
is "pkg-config knows the version" "$(pkg-config --modversion thrum)" "$(sed -n 's/^AC_INIT(\[thrum\], \[\(.*\)\])/\1/p' "$top_srcdir/configure.ac")"
ok "a C program compiles with pkg-config" limit 60 $CC -std=c11 -Wall -Wextra -Werror "$tmp/static.c" -o "$tmp/in-c" $(pkg-config --cflags --libs thrum)
export LD_LIBRARY_PATH=$(dirname "$(find "$builddir/installed" -name libthrum.so.0)")
ok "and runs" limit 20 "$tmp/in-c"
if command -v g++ > /dev/null; then
    ok "the same in C++17" limit 60 g++ -std=c++17 -Wall -Wextra -Werror -x c++ "$tmp/static.c" -o "$tmp/in-c++" $(pkg-config --cflags --libs thrum)
    ok "and runs, too" limit 20 "$tmp/in-c++"
else
    skip "the same in C++17" "g++ isn't installed"
fi
like "the program binds to versioned symbols" "$(nm -D "$tmp/in-c")" 'U thrum_lock_acquire@THRUM_0\.1$'

# What is declared is exported, and nothing else is public.
declared=$(cat "$include"/thrum/*.h | tr '\n' ' ' | grep -o 'THRUM_API [^;{]*' | grep -o 'thrum_[a-z_]*(' | tr -d '(' | sort -u)
exported=$(nm -D --defined-only --with-symbol-versions "$library" | sed -n 's/.* T \(.*\)@@THRUM_0\.1$/\1/p' | sort -u)
is "the library exports what the headers declare, and no more" "$exported" "$declared"
is "all other symbols are private" "$(nm -D --defined-only --with-symbol-versions "$library" | grep -v '@@THRUM_0\.1\|@@THRUM_PRIVATE\| A ' )" ""
is "it needs libc alone" "$(objdump -p "$library" | sed -n 's/ *NEEDED *//p' | grep -v '^libc\.so\|^libgcc_s\.so\|^ld-linux')" ""

# Thread-safety analysis.
cat > "$tmp/analysis.c" <<'END'
#include <thrum/lock.h>
#include <thrum/rwlock.h>
static struct thrum_lock lock = THRUM_LOCK_INIT;
static struct thrum_rwlock rwlock = THRUM_RWLOCK_INIT;
static int guarded THRUM_GUARDED_BY(lock), table THRUM_GUARDED_BY(rwlock);
int right(void);
int wrong(void);
int right(void)
{
    if (thrum_lock_acquire(&lock) != 0)
        return -1;
    int result = guarded++;
    thrum_lock_release(&lock);
    if (thrum_rwlock_acquire_read(&rwlock) != 0)
        return -1;
    result += table;
    thrum_rwlock_release_read(&rwlock);
    return result;
}
#ifdef WRONG
int wrong(void)
{
    if (thrum_lock_try_acquire(&lock) == 0)
        guarded = 1;
    guarded = 2;
    return 0;
}
#endif
END
if command -v clang > /dev/null; then
    ok "clang's analysis accepts what is right" limit 60 clang -Wthread-safety -Werror -Wno-unused -I"$include" -fsyntax-only "$tmp/analysis.c"
    like "and finds what is wrong" "$(limit 60 clang -DWRONG -Wthread-safety -I"$include" -fsyntax-only "$tmp/analysis.c" 2>&1)" "warning: .*requires holding lock 'lock'"
else
    skip "clang's analysis" "clang isn't installed"
fi
done_testing

// SPDX-License-Identifier: MIT
// C++ exceptions, and the unwinding of cancelled and exiting threads, through calls that are interposed.
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cxxabi.h>
#include <future>
#include <mutex>
#include <pthread.h>
#include <semaphore.h>
#include <shared_mutex>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

static std::atomic<int> unwound;
static std::mutex mutex;
static std::condition_variable condition;
static sem_t never, ready;

struct object {
    ~object() { unwound++; }
};

static void throws()
{
    object inner;
    throw std::runtime_error("thrown");
}

static void once_throws()
{
    std::once_flag flag;
    int caught = 0;

    for (int i = 0; i < 3; i++)
        try {
            std::call_once(flag, [i] { if (i < 2) throws(); });
        } catch (const std::runtime_error &) {
            caught++;
        }
    std::printf("call_once: caught %d, unwound %d\n", caught, unwound.load());
}

static pthread_once_t control = PTHREAD_ONCE_INIT;

static void pthread_once_throws()
{
    int caught = 0;

    for (int i = 0; i < 2; i++)
        try {
            pthread_once(&control, throws);
        } catch (const std::runtime_error &) {
            caught++;
        }
    std::printf("pthread_once: caught %d\n", caught);
}

static void locks_throw()
{
    std::unique_lock<std::mutex> lock(mutex);
    std::shared_mutex shared;
    std::shared_lock<std::shared_mutex> reader(shared);
    std::recursive_timed_mutex timed;
    int caught = 0;

    try {
        lock.lock();
    } catch (const std::system_error &error) {
        caught += error.code() == std::errc::resource_deadlock_would_occur;
    }
    try {
        std::lock_guard<std::recursive_timed_mutex> guard(timed);
        throws();
    } catch (const std::runtime_error &) {
        caught += timed.try_lock_for(std::chrono::seconds(1));
        timed.unlock();
    }
    lock.unlock();
    lock.lock();
    caught += condition.wait_for(lock, std::chrono::microseconds(1)) == std::cv_status::timeout;
    std::printf("locks: %d\n", caught);
}

static void futures()
{
    std::future<int> future = std::async(std::launch::async, []() -> int { throws(); return 1; });
    std::thread thread([] { std::lock_guard<std::mutex> guard(mutex); });
    int caught = 0;

    try {
        future.get();
    } catch (const std::runtime_error &) {
        caught++;
    }
    thread.join();
    std::printf("futures: %d\n", caught);
}

// A wait that is cancelled unwinds what C++ has on the stack, and takes the mutex again before that.
static void *waits(void *data)
{
    object outer;
    pthread_mutex_t *own = static_cast<pthread_mutex_t *>(data);

    try {
        object inner;
        pthread_mutex_lock(own);
        sem_post(&ready);
        pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
        for (;;)
            pthread_cond_wait(&cond, own);
    } catch (abi::__forced_unwind &) {
        unwound += pthread_mutex_trylock(own) == EBUSY ? 10 : 1000;
        pthread_mutex_unlock(own);
        throw;
    }
}

static void *blocks(void *)
{
    object outer;

    sem_post(&ready);
    sem_wait(&never);
    return nullptr;
}

static void *exits(void *)
{
    object outer;

    pthread_exit(reinterpret_cast<void *>(7));
}

static void *finish(void *(*function)(void *), void *argument, bool cancel)
{
    pthread_t thread;
    void *value;

    pthread_create(&thread, nullptr, function, argument);
    if (cancel) {
        sem_wait(&ready);
        pthread_cancel(thread);
    }
    pthread_join(thread, &value);
    return value;
}

static void cancellations()
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    int cancelled = 0;

    unwound = 0;
    for (int i = 0; i < 20; i++) {
        cancelled += finish(waits, &own, true) == PTHREAD_CANCELED;
        cancelled += finish(blocks, nullptr, true) == PTHREAD_CANCELED;
    }
    std::printf("cancelled: %d, unwound %d, the mutex is free: %d\n", cancelled, unwound.load(), pthread_mutex_trylock(&own));
    unwound = 0;
    long value = reinterpret_cast<long>(finish(exits, nullptr, false));
    std::printf("exited: %ld, unwound %d\n", value, unwound.load());
}

// An exception that nobody catches ends the program at its throw, not in a frame of ours.
static void uncaught()
{
    if (fork() == 0) {
        std::set_terminate([] { std::printf("terminated\n"); std::fflush(stdout); _exit(5); });
        std::thread(throws).join();
        _exit(0);
    }
}

int main()
{
    sem_init(&never, 0, 0), sem_init(&ready, 0, 0);
    once_throws();
    pthread_once_throws();
    locks_throw();
    futures();
    cancellations();
    std::fflush(stdout);
    uncaught();
    int status = 0;
    waitpid(-1, &status, 0);
    std::printf("uncaught: %d\n", WEXITSTATUS(status));
}

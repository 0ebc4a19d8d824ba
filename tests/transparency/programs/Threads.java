// SPDX-License-Identifier: MIT
// What Java offers to threads, each with a result that doesn't depend on the timing.
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.concurrent.locks.*;
import java.util.stream.*;

public class Threads {
    static final int THREADS = 4, ROUNDS = 20000;
    static int counter;

    interface Work { void run(int number) throws Exception; }

    static void all(Work work) throws Exception {
        Thread[] threads = new Thread[THREADS];
        for (int t = 0; t < THREADS; t++) {
            int number = t;
            threads[t] = new Thread(() -> {
                try { work.run(number); } catch (Exception e) { System.out.println("failed: " + e); }
            }, "worker " + t);
            threads[t].start();
        }
        for (Thread thread : threads) thread.join();
    }

    static int monitor() throws Exception {
        Object lock = new Object();
        all(t -> { for (int i = 0; i < ROUNDS; i++) synchronized (lock) { counter++; } });
        return counter;
    }

    static int turns() throws Exception {
        int[] at = {0};
        all(t -> {
            for (int i = 0; i < 300; i++) synchronized (at) {
                while (at[0] % THREADS != t) at.wait();
                at[0]++;
                at.notifyAll();
            }
        });
        return at[0];
    }

    static long queue() throws Exception {
        ArrayBlockingQueue<Integer> queue = new ArrayBlockingQueue<>(3);
        LongAdder sum = new LongAdder();
        all(t -> {
            for (int i = 0; i < 2000; i++)
                if (t % 2 == 0) queue.put(i); else sum.add(queue.take());
        });
        return sum.sum();
    }

    static int locks() throws Exception {
        ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
        ConcurrentHashMap<Integer, Integer> map = new ConcurrentHashMap<>();
        all(t -> {
            for (int i = 0; i < 2000; i++) {
                lock.writeLock().lock();
                map.merge(i, 1, Integer::sum);
                lock.readLock().lock();
                lock.writeLock().unlock();
                lock.readLock().unlock();
            }
        });
        return map.values().stream().mapToInt(i -> i).sum();
    }

    static int pool() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        Future<?>[] futures = new Future<?>[1000];
        for (int i = 0; i < futures.length; i++) { int n = i; futures[i] = pool.submit(() -> n); }
        int sum = 0;
        for (Future<?> future : futures) sum += (Integer) future.get();
        pool.shutdown();
        return pool.awaitTermination(60, TimeUnit.SECONDS) ? sum : -1;
    }

    static boolean interrupted() throws Exception {
        boolean[] was = {false};
        Thread sleeper = new Thread(() -> { try { Thread.sleep(1000000); } catch (InterruptedException e) { was[0] = true; } });
        sleeper.start();
        sleeper.interrupt();
        sleeper.join();
        return was[0];
    }

    static int nulls() { // the virtual machine finds out by a SIGSEGV of its own
        int caught = 0;
        for (int i = 0; i < 20000; i++)
            try { caught += ((int[]) (i < 0 ? new int[1] : null)).length; } catch (NullPointerException e) { caught++; }
        return caught;
    }

    public static void main(String[] args) throws Exception {
        System.out.println("monitor " + monitor());
        System.out.println("turns " + turns());
        System.out.println("queue " + queue());
        System.out.println("locks " + locks());
        System.out.println("pool " + pool());
        System.out.println("streams " + IntStream.range(0, 1000000).parallel().filter(i -> i % 7 == 0).count());
        System.out.println("interrupted " + interrupted());
        System.out.println("nulls " + nulls());
        for (int i = 0; i < 5; i++) System.gc();
        CountDownLatch latch = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        new Thread(latch::countDown).start();
        latch.await();
        System.exit(3);
    }
}

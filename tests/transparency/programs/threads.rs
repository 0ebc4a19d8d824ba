// SPDX-License-Identifier: MIT
// What Rust's std offers to threads, each with a result that doesn't depend on the timing.
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::Duration;

const THREADS: usize = 4;
const ROUNDS: usize = 20_000;

thread_local!(static MINE: Cell<usize> = const { Cell::new(0) });

fn mutex() -> usize {
    let sum = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| for _ in 0..ROUNDS { *sum.lock().unwrap() += 1 });
        }
    });
    sum.into_inner().unwrap()
}

fn rwlock() -> usize {
    let map = RwLock::new(HashMap::new());
    thread::scope(|scope| {
        for t in 0..THREADS {
            let map = &map;
            scope.spawn(move || for i in 0..ROUNDS / 10 {
                map.write().unwrap().insert((t, i), i);
                assert_eq!(map.read().unwrap()[&(t, i)], i);
            });
        }
    });
    map.into_inner().unwrap().len()
}

fn condvar() -> usize {
    let turn = (Mutex::new(0), Condvar::new());
    thread::scope(|scope| {
        for t in 0..THREADS {
            let turn = &turn;
            scope.spawn(move || for _ in 0..500 {
                let mut at = turn.1.wait_while(turn.0.lock().unwrap(), |at| *at % THREADS != t).unwrap();
                *at += 1;
                turn.1.notify_all();
            });
        }
    });
    turn.0.into_inner().unwrap()
}

fn channels() -> usize {
    let (sender, receiver) = mpsc::sync_channel::<usize>(3);
    let producers: Vec<_> = (0..THREADS).map(|_| {
        let sender = sender.clone();
        thread::spawn(move || for i in 0..ROUNDS / 10 { sender.send(i).unwrap() })
    }).collect();
    drop(sender);
    let sum = receiver.iter().sum();
    for producer in producers { producer.join().unwrap() }
    sum
}

fn barrier() -> usize {
    let (barrier, leaders) = (Barrier::new(THREADS), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| for _ in 0..200 {
                if barrier.wait().is_leader() { leaders.fetch_add(1, Ordering::Relaxed); }
            });
        }
    });
    leaders.into_inner()
}

fn parking() -> usize {
    let passed = Arc::new(AtomicUsize::new(0));
    let seen = passed.clone();
    let sleeper = thread::Builder::new().name("sleeper".into()).spawn(move || {
        while seen.load(Ordering::Acquire) < 3 { thread::park() }
        thread::current().name().unwrap().len()
    }).unwrap();
    for _ in 0..3 {
        passed.fetch_add(1, Ordering::Release);
        sleeper.thread().unpark();
    }
    sleeper.join().unwrap()
}

fn once_and_locals() -> (usize, usize) {
    static ONCE: Once = Once::new();
    static RAN: AtomicUsize = AtomicUsize::new(0);
    let threads: Vec<_> = (0..THREADS).map(|t| thread::spawn(move || {
        ONCE.call_once(|| { RAN.fetch_add(1, Ordering::Relaxed); });
        MINE.with(|mine| { mine.set(t); mine.get() })
    })).collect();
    let sum = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    (RAN.load(Ordering::Relaxed), sum)
}

fn panics() -> (bool, bool) {
    let lock = Arc::new(Mutex::new(()));
    let theirs = lock.clone();
    let failed = thread::spawn(move || {
        let _guard = theirs.lock().unwrap();
        std::panic::resume_unwind(Box::new(1)); // through the frames of whoever started the thread
    }).join().is_err();
    (failed, lock.is_poisoned())
}

fn timeout() -> bool {
    let (lock, condition) = (Mutex::new(()), Condvar::new());
    let (_guard, result) = condition.wait_timeout(lock.lock().unwrap(), Duration::from_millis(5)).unwrap();
    result.timed_out()
}

fn main() {
    println!("mutex {}", mutex());
    println!("rwlock {}", rwlock());
    println!("condvar {}", condvar());
    println!("channels {}", channels());
    println!("barrier {}", barrier());
    println!("parking {}", parking());
    println!("once, locals {:?}", once_and_locals());
    println!("panic, poisoned {:?}", panics());
    println!("timed out {}", timeout());
}

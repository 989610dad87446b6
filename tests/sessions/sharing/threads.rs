//! A session in several threads and tasks.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

use hardtack::{Clock, Session, SessionError};

use super::{
    Pair,
    common::{at, cookie, pair_of, sealed},
    count, in_time, pair_session, pairs, panic_of, session,
};

const THREADS: u32 = 8;
const ROUNDS: u32 = 100;

/// Runs `work` in several threads that start together, and returns their results.
fn together<R: Send>(work: impl Fn(u32) -> R + Sync) -> Vec<R> {
    let barrier = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        let start = |number| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(number)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(start).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[test]
fn an_update_waits_for_that_of_another_thread() {
    in_time(|| {
        let session = session();
        let other = session.clone();
        let (begun, has_begun) = mpsc::channel();
        let (go, may_go) = mpsc::channel();
        let (trying, is_trying) = mpsc::channel();
        let first = thread::spawn(move || {
            let change = |count: &mut u32| {
                begun.send(()).unwrap();
                may_go.recv().unwrap();
                *count *= 10;
            };
            other.update("count", change)
        });
        has_begun.recv().unwrap();
        let other = session.clone();
        let second = thread::spawn(move || {
            trying.send(()).unwrap();
            other.update("count", |count: &mut u32| *count += 1)
        });
        is_trying.recv().unwrap();
        go.send(()).unwrap();
        first.join().unwrap().unwrap();
        second.join().unwrap().unwrap();
        assert_eq!(count(&session), 71);
    });
}

#[test]
fn many_threads_lose_no_increment() {
    in_time(|| {
        let session = session();
        together(|_| {
            for _ in 0..ROUNDS {
                session
                    .update("count", |count: &mut u32| *count += 1)
                    .unwrap();
            }
        });
        assert_eq!(count(&session), 7 + THREADS * ROUNDS);

        let session = pair_session();
        together(|_| {
            for _ in 0..ROUNDS {
                session.update(|pair| pair.set(pair.left + 1)).unwrap();
            }
        });
        session.read(|pair| assert_eq!(pair.left, 7 + THREADS * ROUNDS));
    });
}

#[test]
fn a_reader_sees_a_whole_value_during_the_updates_of_others() {
    in_time(|| {
        let session = pair_session();
        together(|number| {
            for round in 0..ROUNDS {
                if number % 2 == 0 {
                    let change = |pair: &mut Pair| {
                        pair.left = number * ROUNDS + round + 100;
                        thread::yield_now();
                        pair.right = pair.left;
                    };
                    session.update(change).unwrap();
                } else {
                    session.read(|pair| {
                        let left = pair.left;
                        thread::yield_now();
                        assert_eq!((left, pair.left), (pair.right, pair.right));
                    });
                }
            }
        });
    });
}

#[test]
fn a_panic_in_one_thread_hinders_no_other() {
    in_time(|| {
        let session = session();
        together(|number| {
            if number % 2 == 0 {
                session
                    .update("count", |count: &mut u32| *count += 1)
                    .unwrap();
            } else {
                let change = |count: &mut u32| {
                    *count = 1000;
                    panic!("on purpose");
                };
                assert_eq!(panic_of(|| session.update("count", change)), "on purpose");
            }
        });
        assert_eq!(count(&session), 7 + THREADS / 2);
    });
}

#[test]
fn the_first_touch_happens_once_whoever_is_first() {
    in_time(|| {
        let pair = sealed(&cookie(), at(0), |session| {
            session.insert("count", 7).unwrap()
        });
        let asked = Arc::new(AtomicU32::new(0));
        let asking = Arc::clone(&asked);
        let clock = Clock::from_fn(move || {
            asking.fetch_add(1, Ordering::Relaxed);
            at(1)
        });
        let session = cookie().load([pair], clock);
        let outcomes = together(|_| session.outcome());
        assert!(outcomes.windows(2).all(|two| two[0] == two[1]));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_change_is_saved_or_refused_when_it_races_with_the_head() {
    in_time(|| {
        for _ in 0..20 {
            let session = session();
            let results = together(|number| {
                if number == 0 {
                    let field = cookie().save(&session).unwrap().into_iter().next();
                    return (0, field);
                }
                let mut done = 0;
                for _ in 0..ROUNDS {
                    match session.update("count", |count: &mut u32| *count += 1) {
                        Ok(()) => done += 1,
                        Err(SessionError::AfterHead) => break,
                        Err(error) => panic!("{error}"),
                    }
                }
                (done, None)
            });
            let done: u32 = results.iter().map(|(done, _)| done).sum();
            assert_eq!(count(&session), 7 + done);
            match results.into_iter().find_map(|(_, field)| field) {
                Some(field) => {
                    let saved = cookie().load([pair_of(&field)], at(1));
                    assert_eq!(count(&saved), 7 + done);
                }
                None => assert_eq!(done, 0),
            }
        }
    });
}

#[test]
fn handles_work_in_tasks_on_several_threads() {
    in_time(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(2).build().unwrap();
        let session = session();
        let typed = pair_session();
        runtime.block_on(async {
            let work = |session: Session, typed: Session<Pair>| async move {
                for _ in 0..10 {
                    session.update("count", |count: &mut u32| *count += 1)?;
                    tokio::task::yield_now().await;
                    typed.update(|pair| pair.set(pair.left + 1))?;
                }
                Ok::<_, SessionError>(())
            };
            let start = |_| tokio::spawn(work(session.clone(), typed.clone()));
            let tasks: Vec<_> = (0..20).map(start).collect();
            for task in tasks {
                task.await.unwrap().unwrap();
            }
        });
        assert_eq!(count(&session), 207);
        typed.read(|pair| assert_eq!((pair.left, pair.right), (207, 207)));
        let field = pairs().save(&typed).unwrap().into_iter().next().unwrap();
        pairs()
            .load([pair_of(&field)], at(1))
            .read(|pair| assert_eq!(pair.left, 207));
    });
}

//! Work on many things at once, told in their order.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Does `work` on each of `items`, at most `jobs` at once, and hands what comes of it to `take` in the
/// order of the items, each as soon as it and those before it are there. `take` runs on the caller's
/// thread. Each job has what `own` makes for it.
pub fn in_order<T: Sync, R: Send, O>(
    items: &[T],
    jobs: NonZero<usize>,
    own: impl Fn() -> O + Sync,
    work: impl Fn(&mut O, &T) -> R + Sync,
    mut take: impl FnMut(R),
) {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.get().min(items.len()) {
            let (sender, next, own, work) = (sender.clone(), &next, &own, &work);
            scope.spawn(move || {
                let mut own = own();
                while let Some(item) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    // Nobody listens any more only where the caller's thread panics.
                    let _ = sender.send((item.0, work(&mut own, item.1)));
                }
            });
        }
        drop(sender);
        let (mut early, mut at) = (BTreeMap::new(), 0);
        for (which, result) in receiver {
            early.insert(which, result);
            while let Some(result) = early.remove(&at) {
                take(result);
                at += 1;
            }
        }
    });
}

/// As many jobs as there are processors for this process.
pub fn all() -> NonZero<usize> {
    thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_come_in_order_whoever_is_first() {
        for jobs in [1, 2, 7, 100].map(|jobs| NonZero::new(jobs).unwrap()) {
            let items: Vec<u64> = (0..40).collect();
            let mut out = Vec::new();
            let slow_first = |_: &mut (), &item: &u64| {
                thread::sleep(Duration::from_micros(40 - item));
                item * 2
            };
            in_order(&items, jobs, || (), slow_first, |result| out.push(result));
            assert_eq!(out, items.iter().map(|item| item * 2).collect::<Vec<_>>(), "{jobs}");
        }
        in_order(&[0u8; 0], all(), || (), |_, _| (), |()| panic!("nothing was to do"));
    }

    #[test]
    fn a_result_does_not_wait_for_those_behind_it() {
        let (sender, receiver) = mpsc::channel();
        let receiver = std::sync::Mutex::new(receiver);
        let two = NonZero::new(2).unwrap();
        let wait = |_: &mut (), &item: &u8| {
            if item == 1 {
                receiver.lock().unwrap().recv().unwrap();
            }
            item
        };
        // The second ends only when the first has been taken.
        in_order(
            &[0, 1],
            two,
            || (),
            wait,
            |item| {
                if item == 0 {
                    sender.send(()).unwrap();
                }
            },
        );
    }
}

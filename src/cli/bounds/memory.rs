//! An allocator that counts what one thread holds.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

thread_local! {
    /// How many bytes this thread may still take.
    static ROOM: Cell<isize> = const { Cell::new(isize::MAX) };
}

static IS_EXCEEDED: AtomicBool = AtomicBool::new(false);

/// The program's allocator: mimalloc, with a bound for threads that ask for one (`limit`).
///
/// A thread that wants more than it may have gets no answer: it stands still, and `is_exceeded` tells
/// the one who watches it. No code can go on without memory, and to unwind from here is not allowed.
pub struct Allocator;

static INNER: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// From here on, this thread may take `bytes` more than it gives back.
pub fn limit(bytes: isize) {
    ROOM.set(bytes);
}

/// Whether a thread of this process wanted more than it may have.
pub fn is_exceeded() -> bool {
    IS_EXCEEDED.load(Ordering::Relaxed)
}

/// Waits for ever where there is no room for `more` bytes.
fn check(more: usize) {
    let more = isize::try_from(more).unwrap_or(isize::MAX);
    if ROOM.get() < more {
        IS_EXCEEDED.store(true, Ordering::Relaxed);
        loop {
            // Neither sleeping nor asking for the room takes memory.
            std::thread::sleep(Duration::from_secs(1));
        }
    }
}

/// Counts a block of `old` bytes that is one of `new` bytes now.
fn count(old: usize, new: usize) {
    // No allocation is as large as isize::MAX (`Layout`'s own rule); what is given back may have been
    // another thread's.
    ROOM.set(ROOM.get().saturating_add_unsigned(old).saturating_sub_unsigned(new));
}

// SAFETY: every block comes from `INNER` and goes back to it with its own layout.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        check(layout.size());
        count(0, layout.size());
        unsafe { INNER.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        check(layout.size());
        count(0, layout.size());
        unsafe { INNER.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(layout.size(), 0);
        unsafe { INNER.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While it moves, both blocks are there.
        check(size);
        count(layout.size(), size);
        unsafe { INNER.realloc(block, layout, size) }
    }
}

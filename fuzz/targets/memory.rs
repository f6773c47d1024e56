//! A limit for what one input makes the program hold, told to libFuzzer as it tells its own: without a
//! sanitizer it looks at the process once a second, and an allocation that is refused would count as a crash.

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicUsize, Ordering};

const MOST: usize = 512 << 20;

/// libFuzzer's exit status for too much memory: `kOOMExitCode` of its fork mode's parent.
const TOO_MUCH: i32 = 71;

struct Limited;

#[global_allocator]
static ALLOCATOR: Limited = Limited;

static HELD: AtomicUsize = AtomicUsize::new(0);

/// Starts to count for an input.
pub fn begin() {
    HELD.store(0, Ordering::Relaxed);
}

fn take(size: usize) {
    unsafe extern "C" {
        fn _exit(status: i32) -> !;
    }
    let held = HELD.fetch_add(size, Ordering::Relaxed).wrapping_add(size);
    // What was there before the input may be given back while it runs, and leaves less than nothing.
    if size > MOST || (held > MOST && held < usize::MAX / 2) {
        // SAFETY: it ends the process, and does not come back.
        unsafe { _exit(TOO_MUCH) }
    }
}

// The program's own allocator: libFuzzer tells what is too slow from a signal's handler, by way of the C library's,
// which must not be at work then.
//
// SAFETY: all is that allocator's.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { MiMalloc.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        take(size);
        unsafe { MiMalloc.realloc(place, layout, size) }
    }
}

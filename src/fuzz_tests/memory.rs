//! Measures memory use in tests: the test binary's allocator counts allocated bytes for each thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, with a count of the bytes that each thread has in use.
struct Counting;

thread_local! {
    /// Bytes allocated here less bytes freed here; what another thread allocated may be freed here.
    static IN_USE: Cell<isize> = const { Cell::new(0) };
    /// The most that [`IN_USE`] has been.
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// Neither cell has a destructor or is initialised on first use, so nothing here allocates, and both can be
/// read until the thread ends.
fn count(bytes: isize) {
    let in_use = IN_USE.get() + bytes;
    IN_USE.set(in_use);
    PEAK.set(PEAK.get().max(in_use));
}

#[expect(unsafe_code, reason = "an allocator cannot be counted without being one")]
// SAFETY: every call is passed on to the system's allocator unchanged, with its result; the default
// `alloc_zeroed` and `realloc` use these two. Counting cannot unwind: a layout's size fits an
// `isize`, and no process has so much memory that the sums overflow.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller guarantees what is required here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: the caller guarantees what is required here; the block came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the result of `action`, and the most bytes that this thread had in use meanwhile, in addition to
/// those before.
pub(crate) fn peak_of<T>(action: impl FnOnce() -> T) -> (T, usize) {
    let before = IN_USE.get();
    PEAK.set(before);
    let result = action();
    (result, (PEAK.get() - before) as usize)
}

#[test]
fn the_peak_is_counted_though_everything_is_freed_again() {
    let ((), peak) = peak_of(|| {
        drop(Vec::<u8>::with_capacity(1000));
        let mut grown = Vec::<u64>::with_capacity(100);
        grown.reserve_exact(200);
        drop(Vec::<u8>::with_capacity(300));
    });
    // While a block grows, the old and the new one exist.
    assert_eq!(peak, 100 * 8 + 200 * 8);
    assert_eq!(peak_of(|| ()).1, 0);
    let other = std::thread::spawn(|| drop(Vec::<u8>::with_capacity(1 << 20)));
    let ((), peak) = peak_of(|| other.join().expect("no panic"));
    assert!(peak < 1 << 20, "{peak}: another thread's memory was counted");
}

//! Panics of a library, caught.
//!
//! In: a call that may panic at what it is given. Out: its value, or nothing where it panicked. What must hold: nobody is told of
//! such a panic but the caller, and of every other panic as ever.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is inside such a call.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Calls; `None` where that panicked. What it was working on must not be used again.
pub(super) fn unwound<T>(call: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                told(panic);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(call));
    QUIET.set(before);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_the_thread_goes_on() {
        let list = [1, 2];
        assert_eq!(unwound(|| list[list.len() - 1]), Some(2));
        assert_eq!(unwound(|| list[list.len() + 1]), None);
        assert!(!QUIET.get());
    }
}

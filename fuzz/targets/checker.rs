//! Bytes as a spec, loaded and checked.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dictum_fuzz::check(bytes));

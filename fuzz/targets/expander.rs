//! Bytes as a spec, loaded, checked, and some of its records made.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dictum_fuzz::expand(bytes));

//! Bytes as a spec, loaded.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dictum_fuzz::load(bytes));

//! The only door to disk and clock.

//! The standard library of functions, filters and tests.

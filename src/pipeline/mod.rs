//! The seven stages, in order.

pub mod emit;
pub mod manifest;

//! The seven stages, in order.

pub mod load;
pub mod emit;
pub mod manifest;

//! The seven stages, in order.

pub mod load;
pub mod check;
pub mod plan;
pub mod expand;
pub mod verify;
pub mod emit;
pub mod manifest;

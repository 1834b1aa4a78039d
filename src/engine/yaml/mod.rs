//! YAML text to a tree with positions, and the only door to the crate that reads YAML.
//!
//! In: one source text. Out: a [`Node`] tree in which every scalar, key and collection knows its bytes in the file, or
//! nothing and a diagnostic where the text is not one YAML document. What must hold: kinds are those of YAML 1.2 (only
//! `true` and `false` are booleans, `no` and `017` are text, every whole number is exact); a scalar always keeps what was
//! written; no key is lost or overwritten in silence; no input can make reading panic, overflow the stack or run away.
//!
//! The crate's event stream is read directly, without serde: only events say how a scalar was quoted, where a tag or an
//! anchor stands and what the second of two equal keys holds, and they need no recursion.

mod node;
mod place;
mod scalar;
mod mapping;
mod stop;
mod traps;
mod read;

pub use node::{Entry, Node, NodeKind, Scalar};
pub use place::Places;
pub use read::read;
pub use scalar::{Plain, resolve};

/// The text of a file's bytes.
///
/// # Errors
/// The offset of the first byte that is not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<&str, usize> {
    std::str::from_utf8(bytes).map_err(|error| error.valid_up_to())
}

#[cfg(test)]
mod tests;

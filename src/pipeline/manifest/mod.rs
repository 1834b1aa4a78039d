//! The manifest of an output folder and the lock beside the specs.

//! The one test binary: each further one would link every format again.
#![allow(clippy::disallowed_methods, reason = "tests read and write files themselves")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop")]

mod figures;
mod markdown;
mod workbench;
mod workspace;

mod aims;
mod architecture;
mod cli;
mod codes;
mod cookbook;
mod coordination;
mod determinism;
mod diagnostics;
mod draws;
mod editor;
mod examples;
mod expectations;
mod explain;
mod facts;
mod formats;
mod golden;
mod interruption;
mod lsp;
mod memory;
mod misspelling;
mod mutation;
mod newcomer;
mod pairs;
mod performance;
mod policies;
mod procedure;
mod properties;
mod record_schema;
mod recipes;
mod readme;
mod rederive;
mod reference;
mod starter;
mod transformer;
mod tutorial;
mod used;
mod views;
mod watch;
mod wina;
mod wording;
mod worlds;

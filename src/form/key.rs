//! A key of the language, as the parser, editors and the reference know it.

/// A key of a mapping.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// How it is written.
    pub name: &'static str,
    /// Whether the mapping must have it.
    pub required: bool,
    /// Keys that must stand beside it.
    pub needs: &'static [&'static str],
    /// What it says, in whole sentences.
    pub doc: &'static str,
    /// What its value may be, as JSON Schema; `#/$defs/…` are the definitions of `editor`.
    pub schema: &'static str,
    /// A piece of a spec that has it, as YAML.
    pub example: &'static str,
}

impl Key {
    /// A key that may be left out and needs no other.
    #[must_use]
    pub const fn new(name: &'static str, schema: &'static str, doc: &'static str) -> Self {
        Self { name, required: false, needs: &[], doc, schema, example: "" }
    }

    /// The same key where it must not be left out.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same key beside which others must stand.
    #[must_use]
    pub const fn needs(mut self, needs: &'static [&'static str]) -> Self {
        self.needs = needs;
        self
    }

    /// The same key with an example.
    #[must_use]
    pub const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    /// The names of a table of keys.
    #[must_use]
    pub fn names(keys: &[Self]) -> Vec<&'static str> {
        keys.iter().map(|key| key.name).collect()
    }
}

//! The forms of the language, one file each: how it is parsed, checked, lowered and evaluated, how it is documented, and what
//! an editor needs to know of it.
//!
//! There is one form grammar. In form positions a form's keys stand bare; in value positions (records, literals inside
//! `give`) they carry a `$`. Adding a form is adding a file and a line in [`FORMS`].

mod key;
mod position;
mod parse;
mod data;
mod modifiers;
mod keyed;
mod each;
mod choices;
mod cases;
mod range;
mod grid;
mod number;
mod distribution;

mod pick;
mod weighted;
mod sample;
mod shuffle;
mod permutation;
mod int;
mod float;
mod normal;
mod lognormal;
mod exponential;
mod poisson;
mod zipf;
mod bool;
mod near;
mod object;
mod row;
mod given;
mod first;
mod collect;
mod only;
mod fold;
mod give;
mod constant;
mod text;
mod file;
mod with;
mod policy;
mod say;
mod record;
mod view;
mod refused;

use crate::program::Form;
pub use data::literal;
pub use key::Key;
pub use parse::{Files, Parse, Shape, bad_name, is_name, unwritten};
pub use pick::weighted_values;
pub use position::Position;
pub use record::record;
pub use refused::refused;
pub use view::shown;

/// The version of the language that this program speaks.
pub const LANGUAGE_VERSION: u32 = 1;

/// One form of the language.
pub struct FormKind {
    /// The key that makes a mapping this form; its value is the main argument.
    pub head: &'static str,
    /// The keys that may stand beside it, besides the modifiers.
    pub options: &'static [&'static str],
    /// Whether it draws, and so has no meaning where things are computed.
    pub draws: bool,
    /// Reads it; mistakes are reported, and `None` means that nothing can be made of it.
    pub parse: fn(&mut Parse<'_>, &Shape<'_>) -> Option<Box<dyn Form>>,
    /// What it does, in whole sentences.
    pub doc: &'static str,
    /// An example, as YAML.
    pub example: &'static str,
    /// What an editor accepts as the value of the head key and of the options: properties of a JSON Schema. `#/$defs/form` is
    /// what the form's own position takes, `#/$defs/body` the same but data where keys carry a `$`, `#/$defs/value` what stands
    /// directly under `give`; the other definitions are those of `editor`.
    pub schema: &'static str,
}

impl FormKind {
    /// The modifiers that may stand beside it: not those that are keys of its own, and, beside an `as` of its own, neither `each`
    /// nor what belongs to it.
    pub fn modifiers(&self) -> impl Iterator<Item = &'static Key> {
        let own = |name: &str| self.options.contains(&name);
        let taken = move |name: &str| own(name) || (own("as") && matches!(name, "each" | "where" | "key" | "path"));
        MODIFIERS.iter().filter(move |key| !taken(key.name))
    }
}

/// Every form.
pub const FORMS: &[FormKind] = &[
    pick::KIND,
    sample::KIND,
    shuffle::KIND,
    permutation::KIND,
    int::KIND,
    float::KIND,
    normal::KIND,
    lognormal::KIND,
    exponential::KIND,
    poisson::KIND,
    zipf::KIND,
    bool::KIND,
    near::KIND,
    object::KIND,
    row::KIND,
    given::KIND,
    first::KIND,
    collect::KIND,
    only::KIND,
    fold::KIND,
    give::KIND,
    constant::KIND,
    text::KIND,
    file::KIND,
    with::KIND,
    policy::KIND,
];

/// The keys that may stand beside any form.
pub const MODIFIERS: &[Key] = modifiers::KEYS;

/// The form of a head key.
#[must_use]
pub fn find(head: &str) -> Option<&'static FormKind> {
    FORMS.iter().find(|kind| kind.head == head)
}

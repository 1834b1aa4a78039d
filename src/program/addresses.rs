//! The addresses of draws while lowering: the path to the present place, and that no two draws of a record share one.

use std::collections::{BTreeMap, BTreeSet};

use super::lower::Lower;
use crate::data::Text;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;

/// The part of a path that stands for the elements of a loop.
const EACH: &str = "*";
/// What the name of a `say` begins with.
const SAY: &str = "say.";
const ANOTHER: &str = "a `stream` is a name that nothing else draws by: choose another";

/// A part of a value, and the addresses that it draws at.
pub struct Drawn {
    /// What it is called in a message.
    shown: String,
    span: Span,
    paths: BTreeSet<Vec<Text>>,
}

impl Lower<'_> {
    /// Numbers a draw at the present address.
    pub fn draw(&mut self) -> usize {
        let entry = self.busy.last().cloned().unwrap_or_default();
        self.keys.push((entry, self.place.path.clone()));
        self.keys.len() - 1
    }

    /// Lowers something one part further down the address.
    pub fn inside<T>(&mut self, part: &str, lower: impl FnOnce(&mut Self) -> T) -> T {
        self.place.path.push(Text::from(part));
        let result = lower(self);
        self.place.path.pop();
        result
    }

    /// Lowers the elements of a loop.
    pub fn each_element<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> T {
        self.inside(EACH, lower)
    }

    /// Lowers something whose address ends in `stream` instead of its own name.
    pub fn streamed<T>(&mut self, stream: Option<&Text>, lower: impl FnOnce(&mut Self) -> T) -> T {
        let Some(stream) = stream else { return lower(self) };
        // The level of an `each` is no name: it stays, and the stream stands below it.
        let named = self.place.path.last().is_some_and(|part| part != EACH);
        let own = self.place.path.pop_if(|_| named);
        // Wording has names of its own.
        let worded = own.as_ref().is_some_and(|own| own.starts_with(SAY));
        let part = if worded { Text::from(format!("{SAY}{stream}")) } else { stream.clone() };
        let result = self.inside(&part, lower);
        self.place.path.extend(own);
        result
    }

    /// Lowers a part of a value and gives the addresses that it draws at.
    pub fn drawing<T>(&mut self, shown: String, span: Span, lower: impl FnOnce(&mut Self) -> T) -> (T, Drawn) {
        let from = self.keys.len();
        let result = lower(self);
        // Entries that are read for the first time here have addresses of their own.
        let entry = self.busy.last();
        let own = self.keys.get(from..).unwrap_or_default().iter().filter(|(owner, _)| Some(owner) == entry);
        let paths = own.map(|(_, path)| path.clone()).collect();
        (result, Drawn { shown, span, paths })
    }

    /// Reports parts of one value that draw at the address of another part: they would take the same values.
    pub fn apart_from_each_other<'d>(&mut self, parts: impl IntoIterator<Item = &'d Drawn>) {
        let mut first: BTreeMap<&[Text], &Drawn> = BTreeMap::new();
        for part in parts {
            let taken = part.paths.iter().find_map(|path| first.get(path.as_slice()).copied());
            for path in &part.paths {
                first.entry(path).or_insert(part);
            }
            if let Some(other) = taken {
                let message = format!("{} draws at the address of {}, and would take the same values", part.shown, other.shown);
                let diagnostic = Diagnostic::error(codes::NAME_COLLISION, part.span, message);
                self.report(diagnostic.label(other.span, "the other one").hint(ANOTHER));
            }
        }
    }

    /// Reports entries that draw at the address of another one: `stream` gives them one, and they would take the same values.
    pub(super) fn addresses(&mut self) {
        // Which scenario an index has is drawn there.
        let scenario = (vec![self.world.address.clone(), Text::const_new("scenario")], Text::const_new("scenario"));
        let mut first = BTreeMap::from([scenario]);
        let mut shared = BTreeSet::new();
        for (entry, path) in &self.keys {
            let owner = first.entry(path.clone()).or_insert_with(|| entry.clone());
            if owner != entry {
                shared.insert((entry.clone(), owner.clone()));
            }
        }
        for (entry, owner) in shared {
            let span = |name: &Text| self.world.entries.get(name).map(|one| one.span);
            let message = format!("`{entry}` draws at the address of `{owner}`, and would take the same values");
            let diagnostic = match span(&entry) {
                Some(span) => Diagnostic::error(codes::NAME_COLLISION, span, message),
                None => Diagnostic::unplaced(codes::NAME_COLLISION, message),
            };
            let diagnostic = span(&owner).into_iter().fold(diagnostic, |one, span| one.label(span, "the other one"));
            self.report(diagnostic.hint(ANOTHER));
        }
    }
}

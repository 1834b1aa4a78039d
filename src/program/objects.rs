//! The names that stand for many: `context` and `say` as whole maps.

use super::lower::Lower;
use super::names::Section;
use crate::data::{Field, Fields, Text, Type};

impl Lower<'_> {
    /// `context` or `say` as one map: its slots and its fields.
    pub(super) fn gathered(&mut self, sections: &[Section], prefix: &str) -> (Vec<(Text, usize)>, Type) {
        let mut slots = Vec::new();
        let mut fields = Fields::default();
        let world = self.world;
        for (at, entry) in world.entries.values().enumerate() {
            if !sections.contains(&entry.section) {
                continue;
            }
            let short = Text::from(entry.name.strip_prefix(prefix).unwrap_or(&entry.name));
            let Some(known) = self.entry(at) else { continue };
            self.causes.extend(known.causes.iter().cloned());
            self.read(at, entry.section, &known);
            self.note_reading(at, false);
            self.mark_used(&entry.name);
            let optional = !self.place.live.iter().zip(&known.present).all(|(live, there)| !live || *there);
            fields.known.insert(short.clone(), Field { ty: known.ty, optional });
            slots.push((short, at));
        }
        (slots, Type::of_fields(fields))
    }
}

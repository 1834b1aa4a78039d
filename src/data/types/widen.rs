//! Types of values that are made from themselves: whatever has grown is taken as unbounded.

use indexmap::IndexMap;

use super::{Fields, Type, Words};

impl Type {
    /// This type, with no bound left where it has grown from `before`: integers to the side where they grew, words to any text,
    /// lists to any length, fields that came to be to fields of any name.
    #[must_use]
    pub fn widened(mut self, before: &Self) -> Self {
        if let (Some(range), Some(old)) = (&mut self.int, before.int) {
            range.min = if range.min < old.min { i128::MIN } else { range.min };
            range.max = if range.max > old.max { i128::MAX } else { range.max };
        }
        if self.text != before.text && before.text.is_some() {
            self.text = Some(Words::Any);
        }
        if let (Some(list), Some(old)) = (self.list_mut(), &before.list) {
            list.item = std::mem::take(&mut list.item).widened(&old.item);
            list.min = if list.min < old.min { 0 } else { list.min };
            list.max = list.max.filter(|max| old.max == Some(*max));
        }
        if let (Some(map), Some(old)) = (self.map_mut(), &before.map) {
            *map = std::mem::take(map).widened(old);
        }
        self
    }
}

impl Fields {
    fn widened(mut self, before: &Self) -> Self {
        let mut rest = match (self.rest, &before.rest) {
            (Some(rest), Some(old)) => Some(rest.widened(old)),
            (rest, _) => rest.map(|rest| *rest),
        };
        let (kept, grown): (IndexMap<_, _>, IndexMap<_, _>) =
            self.known.into_iter().partition(|(name, _)| before.known.contains_key(name));
        self.known = kept;
        for (name, field) in &mut self.known {
            if let Some(old) = before.known.get(name) {
                field.ty = std::mem::take(&mut field.ty).widened(&old.ty);
            }
        }
        for field in grown.into_values() {
            rest = Some(rest.take().unwrap_or_default().join(&field.ty));
        }
        self.rest = rest.map(Box::new);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::Field;
    use super::*;

    #[test]
    fn only_what_has_grown_loses_its_bound() {
        let before = Type::map_of([
            ("n", Type::int_range(0, 3)),
            ("word", Type::words(["a"])),
            ("list", Type::list_between(Type::null(), 2, Some(2))),
        ]);
        let after = Type::map_of([
            ("n", Type::int_range(0, 4)),
            ("word", Type::words(["a"])),
            ("list", Type::list_between(Type::null(), 2, Some(3))),
        ]);
        let wide = after.widened(&before);
        let field = |name: &str| wide.field(name).unwrap().ty;
        assert_eq!(field("n"), Type::int_range(0, i128::MAX));
        assert_eq!(field("word"), Type::words(["a"]));
        assert_eq!(field("list"), Type::list_between(Type::null(), 2, None));
    }

    #[test]
    fn fields_that_come_to_be_are_fields_of_any_name() {
        let before = Type::map_of([("a", Type::null())]);
        let after = before.clone().join(&Type::map_of([("b", Type::truth(true))]));
        let fields = after.widened(&before).map.unwrap();
        assert_eq!(fields.known.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(fields.known["a"], Field { ty: Type::null(), optional: true });
        assert_eq!(fields.rest, Some(Box::new(Type::truth(true))));
    }
}

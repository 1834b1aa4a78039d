//! What a view shows of a record: a map of data, with the `id` of the record where the view writes none.

use std::borrow::Cow;

use crate::data::{Field, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling};
use crate::source::Span;

/// How a view reads the `id` of its record.
const ID: &str = "record.id";

struct Shown {
    inner: Box<dyn Form>,
}

/// A view whose records keep the `id` of the record that they show; it stands first where the view does not write it.
#[must_use]
pub fn shown(inner: Box<dyn Form>) -> Box<dyn Form> {
    Box::new(Shown { inner })
}

impl Form for Shown {
    fn span(&self) -> Span {
        self.inner.span()
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let lowered = self.inner.lower(cx);
        if lowered.ty.is_any() {
            return lowered;
        }
        if lowered.optional || !lowered.ty.is_map() {
            let found = if lowered.optional { "one that may be absent".to_owned() } else { lowered.ty.describe() };
            let diagnostic = Diagnostic::error(codes::WRONG_TYPE, self.span(), format!("a view shows a map, found {found}"));
            cx.report(diagnostic.hint("`where` beside `record` says which records are shown"));
            return Lowered::refused();
        }
        if let Some((_, id)) = self.inner.fields().iter().find(|(name, _)| name == "id").filter(|(_, id)| id.held() != Some(ID)) {
            let diagnostic = Diagnostic::error(codes::NAME_COLLISION, id.span(), "the `id` of a view is that of its record");
            cx.report(diagnostic.hint(format!("leave it out, or write `id: \"{{{{ {ID} }}}}\"`")));
            return Lowered::refused();
        }
        let Some(fields) = lowered.ty.map.as_deref().filter(|fields| !fields.known.contains_key("id")) else { return lowered };
        let mut with_id = fields.clone();
        let id = cx.record_type().field("id").unwrap_or(Field { ty: Type::any(), optional: true });
        with_id.known.shift_insert(0, Text::from("id"), id);
        Lowered::new(ShownOp { record: cx.record_slot(), inner: lowered.op }, Type::of_fields(with_id))
    }

    fn draws(&self) -> bool {
        self.inner.draws()
    }

    fn fields(&self) -> &[(Text, Box<dyn Form>)] {
        self.inner.fields()
    }
}

struct ShownOp {
    /// The slot of the record.
    record: usize,
    inner: Box<dyn Op>,
}

impl Op for ShownOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let value = self.inner.eval(env)?;
        let (Some(fields), Some(id)) = (value.as_map(), env.frame.slot(self.record)?.at("id")) else { return Ok(value) };
        let fields = fields.iter().map(|(key, value)| (key.clone(), value.clone()));
        Ok(Cow::Owned(Value::map(std::iter::once((Text::from("id"), id.clone())).chain(fields))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let inner = self.inner.tell(env, telling)?;
        let id = telling.slot(env.frame, self.record)?;
        let id = telling.inner(id, "id").unwrap_or(id);
        let origin = Origin::new("view", None, self.eval(env)?.into_owned());
        Ok(telling.add(origin.part(Part::field("id", id)).part(Part::result("record", inner))))
    }
}

//! The record: a map of data, with an `id` of its own where the spec gives none, and with its `metadata` completed.
//!
//! Metadata say where a record comes from: the quality level and the language version, and the address, which is all that it takes
//! to make the record again. They are added behind the author's own; a record without `metadata` stays without.

use std::borrow::Cow;
use std::sync::Arc;

use super::LANGUAGE_VERSION;
use crate::data::{Field, Fields, Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Part, Role, Telling};
use crate::source::Span;

/// The key of a record whose map is completed.
const METADATA: &str = "metadata";
/// How far records were judged: schema, hash, checks, policies and expectations.
const QUALITY_LEVEL: &str = "synthetic";
/// What is added, in order.
const ADDED: [&str; 3] = ["quality_level", "language_version", "address"];

struct Identified {
    dataset: Text,
    inner: Box<dyn Form>,
}

/// A record whose `id`, where it has none, is the dataset's name and the index in at least six digits, and whose `metadata`, where
/// it has them, end with its quality level, the language version and its address.
#[must_use]
pub fn record(dataset: &str, inner: Box<dyn Form>) -> Box<dyn Form> {
    Box::new(Identified { dataset: Text::from(dataset), inner })
}

impl Form for Identified {
    fn span(&self) -> Span {
        self.inner.span()
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let lowered = self.inner.lower(cx);
        if lowered.ty.is_any() {
            return lowered;
        }
        let Some(fields) = lowered.ty.map.as_deref().filter(|_| lowered.ty.is_map()) else {
            let message = format!("a record must be a map, found {}", lowered.ty.describe());
            cx.report(Diagnostic::error(codes::WRONG_TYPE, self.span(), message));
            return Lowered::refused();
        };
        let mut fields = fields.clone();
        let add_id = !fields.known.contains_key("id");
        if add_id {
            fields.known.shift_insert(0, Text::from("id"), Field { ty: Type::any_text(), optional: false });
        }
        let metadata = fields.known.get_mut(METADATA).filter(|field| field.ty.is_map()).and_then(|field| field.ty.map_mut());
        let added = metadata.map(|metadata| self.complete(metadata, cx));
        let op = RecordOp { dataset: self.dataset.clone(), add_id, added: added.is_some(), inner: lowered.op };
        Lowered::new(op, Type::of_fields(fields))
    }

    fn draws(&self) -> bool {
        self.inner.draws()
    }

    fn fields(&self) -> &[(Text, Box<dyn Form>)] {
        self.inner.fields()
    }
}

impl Identified {
    /// Adds what is known of a record's origin to the type of its metadata; a name that the author took is reported.
    fn complete(&self, metadata: &mut Fields, cx: &mut Lower<'_>) {
        let number = || Type::int_range(0, u64::MAX.into());
        let dataset = Type::words([self.dataset.clone()]);
        let address = Type::map_of([("dataset", dataset), ("index", number()), ("seed", number())]);
        let version = i128::from(LANGUAGE_VERSION);
        let types = [Type::words([QUALITY_LEVEL]), Type::int_range(version, version), address];
        let own = self.inner.fields().iter().find(|(name, _)| name == METADATA);
        for (name, ty) in ADDED.into_iter().zip(types) {
            if metadata.known.insert(Text::from(name), Field { ty, optional: false }).is_some() {
                let written = own.and_then(|(_, form)| form.fields().iter().find(|(key, _)| key == name));
                let span = written.map_or_else(|| self.span(), |(_, form)| form.span());
                let message = format!("`{name}` is added to the metadata of every record, and is given here");
                cx.report(
                    Diagnostic::error(codes::NAME_COLLISION, span, message).hint("give yours another name, or leave it out"),
                );
            }
        }
    }
}

struct RecordOp {
    dataset: Text,
    add_id: bool,
    /// Whether the metadata are completed.
    added: bool,
    inner: Box<dyn Op>,
}

impl Op for RecordOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let value = self.inner.eval(env)?.into_owned();
        let Value::Map(inner) = value else { return Ok(Cow::Owned(value)) };
        let mut map = Map::with_capacity(inner.len() + 1);
        if self.add_id {
            let id = Text::from(format!("{}_{:06}", self.dataset, env.frame.at.index));
            map.push_new(Text::from("id"), Value::Text(id));
        }
        for (key, value) in Arc::unwrap_or_clone(inner) {
            let value = match value {
                Value::Map(metadata) if self.added && key == METADATA => self.completed(metadata, env),
                other => other,
            };
            map.push_new(key, value);
        }
        Ok(Cow::Owned(Value::Map(Arc::new(map))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let inner = self.inner.tell(env, telling)?;
        let value = self.eval(env)?.into_owned();
        let mut origin = Origin::new("record", None, value.clone());
        let added = |key: &str, whole: &Value, telling: &mut Telling| {
            let value = whole.as_map().and_then(|map| map.get(key)).cloned().unwrap_or_default();
            Part::field(key, telling.add(Origin::new("added", None, value)))
        };
        if self.add_id {
            origin.parts.push(added("id", &value, telling));
        }
        let (span, fields) = match telling.origins().get(inner) {
            Some(told) if told.form == "map" => (told.span, told.parts.clone()),
            _ => (None, vec![Part::result("record", inner)]),
        };
        origin.span = span;
        for mut part in fields {
            if self.added && part.name == METADATA && part.role == Role::Field {
                let whole = value.at(METADATA).cloned().unwrap_or_default();
                let told = telling.origins().get(part.at).cloned();
                let mut metadata = told.unwrap_or_else(|| Origin::new("map", None, Value::Undefined));
                for name in ADDED {
                    metadata.parts.push(added(name, &whole, telling));
                }
                metadata.value = whole;
                part.at = telling.add(metadata);
            }
            origin.parts.push(part);
        }
        Ok(telling.add(origin))
    }
}

impl RecordOp {
    fn completed(&self, metadata: Arc<Map>, env: &Env<'_>) -> Value {
        let (index, seed) = (env.frame.at.index, env.frame.shared.seed);
        let address = Value::map([
            (Text::from("dataset"), Value::Text(self.dataset.clone())),
            (Text::from("index"), Value::Int(index.into())),
            (Text::from("seed"), Value::Int(seed.into())),
        ]);
        let values = [Value::text(QUALITY_LEVEL), Value::Int(LANGUAGE_VERSION.into()), address];
        let mut metadata = Arc::unwrap_or_clone(metadata);
        for (name, value) in ADDED.into_iter().zip(values) {
            metadata.push_new(Text::from(name), value);
        }
        Value::Map(Arc::new(metadata))
    }
}

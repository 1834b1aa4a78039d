//! A constant that knows where it is written.

use std::borrow::Cow;

use super::origin::Origin;
use super::telling::Telling;
use super::{Env, Fault, Op};
use crate::data::Value;
use crate::source::Span;

/// A value of the spec with its place.
pub(super) struct Constant {
    pub(super) span: Span,
    pub(super) value: Value,
}

impl Op for Constant {
    fn eval<'e>(&'e self, _: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        Ok(Cow::Borrowed(&self.value))
    }

    fn tell(&self, _: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        Ok(telling.add(Origin::new("literal", Some(self.span), self.value.clone())))
    }
}

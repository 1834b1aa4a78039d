//! Parameters: `params.name` and `params`.
//!
//! A parameter is a slot of its own whose value is the same in every record of a build. Its type is the declared one: what a
//! spec may say of it does not hang on the value that a build sets. Reading one is a cause like any other.

use super::code::Code;
use super::constant::Constant;
use super::frame::Slot;
use super::infer::{Typed, refused};
use super::lower::Lower;
use super::names::World;
use crate::data::{Text, Type};
use crate::diag::{Diagnostic, codes};
use crate::engine::jinja::tree::Name;
use crate::source::Span;

/// The name of a parameter's slot.
fn slot_name(name: &str) -> Text {
    Text::from(format!("params.{name}"))
}

/// The slots of all parameters; they stand behind those of the entries.
pub(super) fn slots(world: &World<'_>) -> impl Iterator<Item = Slot> {
    world.params.iter().map(|(name, param)| Slot {
        name: slot_name(name),
        span: Some(param.span),
        section: None,
        base: Some(Box::new(Constant { span: param.span, value: param.value.clone() })),
        overlays: Vec::new(),
        drawn: false,
        redrawn: false,
    })
}

impl Lower<'_> {
    /// `params.name`.
    pub(super) fn param(&mut self, name: &Name, span: Span) -> Typed {
        let world = self.world;
        let Some((at, name, param)) = world.params.get_full(&name.text) else {
            if !world.incomplete {
                let message = format!("`params` has no `{}`", name.text);
                let known = world.params.keys().map(Text::as_str);
                let diagnostic = Diagnostic::error(codes::UNDEFINED_ATTRIBUTE, name.span, message).suggest(&name.text, known);
                self.report(diagnostic.hint(format!("a parameter is declared with its default: `params: {{{}: …}}`", name.text)));
            }
            return refused();
        };
        let key = slot_name(name);
        self.mark_used(&key);
        self.cause(&key);
        (Code::Slot(world.entries.len() + at, key, span), param.ty.clone())
    }

    /// `params`: the map of all of them.
    pub(super) fn all_params(&mut self) -> Typed {
        let world = self.world;
        let first = world.entries.len();
        let mut slots = Vec::with_capacity(world.params.len());
        for (at, name) in world.params.keys().enumerate() {
            let key = slot_name(name);
            self.mark_used(&key);
            self.cause(&key);
            slots.push((name.clone(), first + at));
        }
        let fields = world.params.iter().map(|(name, param)| (name.clone(), param.ty.clone()));
        (Code::Gather(slots.into()), Type::map_of(fields))
    }
}

//! Which conditions guard against absence: those that ask `is defined` or which scenario it is.

use crate::engine::jinja::tree::{Expr, ExprKind};
use crate::library::Role;

/// Whether a condition speaks of presence, so that what it guards may read names that are not always there.
#[must_use]
pub fn guards(condition: &Expr) -> bool {
    let mut found = false;
    condition.walk(&mut |expr| {
        found |= match &expr.kind {
            ExprKind::Call(call) => call.role == Role::Test && matches!(call.name.text.as_str(), "defined" | "undefined"),
            ExprKind::Compare(first, rest) => {
                let scenario = |one: &Expr| matches!(&one.kind, ExprKind::Var(name) if name == "scenario");
                scenario(first) || rest.iter().any(|(_, one)| scenario(one))
            }
            _ => false,
        };
    });
    found
}

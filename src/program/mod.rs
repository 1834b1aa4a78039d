//! The program that a spec is lowered into: typed operations over slots and local names.
//!
//! [`Lower`] turns expressions and templates into operations, checking names, attributes, kinds and vocabularies on the way;
//! [`Env`] is where operations run. Forms (`form`) lower themselves with the same tools.

mod addresses;
mod arithmetic;
mod code;
mod compare;
mod constant;
mod datasets;
mod depth;
mod differing;
mod env;
mod fits;
mod frame;
mod function;
mod guard;
mod infer;
mod lower;
mod names;
mod notes;
mod reading;
mod redraw;
pub mod rendered;
mod resolve;
mod scope;
mod settle;
mod site;
mod objects;
mod origin;
mod params;
mod telling;
mod text;
mod told;

use std::borrow::Cow;

use crate::data::{Text, Type, Value};
use crate::diag::Diagnostic;
use crate::engine::rego::Version;
use crate::source::Span;

pub use addresses::Drawn;
pub use code::Code;
pub use env::{Env, Level, Locals, owned};
pub use fits::misfits;
pub use frame::{Draws, Frame, RecordAt, Shared, Slot};
pub use function::Functions;
pub use guard::guards;
pub use lower::{Known, Lower, Lowering, Rules, Unread};
pub use names::{
    Column, Dataset, Entry, Fact, FunctionEntry, FunctionParam, Param, ReadPath, Section, SlotId, Stem, Table, World,
};
pub use notes::{LocalName, Means, Name, Noted, Notes, Sight};
pub use origin::{Chosen, DrawnFrom, Element, Origin, Origins, Part, Role};
pub use reading::{Reading, Readings, join};
pub use scope::Named;
pub use site::{Answer, Decided, Derived, DrawnForm, Kind, Probe, Site, SiteRow, Sites, Term};
pub use telling::Telling;
pub use text::{ExprText, TemplateText};

/// Why a record could not be computed: a diagnostic that points at the expression.
pub type Fault = Box<Diagnostic>;

/// Something that computes a value in a place.
pub trait Op: Send + Sync {
    /// The value; borrowed where it already exists.
    ///
    /// # Errors
    /// A diagnostic at the expression that cannot be evaluated.
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault>;

    /// The truth of the value.
    ///
    /// # Errors
    /// As [`Op::eval`].
    fn truth(&self, env: &Env<'_>) -> Result<bool, Fault> {
        Ok(self.eval(env)?.is_true())
    }

    /// Tells where the value in this place came from, as a new origin; gives its number.
    ///
    /// # Errors
    /// As [`Op::eval`].
    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault>;
}

/// An operation with what is known of its value.
pub struct Lowered {
    /// What computes it.
    pub op: Box<dyn Op>,
    /// What is known of the value.
    pub ty: Type,
    /// Whether there may be no value at all (`when` false).
    pub optional: bool,
}

impl Lowered {
    /// An operation that always has a value.
    pub fn new(op: impl Op + 'static, ty: Type) -> Self {
        Self { op: Box::new(op), ty, optional: false }
    }

    /// A constant, written there.
    #[must_use]
    pub fn constant(span: Span, value: Value) -> Self {
        let ty = Type::of(&value);
        Self::new(constant::Constant { span, value }, ty)
    }

    /// What stands in for something that was refused: any value, so that one mistake is reported once.
    #[must_use]
    pub fn refused() -> Self {
        Self::new(Code::Const(Value::Undefined), Type::any())
    }
}

/// A form of the language as it was parsed: something that can be lowered.
pub trait Form: Send + Sync {
    /// Where it stands.
    fn span(&self) -> Span;
    /// Checks it and lowers it; mistakes go to the diagnostics of `cx`.
    fn lower(&self, cx: &mut Lower<'_>) -> Lowered;
    /// Whether it draws, itself or in a part.
    fn draws(&self) -> bool;
    /// The name that it is exactly, if it is one, with the path inside it (`name` of `{{ name }}`, `name.path`): what counts as
    /// held in the input.
    fn held(&self) -> Option<&str> {
        None
    }
    /// The name that it draws by instead of its own, if it has one.
    fn stream(&self) -> Option<&str> {
        None
    }
    /// The policy that it is, if it is one.
    fn policy(&self) -> Option<PolicyForm<'_>> {
        None
    }
    /// The fields, where it is a map of data.
    fn fields(&self) -> &[(Text, Box<dyn Form>)] {
        &[]
    }
}

/// A policy, as those see it who look for its module and its tests in a record.
pub struct PolicyForm<'f> {
    /// The expression that gives its module.
    pub module: &'f str,
    /// The rules that are asked for.
    pub rules: Vec<Text>,
    /// Those among them that a module need not define.
    pub optional: Vec<Text>,
    /// The version of Rego.
    pub version: Version,
    /// Whether it has tests.
    pub tests: bool,
}

/// Visits the leaves of data: what stands under no further field, with its path in dots below `path`.
pub fn each_leaf<'f>(form: &'f dyn Form, path: &str, visit: &mut impl FnMut(&str, &'f dyn Form)) {
    let fields = form.fields();
    if fields.is_empty() {
        return visit(path, form);
    }
    for (name, field) in fields {
        let inner = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        each_leaf(&**field, &inner, visit);
    }
}

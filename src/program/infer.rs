//! Expressions to [`Code`] with what is known of their values.
//!
//! Everything that can be known without a record is checked here: names, attributes, functions and their arguments, kinds, and
//! comparisons with words that can never occur. A mistake is reported once; what stands in for it is any value.

use super::depth::LINK;
use super::guard::guards;
use super::lower::Lower;
use super::{Code, compare};
use crate::data::{Field, Fields, Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::jinja::tree::{Arithmetic, Call, Expr, ExprKind, Logic};
use crate::library::{self, Misfit, Place, Role};
use crate::source::Span;

/// An expression's code and what is known of its value.
pub(super) type Typed = (Code, Type);

/// An argument: its code, what is known of it, where it stands.
type Argument = (Code, Type, Span);

/// What stands in for an expression that was refused.
pub(super) fn refused() -> Typed {
    (Code::Const(Value::Undefined), Type::any())
}

impl Lower<'_> {
    /// Lowers an expression.
    pub fn expr(&mut self, expr: &Expr) -> Typed {
        let errors = if self.tentative { self.diagnostics.counts().0 } else { 0 };
        let (code, ty) = self.deeper(1, expr.span, |cx| cx.expr_here(expr)).unwrap_or_else(refused);
        self.note(expr, &ty);
        (code, self.despite(errors, ty))
    }

    fn expr_here(&mut self, expr: &Expr) -> Typed {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Const(value) => (Code::Const(value.clone()), Type::of(value)),
            ExprKind::Var(name) => self.var(name, span),
            ExprKind::Attr(inner, name) => self.attr(inner, name),
            ExprKind::Item(inner, key) => self.item(inner, key, span),
            ExprKind::Slice(inner, bounds) => self.slice(inner, bounds, span),
            ExprKind::List(items) => self.list(items),
            ExprKind::Map(entries) => self.map_literal(entries, span),
            ExprKind::Not(inner) => {
                let (code, ty) = self.expr(inner);
                let (yes, no) = ty.truths();
                (Code::Not(Box::new(code)), Type { yes: no, no: yes, ..Type::never() })
            }
            ExprKind::Negate(inner) => {
                let (code, ty) = self.expr(inner);
                if !ty.is_any() && ty.int.is_none() && !ty.float {
                    self.mismatch(span, format!("`-` does not take {}", ty.describe()));
                }
                let int = ty
                    .int
                    .map(|range| crate::data::IntRange { min: range.max.saturating_neg(), max: range.min.saturating_neg() });
                (Code::Negate(Box::new(code), span), Type { int, float: ty.float, ..Type::never() })
            }
            ExprKind::Logic(op, left, right) => self.logic(*op, left, right),
            ExprKind::Arithmetic(op, left, right) => self.arithmetic(*op, left, right, span),
            ExprKind::Compare(first, rest) => self.comparison(first, rest, span),
            ExprKind::If(parts) => {
                let [test, yes, no] = &**parts;
                let (test_code, _) = self.expr(test);
                let guarded = guards(test);
                let (yes_code, yes_type) = self.guarded(guarded, |cx| cx.expr(yes));
                let (no_code, no_type) = self.guarded(guarded, |cx| cx.expr(no));
                (Code::If(Box::new([test_code, yes_code, no_code])), yes_type.join(&no_type))
            }
            ExprKind::Call(call) => self.call(call, span),
        }
    }

    fn mismatch(&mut self, span: Span, message: String) {
        self.report(Diagnostic::error(codes::TYPE_MISMATCH, span, message));
    }

    /// The type of a field, or a diagnostic where no value has it.
    pub(super) fn field(&mut self, ty: &Type, name: &str, span: Span) -> Type {
        if let Some(Field { ty, .. }) = ty.field(name) {
            return ty;
        }
        let diagnostic = match &ty.map {
            Some(fields) => Diagnostic::error(codes::UNDEFINED_ATTRIBUTE, span, format!("there is no attribute `{name}`"))
                .suggest(name, fields.known.keys().map(Text::as_str))
                .hint(format!("it has {}", quoted_list(fields.known.keys().map(Text::as_str)))),
            None => Diagnostic::error(codes::TYPE_MISMATCH, span, format!("{} has no attributes", ty.describe())),
        };
        self.report(diagnostic);
        Type::any()
    }

    fn item(&mut self, inner: &Expr, key: &Expr, span: Span) -> Typed {
        let (code, ty) = self.expr(inner);
        let (key_code, key_type) = self.expr(key);
        let result = if ty.is_never() {
            Type::never()
        } else if ty.is_any() || key_type.is_any() {
            Type::any()
        } else if let (Some(words), Some(fields)) = (key_type.only_words(), ty.map.as_ref()) {
            let known = words.iter().map(|word| (word, fields.known.get(word).or(None)));
            let missing = known.clone().find(|(_, field)| field.is_none() && fields.rest.is_none());
            match missing {
                Some((word, _)) => self.field(&ty, word, key.span),
                None => {
                    let rest = fields.rest.as_deref().cloned().unwrap_or_default();
                    Type::join_all(known.map(|(_, field)| field.map_or_else(|| rest.clone(), |field| field.ty.clone())))
                }
            }
        } else if ty.map.is_some() && key_type.text.is_some() {
            ty.values()
        } else if ty.list.is_some() && key_type.int.is_some() {
            ty.item()
        } else {
            self.mismatch(span, format!("{} has no item for {}", ty.describe(), key_type.describe()));
            Type::any()
        };
        (Code::Item(Box::new(code), Box::new(key_code), span), result)
    }

    fn slice(&mut self, inner: &Expr, bounds: &[Option<Box<Expr>>; 2], span: Span) -> Typed {
        let (code, ty) = self.expr(inner);
        let bounds = bounds.each_ref().map(|bound| bound.as_ref().map(|one| self.expr(one).0));
        let result = match &ty {
            any if any.is_any() => Type::any(),
            lists if lists.list.is_some() => Type::list_of(lists.item()),
            texts if texts.text.is_some() => Type::any_text(),
            other => {
                self.mismatch(span, format!("{} cannot be sliced", other.describe()));
                Type::any()
            }
        };
        (Code::Slice(Box::new(code), Box::new(bounds), span), result)
    }

    fn list(&mut self, items: &[Expr]) -> Typed {
        let (codes, types): (Vec<_>, Vec<_>) = items.iter().map(|one| self.expr(one)).unzip();
        (Code::List(codes), Type::list_of_each(types, items.len()))
    }

    fn map_literal(&mut self, entries: &[(Expr, Expr)], span: Span) -> Typed {
        let mut codes = Vec::with_capacity(entries.len());
        let mut fields = Fields::default();
        for (key, value) in entries {
            let (key_code, key_type) = self.expr(key);
            let (value_code, ty) = self.expr(value);
            match (&key_code, &key_type) {
                (Code::Const(Value::Text(name)), _) => {
                    fields.known.insert(name.clone(), Field { ty, optional: false });
                }
                (_, key_type) if key_type.is_any() || key_type.is_text() => {
                    let rest = fields.rest.take().map_or_else(Type::never, |rest| *rest);
                    fields.rest = Some(Box::new(rest.join(&ty)));
                }
                (_, key_type) => self.mismatch(key.span, format!("a map key must be text, found {}", key_type.describe())),
            }
            codes.push((key_code, value_code));
        }
        (Code::Map(codes, span), Type::of_fields(fields))
    }

    fn logic(&mut self, op: Logic, left: &Expr, right: &Expr) -> Typed {
        let (left_code, left_type) = self.expr(left);
        let (right_code, right_type) = self.guarded(guards(left), |cx| cx.expr(right));
        let (yes, no) = left_type.truths();
        let (left_box, right_box) = (Box::new(left_code), Box::new(right_code));
        // Where the left side decides alone, or never does, the other side's values cannot, or must, be the result.
        match op {
            Logic::And => {
                let ty = match (yes, no) {
                    (true, false) => right_type,
                    (false, true) => left_type,
                    _ if left_type.is_bool() => Type { yes: right_type.yes, ..Type::truth(false).join(&right_type) },
                    _ => left_type.join(&right_type),
                };
                (Code::And(left_box, right_box), ty)
            }
            Logic::Or => {
                let ty = match (yes, no) {
                    (true, false) => left_type,
                    (false, true) => right_type,
                    _ if left_type.is_bool() => Type { no: right_type.no, ..Type::truth(true).join(&right_type) },
                    _ => left_type.join(&right_type),
                };
                (Code::Or(left_box, right_box), ty)
            }
        }
    }

    fn arithmetic(&mut self, op: Arithmetic, left: &Expr, right: &Expr, span: Span) -> Typed {
        let (left_code, a) = self.expr(left);
        let (right_code, b) = self.expr(right);
        let result = match compare::arithmetic(op, &a, &b) {
            Some(ty) => ty,
            None => {
                self.mismatch(span, format!("`{}` does not take {} and {}", op.symbol(), a.describe(), b.describe()));
                Type::any()
            }
        };
        (Code::Arithmetic(op, Box::new(left_code), Box::new(right_code), span), result)
    }

    fn comparison(&mut self, first: &Expr, rest: &[(crate::engine::jinja::tree::Comparison, Expr)], span: Span) -> Typed {
        let ((first_code, first_type), operand) = self.operand(first);
        let mut left = (first, first_type);
        let mut codes = Vec::with_capacity(rest.len());
        let mut operands = vec![operand];
        let mut truth = Type::truth(true);
        for (op, right) in rest {
            let ((code, ty), operand) = self.operand(right);
            operands.push(operand);
            let outcome = compare::check(*op, (left.0, &left.1), (right, &ty));
            for diagnostic in outcome.mistakes {
                self.report(diagnostic);
            }
            truth = Type { yes: truth.yes && outcome.truth.yes, no: truth.no || outcome.truth.no, ..Type::never() };
            codes.push((*op, code));
            left = (right, ty);
        }
        self.compared(&operands);
        (Code::Compare(Box::new(first_code), codes, span), truth)
    }

    fn call(&mut self, call: &Call, span: Span) -> Typed {
        let name = call.name.text.as_str();
        if call.role == Role::Test && matches!(name, "defined" | "undefined") {
            let wanted = name == "defined";
            let Some(asked) = call.args.first() else { return refused() };
            let ((code, _), operand) = self.guarded(true, |cx| cx.operand(asked));
            self.compared(&[operand]);
            return (Code::Defined(Box::new(code), wanted), Type::bool());
        }
        if call.role == Role::Filter && matches!(name, "default" | "d") && call.args.len() == 2 && call.named.is_empty() {
            let [piped, otherwise] = call.args.as_slice() else { return refused() };
            let (code, ty) = self.guarded(true, |cx| cx.expr(piped));
            let (other, other_type) = self.expr(otherwise);
            return (Code::Default(Box::new(code), Box::new(other)), ty.join(&other_type));
        }
        let (codes, types): (Vec<_>, Vec<_>) = call.args.iter().map(|one| self.expr(one)).unzip();
        let named: Vec<(Text, (Code, Type))> = call.named.iter().map(|(key, one)| (key.text.clone(), self.expr(one))).collect();
        if self.world.functions.contains_key(name) {
            let args =
                codes.into_iter().zip(types).zip(&call.args).map(|((code, ty), one)| (code, ty, one.span)).collect::<Vec<_>>();
            let spans = call.named.iter().map(|(_, one)| one.span);
            let named = named.into_iter().zip(spans).map(|((key, (code, ty)), span)| (key, (code, ty, span))).collect::<Vec<_>>();
            return self.call_user(call, &args, &named, span);
        }
        let Some(builtin) = library::find(call.role, name) else {
            let own = self.world.functions.keys().map(Text::as_str);
            let misfit = library::unknown(call.role, name, own);
            let missing = self.world.incomplete && misfit.hint.is_none();
            if !missing && self.world.refused.iter().all(|one| one != name) {
                self.misfit(misfit, call, span);
            }
            return refused();
        };
        // Functions named in a text (`map('score')`) must be lowered before their result can be asked for.
        for (argument, ty) in call.args.iter().zip(&types) {
            for word in ty.only_words().into_iter().flatten() {
                if self.world.functions.contains_key(word) {
                    self.mark_used(word);
                    self.function(word, argument.span);
                }
            }
        }
        let named_types: Vec<(Text, Type)> = named.iter().map(|(key, (_, ty))| (key.clone(), ty.clone())).collect();
        let ty = match library::infer(builtin, &types, &named_types, &self.functions_so_far()) {
            Ok(ty) => ty,
            Err(misfit) => {
                self.misfit(misfit, call, span);
                Type::any()
            }
        };
        let keys: Vec<Text> = named.iter().map(|(key, _)| key.clone()).collect();
        let others = named.into_iter().map(|(_, (code, _))| code);
        let code = match library::places(builtin, codes.len(), &keys) {
            Some(places) => Code::Builtin(builtin, places.into_iter().zip(codes.into_iter().chain(others)).collect(), span),
            None => Code::Variadic(builtin, codes, keys.into_iter().zip(others).collect(), span),
        };
        (code, ty)
    }

    fn call_user(&mut self, call: &Call, args: &[Argument], named: &[(Text, Argument)], span: Span) -> Typed {
        let name = &call.name;
        self.mark_used(&name.text);
        let Some(Some(function)) = self.deeper(LINK, name.span, |cx| cx.function(&name.text, name.span)) else {
            return refused();
        };
        if !self.reaches(function.depth, name.span) {
            return refused();
        }
        let args = match function.arrange(args, named) {
            Ok(args) => args,
            Err(message) => {
                let hint = format!("it takes {}", quoted_list(function.params.iter().map(Text::as_str)));
                self.report(Diagnostic::error(codes::BAD_ARGUMENTS, span, message).hint(hint));
                return refused();
            }
        };
        let types: Vec<Type> = args.iter().map(|(_, ty, _)| ty.clone()).collect();
        if let Some((at, misfit)) = function.misfit(&types) {
            let place = args.get(at).map_or(span, |(.., place)| *place);
            let diagnostic = Diagnostic::error(misfit.code, place, misfit.message);
            self.report(misfit.hint.into_iter().fold(diagnostic, Diagnostic::hint));
        }
        let ty = function.ty.clone();
        (Code::User(function, args.into_iter().map(|(code, ..)| code).collect(), span), ty)
    }

    fn misfit(&mut self, misfit: Misfit, call: &Call, span: Span) {
        let place = match &misfit.place {
            Some(Place::At(at)) => call.args.get(*at).map(|one| one.span),
            Some(Place::Named(name)) => call.named.iter().find(|(key, _)| key.text == *name).map(|(_, one)| one.span),
            Some(Place::Keyword(name)) => call.named.iter().find(|(key, _)| key.text == *name).map(|(key, _)| key.span),
            None => None,
        };
        let unknown = misfit.code == call.role.unknown();
        let span = place.unwrap_or(if unknown { call.name.span } else { span });
        let diagnostic = Diagnostic::error(misfit.code, span, misfit.message);
        self.report(match misfit.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        });
    }
}

//! What a command changes of specs without editing them: `--profile` and `--set`.
//!
//! In: a loaded spec. Out: the same spec with the values of this build. What must hold: an explicit value wins over the
//! profile's; a name that no dataset has and a profile that one of them lacks are errors.

use std::collections::BTreeSet;

use super::params::misfitting;
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::engine::yaml;
use crate::source::Sources;
use crate::spec::Spec;

/// Values for this build, as they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// A profile, which every dataset must have.
    pub profile: Option<String>,
    /// Values of parameters as YAML texts, by name, each name once.
    pub params: Vec<(String, String)>,
}

/// The parameters of the specs seen so far.
#[derive(Debug, Default)]
pub struct Seen {
    params: BTreeSet<Text>,
    /// Whether some may be missing because a file did not read.
    incomplete: bool,
}

impl Overrides {
    /// Whether specs stay as they are.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.profile.is_none() && self.params.is_empty()
    }

    /// Takes the values into a spec, as far as it has the parameters.
    pub fn apply(&self, spec: &mut Spec, seen: &mut Seen, diagnostics: &mut Diagnostics) {
        self.apply_to_used(spec, seen, diagnostics);
        seen.params.extend(spec.params.keys().cloned());
        seen.incomplete |= spec.incomplete;
        if let Some(name) = &self.profile {
            profile(name, spec, diagnostics);
        }
        for (name, text) in &self.params {
            let Some(param) = spec.params.get_mut(name.as_str()) else { continue };
            let fitted = value(text).map(|value| param.of.fit(&value));
            let quoted = param.of.fit(&Value::text(text)).is_ok();
            match fitted {
                Some(Ok(held)) => param.value = held,
                Some(Err(misfit)) => {
                    let diagnostic = misfitting(misfit, param.span).remark("declared here");
                    let message = format!("`--set {name}={text}`: {}", diagnostic.message);
                    let diagnostic = Diagnostic { message, ..diagnostic };
                    // What YAML reads as a number may be meant as text.
                    let hint = quoted.then(|| format!("for text write `--set '{name}=\"{text}\"'`"));
                    diagnostics.push(hint.into_iter().fold(diagnostic, Diagnostic::hint));
                }
                None => {
                    let message = format!("`--set {name}={text}`: expected {}, found text that is not YAML", param.of.describe());
                    diagnostics.push(Diagnostic::error(codes::PARAM_VALUE, param.span, message).remark("declared here"));
                }
            }
        }
    }

    /// Takes the values into the datasets that a spec uses, and the profile where they have it: their records are made as those
    /// that the same command makes of them alone.
    fn apply_to_used(&self, spec: &mut Spec, seen: &mut Seen, diagnostics: &mut Diagnostics) {
        for used in &mut spec.used {
            let profile = self.profile.clone().filter(|name| used.spec.profiles.contains_key(name.as_str()));
            Self { profile, params: self.params.clone() }.apply(&mut used.spec, seen, diagnostics);
        }
    }

    /// Reports the names that none of the specs has.
    pub fn unknown(&self, seen: &Seen, diagnostics: &mut Diagnostics) {
        for (name, _) in self.params.iter().filter(|(name, _)| !seen.incomplete && !seen.params.contains(name.as_str())) {
            let known = || seen.params.iter().map(Text::as_str);
            let message = format!("`--set {name}`: no dataset asked for has this parameter");
            let diagnostic = Diagnostic::unplaced(codes::PARAM_UNKNOWN, message).suggest(name, known());
            diagnostics.push(diagnostic.hint(if seen.params.is_empty() {
                "none has any: declare it with its default under `params`".to_owned()
            } else {
                format!("there is {}", quoted_list(known()))
            }));
        }
    }
}

impl Seen {
    /// Notes a spec that did not read at all.
    pub fn unreadable(&mut self) {
        self.incomplete = true;
    }
}

/// Sets the parameters of a profile.
fn profile(name: &str, spec: &mut Spec, diagnostics: &mut Diagnostics) {
    let Some(profile) = spec.profiles.get(name) else {
        if !spec.incomplete {
            let known = || spec.profiles.keys().map(Text::as_str);
            let message = format!("`{}` has no profile `{name}`", spec.name);
            let diagnostic = Diagnostic::error(codes::PROFILE_UNKNOWN, spec.name_span, message).suggest(name, known());
            diagnostics.push(diagnostic.hint(if spec.profiles.is_empty() {
                format!("it has none: write `profiles: {{{name}: {{size: 100}}}}`, or use a module that does")
            } else {
                format!("it has {}", quoted_list(known()))
            }));
        }
        return;
    };
    for stated in profile.params.values() {
        if let Some(param) = spec.params.get_mut(&stated.name) {
            param.value = stated.value.clone();
        }
    }
}

/// A value as YAML reads it; `None` where it is none.
fn value(text: &str) -> Option<Value> {
    let mut sources = Sources::default();
    let source = sources.add("--set", text);
    let mut diagnostics = Diagnostics::default();
    let node = yaml::read(source, &sources, &mut diagnostics)?;
    (!diagnostics.has_errors()).then(|| node.value())
}

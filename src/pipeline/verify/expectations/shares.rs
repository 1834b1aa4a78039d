//! The shares of values, held against bands or against the plan of a name that is aimed at.

use std::collections::BTreeMap;

use super::{Counts, Outcome, share, shown};
use crate::data::Value;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::pipeline::check::{Checked, Expectation, Planned, Shares};
use crate::source::Span;
use crate::spec::Band;

/// One expectation of shares being judged: what was counted, and where the outcomes go.
pub(super) struct Sheet<'a> {
    pub(super) expectation: &'a Expectation,
    /// The text of what the records are judged apart by.
    pub(super) by: Option<&'a str>,
    pub(super) counts: &'a Counts,
    pub(super) outcomes: &'a mut Vec<Outcome>,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Sheet<'_> {
    pub(super) fn judge(&mut self, expected: &Shares, checked: &Checked) {
        let counts = self.counts;
        for (group, total) in &counts.totals {
            match expected {
                Shares::Banded { bands, every, possible } => self.banded(group, *total, bands, *every, possible),
                Shares::Aimed(planned) => {
                    let scenario = |name: &str| shown(&Value::text(name)) == *group;
                    let scenario = checked.spec.scenarios.iter().position(|one| scenario(&one.name));
                    self.aimed(group, *total, planned, scenario.filter(|_| self.by.is_some()));
                }
            }
        }
    }

    fn banded(&mut self, group: &str, total: u64, bands: &[(Value, Span, Band)], every: Option<Band>, possible: &[Value]) {
        for (value, span, band) in bands {
            self.one(group, total, &shown(value), *span, *band);
        }
        let Some(band) = every else { return };
        let banded: Vec<String> = bands.iter().map(|(value, ..)| shown(value)).collect();
        let seen = self.counts.values.get(group).into_iter().flat_map(BTreeMap::keys).cloned();
        let mut values: Vec<String> = seen.chain(possible.iter().map(shown)).filter(|one| !banded.contains(one)).collect();
        values.sort_unstable();
        values.dedup();
        for value in values {
            self.one(group, total, &value, self.expectation.span, band);
        }
    }

    fn aimed(&mut self, group: &str, total: u64, planned: &Planned, scenario: Option<usize>) {
        for (at, label) in planned.labels.iter().enumerate() {
            let (least, most) = planned.between(at, scenario, total);
            // Where nothing is planned, nothing is expected.
            if (least, most) == (0, total) {
                continue;
            }
            let value = shown(label);
            let count = self.count(group, &value);
            let (of, within) = (&self.expectation.name, self.within(group));
            let range = if least == most { least.to_string() } else { format!("{least} to {most}") };
            self.outcomes.push(Outcome {
                expected: format!("{of} = {value}{within} in {range} records, as aimed"),
                found: format!("{count} of {total} ({:.4})", share(count, total)),
            });
            if count < least || count > most {
                let message = format!("`{of}` is {value} in {count} of {total} records{within}, aimed at were {range}");
                self.diagnostics.push(Diagnostic::error(codes::EXPECT_FAILED, self.expectation.span, message));
            }
        }
    }

    fn count(&self, group: &str, value: &str) -> u64 {
        self.counts.values.get(group).and_then(|values| values.get(value)).copied().unwrap_or(0)
    }

    /// The group in words, where there are groups.
    fn within(&self, group: &str) -> String {
        self.by.map_or_else(String::new, |by| format!(" where `{by}` is {group}"))
    }

    fn one(&mut self, group: &str, total: u64, value: &str, span: Span, band: Band) {
        let count = self.count(group, value);
        let found = share(count, total);
        let (of, within) = (&self.expectation.name, self.within(group));
        self.outcomes.push(Outcome {
            expected: format!("share of {of} = {value}{within} from {} to {}", band.min, band.max),
            found: format!("{count} of {total} ({found:.4})"),
        });
        if found < band.min || found > band.max {
            let message = format!(
                "`{of}` is {value} in {count} of {total} records{within} ({found:.4}), expected {} to {}",
                band.min, band.max
            );
            self.diagnostics.push(Diagnostic::error(codes::EXPECT_FAILED, span, message));
        }
    }
}

//! How one record became another: the parts that moved.
//!
//! In: two values. Out: each smallest part that differs, by its path, with what stood there and what stands there now. An
//! element that came into a list, or went, is one moved part: what stands behind it did not move.

use crate::data::{Text, Value};

/// A part of a record that moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Its path in dots; the place of a list's element is the one it has now, or had before it went.
    pub path: String,
    /// The same with `*` for places in lists: the field that records have in common. Empty for the whole record.
    pub field: String,
    /// What stood there; `None` where nothing did.
    pub before: Option<Value>,
    /// What stands there now; `None` where nothing does.
    pub after: Option<Value>,
}

/// Every part that moved, in the order of the record as it is now; what went comes behind its neighbours.
#[must_use]
pub fn moved(before: &Value, after: &Value) -> Vec<Moved> {
    let mut walk = Walk { path: Vec::new(), found: Vec::new() };
    walk.both(before, after);
    walk.found
}

/// One step down.
enum Step {
    Key(Text),
    Place(usize),
}

struct Walk {
    path: Vec<Step>,
    found: Vec<Moved>,
}

impl Walk {
    fn both(&mut self, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        match (before, after) {
            (Value::Map(one), Value::Map(other)) => {
                for (key, now) in other.iter() {
                    let step = Step::Key(key.clone());
                    match one.get(key) {
                        Some(was) => self.at(step, |walk| walk.both(was, now)),
                        None => self.at(step, |walk| walk.one(None, Some(now))),
                    }
                }
                for (key, was) in one.iter().filter(|(key, _)| other.get(key).is_none()) {
                    self.at(Step::Key(key.clone()), |walk| walk.one(Some(was), None));
                }
            }
            (Value::List(one), Value::List(other)) => self.lists(one, other),
            _ => self.one(Some(before), Some(after)),
        }
    }

    /// Two lists: what they have in common at both ends stayed; what is between is compared element by element.
    fn lists(&mut self, before: &[Value], after: &[Value]) {
        let start = before.iter().zip(after).take_while(|(one, other)| one == other).count();
        let (before, after) = (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
        let end = before.iter().rev().zip(after.iter().rev()).take_while(|(one, other)| one == other).count();
        let middle = |of: &[Value]| of.len() - end;
        let (olds, news) = (before.iter().take(middle(before)), after.iter().take(middle(after)));
        for at in 0..olds.len().max(news.len()) {
            let (was, now) = (olds.clone().nth(at), news.clone().nth(at));
            self.at(Step::Place(start + at), |walk| match (was, now) {
                (Some(was), Some(now)) => walk.both(was, now),
                (was, now) => walk.one(was, now),
            });
        }
    }

    fn at(&mut self, step: Step, inside: impl FnOnce(&mut Self)) {
        self.path.push(step);
        inside(self);
        self.path.pop();
    }

    fn one(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let joined = |place: &dyn Fn(usize) -> String| {
            let parts = self.path.iter().map(|step| match step {
                Step::Key(key) => key.to_string(),
                Step::Place(at) => place(*at),
            });
            parts.collect::<Vec<_>>().join(".")
        };
        let moved = Moved {
            path: joined(&|at| at.to_string()),
            field: joined(&|_| "*".to_owned()),
            before: before.cloned(),
            after: after.cloned(),
        };
        self.found.push(moved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn value(json: &str) -> Value {
        json::read(json).unwrap()
    }

    /// Path, field, before, after.
    fn told(before: &str, after: &str) -> Vec<(String, String, String, String)> {
        let told = |one: Moved| (one.path, one.field, json::shown(one.before.as_ref()), json::shown(one.after.as_ref()));
        moved(&value(before), &value(after)).into_iter().map(told).collect()
    }

    fn part(path: &str, field: &str, before: &str, after: &str) -> (String, String, String, String) {
        (path.into(), field.into(), before.into(), after.into())
    }

    #[test]
    fn the_smallest_parts_are_told() {
        let before = r#"{"a":{"b":1,"c":"x"},"gone":null,"same":[1,2]}"#;
        let after = r#"{"new":{"d":[]},"a":{"b":1.0,"c":"y"},"same":[1,2]}"#;
        assert_eq!(
            told(before, after),
            [
                part("new", "new", "absent", r#"{"d":[]}"#),
                part("a.b", "a.b", "1", "1.0"),
                part("a.c", "a.c", r#""x""#, r#""y""#),
                part("gone", "gone", "null", "absent"),
            ]
        );
        assert_eq!(told(before, before), []);
        assert_eq!(told("1", r#"{"a":1}"#), [part("", "", "1", r#"{"a":1}"#)]);
        assert_eq!(told(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#), [], "the order of keys is no value");
    }

    #[test]
    fn what_comes_into_a_list_moves_nothing_else() {
        let list = |items: &str| format!(r#"{{"l":[{items}]}}"#);
        let cases = [
            ("1,2,3", "1,9,2,3", vec![part("l.1", "l.*", "absent", "9")]),
            ("1,2,3", "2,3", vec![part("l.0", "l.*", "1", "absent")]),
            ("1,2,3", "1,7,3", vec![part("l.1", "l.*", "2", "7")]),
            ("", "1", vec![part("l.0", "l.*", "absent", "1")]),
            ("1,1", "1", vec![part("l.1", "l.*", "1", "absent")]),
            (r#"{"t":"a","n":1},5"#, r#"{"t":"b","n":1},5"#, vec![part("l.0.t", "l.*.t", r#""a""#, r#""b""#)]),
        ];
        for (before, after, expected) in cases {
            assert_eq!(told(&list(before), &list(after)), expected, "{before} -> {after}");
        }
    }
}

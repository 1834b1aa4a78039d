//! What `each` tells: what it loops over, and every element that it takes, with its key.
//!
//! In: a lowered loop and a place. Out: an origin whose fields are the elements. What must hold: names, keys and addresses are
//! those with which the loop is evaluated.

use std::cell::OnceCell;

use super::{EachOp, named_element, named_entry};
use crate::data::{Text, Value};
use crate::program::{Element, Env, Fault, Locals, Op as _, Origin, Part, Role, Telling};

/// The elements of a list or a map: the values of their names, and how addresses name them.
pub(in crate::form) fn elements(whole: &Value, both: bool) -> Vec<(Vec<Value>, Element)> {
    match whole {
        Value::List(items) => {
            let named = |(at, item): (u32, &Value)| (named_element(both, || Value::Int(i128::from(at)), item), Element::At(at));
            (0..).zip(items.iter()).map(named).collect()
        }
        Value::Map(map) => map.iter().map(|(key, item)| (named_entry(both, key, item), Element::Key(key.clone()))).collect(),
        _ => Vec::new(),
    }
}

impl EachOp {
    /// Tells the list or map with its elements.
    pub(super) fn told(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let value = self.eval(env)?.into_owned();
        let mut origin = telling.argument("each", &*self.over, env, Origin::new("each", Some(self.span), value))?;
        let over = origin.parts.first().map_or(0, |part| part.at);
        let whole = self.over.eval(env)?;
        for (names, element) in elements(&whole, self.both) {
            if telling.is_full() {
                break;
            }
            let nodes = telling.element(over, &names, &element);
            self.tell_element((&names, nodes, element), env, telling, &mut origin)?;
        }
        Ok(telling.add(origin))
    }

    /// Tells an element, whose names have these values and origins.
    fn tell_element(
        &self,
        (names, nodes, mut element): (&[Value], Vec<usize>, Element),
        env: &Env<'_>,
        telling: &mut Telling,
        origin: &mut Origin,
    ) -> Result<(), Fault> {
        let mut address = match &element {
            Element::At(at) => env.address.element(*at),
            Element::Key(key) => self.keyed_address(key, env),
        };
        let mut key = None;
        if let Some(op) = &self.key {
            let level = env.level(Locals::Bound(names), address);
            let bound = env.inside(&level);
            let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
            let lets = bound.level(Locals::Lazy(&self.lets, &cells), address);
            let name = op.eval(&bound.inside(&lets))?.as_text().map(Text::from).unwrap_or_default();
            if !self.keyed {
                address = self.keyed_address(&name, env);
                element = Element::Key(name.clone());
            }
            key = Some(name);
        }
        let level = env.level(Locals::Bound(names), address);
        let bound = env.inside(&level);
        let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
        let lets = bound.level(Locals::Lazy(&self.lets, &cells), address);
        let inside = bound.inside(&lets);
        let shown =
            key.unwrap_or_else(|| Text::from(origin.parts.iter().filter(|part| part.role == Role::Field).count().to_string()));
        telling.bound(nodes, Some(element), |telling| {
            telling.lazy(self.lets.len(), |telling| {
                if let Some(filter) = &self.filter {
                    let holds = filter.truth(&inside)?;
                    let node = filter.tell(&inside, telling)?;
                    origin.parts.push(Part::condition("where", None, holds, node));
                    if !holds {
                        return Ok(());
                    }
                }
                let node = self.body.tell(&inside, telling)?;
                if !telling.value(node).is_undefined() {
                    origin.parts.push(Part::field(shown, node));
                }
                Ok(())
            })
        })
    }
}

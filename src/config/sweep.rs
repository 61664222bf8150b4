//! The `[sweep]` section: the values of an axis, and the points of several.

use super::draft::DraftAxis;
use super::key_list::Key;
use super::problem::Problems;
use super::rule::{self, Rule};
use super::value::Value;
use super::wire::{Kind, Node};

/// The most points a sweep may have before inapplicable ones are merged.
pub(super) const MOST_POINTS: usize = 10_000;

/// The most values a range may ask for.
const MOST_VALUES: i64 = 1000;

/// The values of an axis, checked; `None` where there is a problem.
pub(super) fn values(key: &Key, node: &Node, problems: &mut Problems) -> Option<Vec<Value>> {
    let subject = format!("`sweep.{}`", key.path);
    if !key.can_be_swept() {
        let text = format!("{subject}: `{}` cannot be swept", key.path);
        let hint = "the keys of `[data]`, `[model]`, `[norm]` and `[train]` can; `replicates` repeats every condition";
        problems.add_with_hint(node.place, text, Some(hint.to_owned()));
        return None;
    }
    let values = match &node.kind {
        Kind::List(items) => list(key, items, problems)?,
        Kind::Table(members) => {
            Range::read(key, node, members, problems)?.values(key, node, problems)?
        }
        other => {
            let text = format!(
                "`sweep.{} = {}`: must be a list of values",
                key.path,
                other.shown()
            );
            let hint = format!("write `[{}]`", other.shown());
            problems.add_with_hint(node.place, text, Some(hint));
            return None;
        }
    };
    if values.is_empty() {
        let text = format!("{subject}: the list is empty; give at least one value");
        problems.add(node.place, text);
        return None;
    }
    all_different(key, node, &values, problems).then_some(values)
}

fn list(key: &Key, items: &[Node], problems: &mut Problems) -> Option<Vec<Value>> {
    let check = |item: &Node| {
        let subject = format!("`{}` in `sweep.{}`", item.kind.shown(), key.path);
        key.rule.check(&subject, item, problems)
    };
    // All of them are checked before the first missing one gives the axis up.
    let checked: Vec<Option<Value>> = items.iter().map(check).collect();
    checked.into_iter().collect()
}

fn all_different(key: &Key, node: &Node, values: &[Value], problems: &mut Problems) -> bool {
    for (index, value) in values.iter().enumerate() {
        if values[..index].contains(value) {
            let text = format!(
                "`sweep.{}`: the value `{}` appears twice",
                key.path,
                value.to_toml()
            );
            problems.add(item_place(node, index), text);
            return false;
        }
    }
    true
}

fn item_place(node: &Node, index: usize) -> super::wire::Place {
    let item = match &node.kind {
        Kind::List(items) => items.get(index),
        _ => None,
    };
    item.map_or(node.place, |item| item.place)
}

/// `{ from = 1e-4, to = 1e-1, count = 4, scale = "log" }`
struct Range {
    from: f64,
    to: f64,
    count: i64,
    log: bool,
    whole: bool,
}

impl Range {
    const KEYS: [&str; 4] = ["from", "to", "count", "scale"];

    fn read(
        key: &Key,
        node: &Node,
        members: &[(String, Node)],
        problems: &mut Problems,
    ) -> Option<Self> {
        if !key.rule.is_numeric() {
            let text = format!(
                "`sweep.{}`: a range needs a key that takes numbers; give a list",
                key.path
            );
            problems.add(node.place, text);
            return None;
        }
        let mut reader = RangeReader {
            key,
            node,
            members,
            problems,
            sound: true,
        };
        reader.check_names();
        let from = reader.end("from");
        let to = reader.end("to");
        let count = reader.count();
        let log = reader.log();
        if !reader.sound {
            return None;
        }
        let ((from, from_whole), (to, to_whole), count) = (from?, to?, count?);
        let whole = match key.rule {
            Rule::Whole { .. } | Rule::ResnetDepth => true,
            Rule::Share => from_whole && to_whole,
            _ => false,
        };
        Some(Self {
            from,
            to,
            count,
            log,
            whole,
        })
    }

    /// Both ends included. Values are rounded to 12 significant digits, so that 0.001 is 0.001;
    /// on a logarithmic scale, those of a whole-number key are rounded to whole numbers.
    fn values(&self, key: &Key, node: &Node, problems: &mut Problems) -> Option<Vec<Value>> {
        if self.log && (self.from <= 0.0 || self.to <= 0.0) {
            let text = format!(
                "`sweep.{}`: a logarithmic range needs `from` and `to` above 0",
                key.path
            );
            problems.add(node.place, text);
            return None;
        }
        let mut values = Vec::new();
        for index in 0..self.count {
            let number = self.number(index);
            let value = if self.whole && number.fract() == 0.0 {
                Value::Integer(number as i64)
            } else {
                Value::Float(number)
            };
            let node = Node {
                kind: Kind::Plain(value),
                place: node.place,
            };
            let subject = format!("`{}` in the range `sweep.{}`", node.kind.shown(), key.path);
            values.push(key.rule.check(&subject, &node, problems)?);
        }
        Some(values)
    }

    fn number(&self, index: i64) -> f64 {
        let share = index as f64 / (self.count - 1) as f64;
        let exact = if self.log {
            (self.from.ln() * (1.0 - share) + self.to.ln() * share).exp()
        } else {
            self.from * (1.0 - share) + self.to * share
        };
        if self.whole && self.log {
            exact.round()
        } else {
            twelve_digits(exact)
        }
    }
}

/// Rounds to 12 significant digits.
fn twelve_digits(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

struct RangeReader<'a> {
    key: &'a Key,
    node: &'a Node,
    members: &'a [(String, Node)],
    problems: &'a mut Problems,
    sound: bool,
}

impl RangeReader<'_> {
    fn get(&self, name: &str) -> Option<&Node> {
        self.members
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, node)| node)
    }

    fn check_names(&mut self) {
        for (name, node) in self.members {
            if !Range::KEYS.contains(&name.as_str()) {
                let text = format!(
                    "unknown key `{}` in the range `sweep.{}`",
                    name.escape_debug(),
                    self.key.path
                );
                let hint = rule::nearest(name, Range::KEYS.into_iter()).map_or(
                    "a range has `from`, `to`, `count` and `scale`".to_owned(),
                    |known| format!("did you mean `{known}`?"),
                );
                self.problems.add_with_hint(node.place, text, Some(hint));
                self.sound = false;
            }
        }
    }

    /// `from` or `to`, and whether it is written as a whole number.
    fn end(&mut self, name: &str) -> Option<(f64, bool)> {
        match self.get(name).map(|node| &node.kind) {
            Some(Kind::Plain(Value::Integer(n))) => Some((*n as f64, true)),
            Some(Kind::Plain(Value::Float(x))) if x.is_finite() => Some((*x, false)),
            _ => self.must_be(name, "a finite number"),
        }
    }

    fn count(&mut self) -> Option<i64> {
        match self.get("count").map(|node| &node.kind) {
            Some(Kind::Plain(Value::Integer(n))) if (2..=MOST_VALUES).contains(n) => Some(*n),
            _ => self.must_be("count", &format!("a whole number from 2 to {MOST_VALUES}")),
        }
    }

    fn log(&mut self) -> bool {
        let scale = Rule::Choice(&["linear", "log"]);
        let Some(node) = self.get("scale") else {
            return false;
        };
        match scale.accept(&node.kind) {
            Some(value) => value == Value::Text("log".to_owned()),
            None => self.must_be("scale", &scale.allowed()).unwrap_or(false),
        }
    }

    fn must_be<T>(&mut self, name: &str, allowed: &str) -> Option<T> {
        let path = self.key.path;
        let (place, text) = match self.get(name) {
            Some(node) => {
                let shown = node.kind.shown();
                (
                    node.place,
                    format!("`{name} = {shown}` in the range `sweep.{path}`: must be {allowed}"),
                )
            }
            None => (
                self.node.place,
                format!("the range `sweep.{path}` lacks `{name}`, {allowed}"),
            ),
        };
        self.problems.add(place, text);
        self.sound = false;
        None
    }
}

/// The points of the sweep: for each, the position in every axis; the last axis varies fastest.
/// `None` where there are too many.
pub(super) fn points(axes: &[DraftAxis]) -> Option<Vec<Vec<usize>>> {
    let sizes = axes.iter().map(|axis| axis.values.len());
    let total = sizes.clone().try_fold(1usize, usize::checked_mul)?;
    if total > MOST_POINTS {
        return None;
    }
    let mut points = vec![Vec::new()];
    for size in sizes {
        points = points
            .iter()
            .flat_map(|point: &Vec<usize>| {
                (0..size).map(move |position| [&point[..], &[position]].concat())
            })
            .collect();
    }
    Some(points)
}

//! Tree → draft: known keys with permitted values, and the axes of the sweep. Overrides are merged
//! here, so that what an override replaces is never complained about.

use std::collections::BTreeMap;

use super::key_list::Key;
use super::keys;
use super::problem::Problems;
use super::rule::Rule;
use super::sweep;
use super::value::Value;
use super::wire::{self, Kind, Node, Place};

/// Everything that was said, checked key by key; what depends on several keys comes later.
pub(super) struct Draft {
    /// The keys outside the sweep.
    pub(super) base: BTreeMap<&'static str, Given>,
    /// The keys of the sweep, in the file's order.
    pub(super) axes: Vec<DraftAxis>,
}

/// A value that was given.
pub(super) struct Given {
    /// The value; permitted.
    pub(super) value: Value,
    /// Where it was given.
    pub(super) place: Place,
}

/// An axis that was given.
pub(super) struct DraftAxis {
    /// What varies.
    pub(super) key: &'static Key,
    /// Its values; permitted, and all different.
    pub(super) values: Vec<Value>,
    /// Where it was given.
    pub(super) place: Place,
}

impl Draft {
    /// Checks a document and its overrides.
    pub(super) fn new(document: Node, overrides: &[String], problems: &mut Problems) -> Self {
        let mut said = Said::default();
        for found in found_in(document, problems) {
            said.add(found, problems);
        }
        // A table is written in any order; what it says about the sweep is read from top to bottom.
        said.axes.sort_by_key(|(_, node)| node.place);
        for (index, text) in overrides.iter().enumerate() {
            for found in found_in_override(text, index, problems) {
                said.replace(found);
            }
        }
        said.check_combinations(problems);
        said.into_draft(problems)
    }

    /// Where a key was given, in its section or in the sweep.
    pub(super) fn place(&self, path: &str) -> Option<Place> {
        let axis = self.axes.iter().find(|axis| axis.key.path == path);
        let given = self.base.get(path).map(|given| given.place);
        given.or(axis.map(|axis| axis.place))
    }
}

/// A known key with whatever was written behind it.
struct Found {
    key: &'static Key,
    swept: bool,
    node: Node,
}

/// Descends to known keys; whatever else it meets is a problem.
fn found_in(document: Node, problems: &mut Problems) -> Vec<Found> {
    let mut found = Vec::new();
    match document.kind {
        Kind::Table(members) => {
            for (name, node) in members {
                descend(&name, node, &mut found, problems);
            }
        }
        _ => problems.add(document.place, "the file must hold an object, `{ … }`"),
    }
    found
}

fn descend(path: &str, node: Node, found: &mut Vec<Found>, problems: &mut Problems) {
    let swept = path.strip_prefix("sweep.");
    if let Some(key) = keys::find(swept.unwrap_or(path)) {
        let swept = swept.is_some();
        found.push(Found { key, swept, node });
        return;
    }
    let section = keys::is_section(path);
    match node.kind {
        Kind::Table(members) if section || !members.is_empty() => {
            for (name, node) in members {
                descend(&format!("{path}.{name}"), node, found, problems);
            }
        }
        kind if section => {
            let text = format!("`{path} = {}`: must be a section, `[{path}]`", kind.shown());
            problems.add(node.place, text);
        }
        _ => unknown_key(path, node.place, problems),
    }
}

fn unknown_key(path: &str, place: Place, problems: &mut Problems) {
    let hint = keys::suggestion(path).map(|known| {
        let turned = if path.ends_with("norm.momentum") {
            " Keras's `momentum` is that; PyTorch's is 1 minus it: 0.1 there is `norm.decay = 0.9`"
        } else {
            ""
        };
        format!("did you mean `{known}`?{turned}")
    });
    let text = format!("unknown key `{}`", path.escape_debug());
    problems.add_with_hint(place, text, hint);
}

fn found_in_override(text: &str, index: usize, problems: &mut Problems) -> Vec<Found> {
    let place = Place::Override(index);
    let Some((key, value)) = text.split_once('=') else {
        let message = "must be `key=value`, such as `-o train.batch_size=64`";
        problems.add(place, message);
        return Vec::new();
    };
    // `sweep."norm.placement"` and `sweep.norm.placement` are the same; no key contains a quote.
    let path = key.trim().replace('"', "");
    let value = value.trim();
    let mut node = wire::override_value(value, index);
    let takes_text = keys::find(&path).is_some_and(|key| {
        matches!(
            key.rule,
            Rule::Name | Rule::Text | Rule::Folder | Rule::File
        )
    });
    if takes_text && !matches!(node.kind, Kind::Plain(Value::Text(_))) {
        // A name such as `2026` or `true` need not be quoted twice for the shell's sake.
        node.kind = Kind::Plain(Value::Text(value.to_owned()));
    }
    let mut found = Vec::new();
    descend(&path, node, &mut found, problems);
    found
}

/// What was said about each key, values still unchecked.
#[derive(Default)]
struct Said {
    base: BTreeMap<&'static str, (&'static Key, Node)>,
    axes: Vec<(&'static Key, Node)>,
}

impl Said {
    /// Adds what the file says; twice is a problem (`"train.epochs"` and `epochs` under `[train]`).
    fn add(&mut self, found: Found, problems: &mut Problems) {
        let path = found.key.path;
        let earlier = if found.swept {
            self.axis(path)
        } else {
            self.base.get(path).map(|(_, node)| node)
        };
        if let Some(earlier) = earlier {
            let text = format!(
                "`{path}` is given here and {}; keep one",
                on_line(earlier.place)
            );
            problems.add(found.node.place, text);
        } else if found.swept {
            self.axes.push((found.key, found.node));
        } else {
            self.base.insert(path, (found.key, found.node));
        }
    }

    /// Lets an override win over everything said before about its key, or about the other way of
    /// giving the length of training.
    fn replace(&mut self, found: Found) {
        let path = found.key.path;
        let rival = match path {
            "train.epochs" => "train.steps",
            "train.steps" => "train.epochs",
            _ => path,
        };
        self.base
            .retain(|known, _| *known != path && *known != rival);
        let seat = self.axes.iter().position(|(key, _)| key.path == path);
        match seat.and_then(|seat| self.axes.get_mut(seat)) {
            Some(axis) if found.swept => *axis = (found.key, found.node),
            _ if found.swept => self.axes.push((found.key, found.node)),
            _ => {
                self.axes.retain(|(key, _)| key.path != path);
                self.base.insert(path, (found.key, found.node));
            }
        }
        self.axes
            .retain(|(key, _)| key.path == path || key.path != rival);
    }

    fn axis(&self, path: &str) -> Option<&Node> {
        let axis = self.axes.iter().find(|(key, _)| key.path == path);
        axis.map(|(_, node)| node)
    }

    fn given(&self, path: &str) -> Option<&Node> {
        self.base
            .get(path)
            .map(|(_, node)| node)
            .or(self.axis(path))
    }

    /// What can be judged without looking at values.
    fn check_combinations(&self, problems: &mut Problems) {
        if self.given("data.dataset").is_none() {
            let hint = "for example `dataset = \"glyphs\"` under `[data]`".to_owned();
            let text = "the key `data.dataset` is missing";
            problems.add_with_hint(None, text, Some(hint));
        }
        for (key, axis) in &self.axes {
            if let Some((_, base)) = self.base.get(key.path) {
                let (set, swept) = (on_line(base.place), on_line(axis.place));
                let text = format!("`{}` is set {set} and swept {swept}; keep one", key.path);
                problems.add(base.place.max(axis.place), text);
            }
        }
        if let (Some(epochs), Some(steps)) = (self.given("train.epochs"), self.given("train.steps"))
        {
            let (first, second) = (on_line(epochs.place), on_line(steps.place));
            let text = format!(
                "training has two lengths, `train.epochs` {first} and `train.steps` {second}; keep one"
            );
            problems.add(epochs.place.max(steps.place), text);
        }
    }

    fn into_draft(self, problems: &mut Problems) -> Draft {
        let mut base = BTreeMap::new();
        for (path, (key, node)) in self.base {
            if let Some(value) = check_value(key, &node, problems) {
                let place = node.place;
                base.insert(path, Given { value, place });
            }
        }
        let mut axes = Vec::new();
        for (key, node) in self.axes {
            if let Some(values) = sweep::values(key, &node, problems) {
                let place = node.place;
                axes.push(DraftAxis { key, values, place });
            }
        }
        Draft { base, axes }
    }
}

fn check_value(key: &Key, node: &Node, problems: &mut Problems) -> Option<Value> {
    let subject = format!("`{} = {}`", key.path, node.kind.shown());
    key.rule.check(&subject, node, problems)
}

/// `on line 7`, or `by an override`.
fn on_line(place: Place) -> String {
    match place {
        Place::File { line, .. } => format!("on line {line}"),
        Place::Override(_) => "by an override".to_owned(),
    }
}

//! Tree → draft: known keys with permitted values, and the sweep. Overrides are merged here, so that
//! what an override replaces is never complained about.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::key_list::Key;
use super::keys;
use super::problem::{Problems, start_of};
use super::read;
use super::rule::Rule;
use super::slips;
use super::sweep::{self, Axis, Part, Sweep};
use super::tables::{Home, Search, Tables};
use super::value::Value;
use super::wire::{self, Kind, Node, Place};
use crate::error::Result;
use crate::fs;

/// Everything that was said, checked key by key; what depends on several keys comes later.
pub(super) struct Draft {
    /// The keys outside the sweep.
    pub(super) base: BTreeMap<&'static str, Given>,
    /// The sweep.
    pub(super) sweep: Sweep,
    /// The tables that it names.
    pub(super) tables: Tables,
}

/// A value that was given.
pub(super) struct Given {
    /// The value; permitted.
    pub(super) value: Value,
    /// Where it was given.
    pub(super) place: Place,
}

impl Draft {
    /// Checks the document of the file `name` and its overrides; `search` says how tables are
    /// searched, if they are.
    pub(super) fn new(
        name: &Path,
        document: Node,
        overrides: &[String],
        search: Option<Search<'_>>,
        problems: &mut Problems,
    ) -> Result<Self> {
        let mut said = Said::default();
        for found in found_in(document, problems) {
            said.add(found, problems);
        }
        // A table is written in any order; what it says about the sweep is read from top to bottom.
        said.sweep.sort_by_key(|(_, node)| node.place);
        for (index, text) in overrides.iter().enumerate() {
            for found in found_in_override(text, index, problems) {
                said.replace(found);
            }
        }
        let names_data = said.names("data.dataset");
        let tables = said.place_tables(name, search)?;
        let draft = said.into_draft(tables, problems);
        draft.check_combinations(names_data, problems);
        Ok(draft)
    }

    /// Where a key was given, in its section or in the sweep.
    pub(super) fn place(&self, path: &str) -> Option<Place> {
        let given = self.base.get(path).map(|given| given.place);
        given.or_else(|| self.sweep.axis(path).map(|axis| axis.place))
    }
}

/// A known key with whatever was written behind it.
struct Found {
    target: Target,
    node: Node,
}

/// What can be given.
#[derive(Clone, Copy)]
enum Target {
    Base(&'static Key),
    Swept(Part),
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
    if let Some(target) = target(path) {
        found.push(Found { target, node });
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

/// What a dotted path names, if it is no section.
fn target(path: &str) -> Option<Target> {
    let Some(swept) = path.strip_prefix("sweep.") else {
        return keys::find(path).map(Target::Base);
    };
    let part = Part::of_word(swept).or_else(|| keys::find(swept).map(Part::Key));
    part.map(Target::Swept)
}

fn unknown_key(path: &str, place: Place, problems: &mut Problems) {
    let hint = keys::hint(path).map(|hint| {
        let turned = if path.ends_with("norm.momentum") {
            " Keras's `momentum` is that; PyTorch's is 1 minus it: 0.1 there is `norm.decay = 0.9`"
        } else {
            ""
        };
        format!("{hint}{turned}")
    });
    let text = format!("unknown key `{}`", start_of(path).escape_debug());
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
    if value.starts_with('"')
        && matches!(&node.kind, Kind::Plain(Value::Text(text)) if text == value)
    {
        let message = "the text in quotes cannot be read";
        problems.add_with_hint(place, message, slips::in_line(value));
        return Vec::new();
    }
    let takes_text = keys::find(&path)
        .is_some_and(|key| matches!(key.rule, Rule::Name | Rule::Text | Rule::Folder | Rule::File));
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
    sweep: Vec<(Part, Node)>,
}

impl Said {
    /// Adds what the file says; twice is a problem (`"train.epochs"` and `epochs` under `[train]`).
    fn add(&mut self, found: Found, problems: &mut Problems) {
        let (path, earlier) = match found.target {
            Target::Base(key) => (key.path, self.base.get(key.path).map(|(_, node)| node)),
            Target::Swept(part) => (part.name(), self.part(part)),
        };
        if let Some(earlier) = earlier {
            let text = format!("`{path}` is given here and {}; keep one", on_line(earlier.place));
            problems.add(found.node.place, text);
            return;
        }
        match found.target {
            Target::Base(key) => drop(self.base.insert(key.path, (key, found.node))),
            Target::Swept(part) => self.sweep.push((part, found.node)),
        }
    }

    /// Lets an override win over everything said before about its key, or about the other way of
    /// giving the length of training. In the sweep it takes the seat of what it replaces.
    fn replace(&mut self, found: Found) {
        let (key, part) = match found.target {
            Target::Base(key) => (Some(key), None),
            Target::Swept(Part::Key(key)) => (Some(key), Some(Part::Key(key))),
            Target::Swept(part) => (None, Some(part)),
        };
        if let Some(Key { path, .. }) = key {
            let rival = match *path {
                "train.epochs" => "train.steps",
                "train.steps" => "train.epochs",
                path => path,
            };
            let is_either = |known: &str| known == *path || known == rival;
            self.base.retain(|known, _| !is_either(known));
            self.sweep.retain(|(known, _)| {
                Some(*known) == part || !matches!(known, Part::Key(key) if is_either(key.path))
            });
        }
        match found.target {
            Target::Base(key) => drop(self.base.insert(key.path, (key, found.node))),
            Target::Swept(part) => {
                let seat = self.sweep.iter_mut().find(|(known, _)| *known == part);
                match seat {
                    Some(seat) => seat.1 = found.node,
                    None => self.sweep.push((part, found.node)),
                }
            }
        }
    }

    /// Whether a key was given, outside the sweep or directly in it.
    fn names(&self, path: &str) -> bool {
        let swept = self.sweep.iter().any(|(part, _)| part.name() == path);
        swept || self.base.contains_key(path)
    }

    fn part(&self, part: Part) -> Option<&Node> {
        let known = self.sweep.iter().find(|(known, _)| *known == part);
        known.map(|(_, node)| node)
    }

    /// Puts the paths of tables into the form that is kept, and looks at the files.
    fn place_tables(&mut self, name: &Path, search: Option<Search<'_>>) -> Result<Tables> {
        let results = self.results(name);
        let home = search.map(|search| Home {
            folder: search.folder,
            kept_in: search.kept_in.unwrap_or(&results),
        });
        let mut tables = Tables::default();
        for (path, (_, node)) in &mut self.base {
            tables.place(path, node, home);
        }
        for (part, node) in &mut self.sweep {
            tables.place(part.name(), node, home);
        }
        if search.is_some_and(|search| search.looks) {
            tables.look()?;
        }
        Ok(tables)
    }

    /// Where results go, by what is said of it so far.
    fn results(&self, file: &Path) -> PathBuf {
        let text = |key: &str| match self.base.get(key).map(|(_, node)| &node.kind) {
            Some(Kind::Plain(Value::Text(text))) => Some(text.clone()),
            _ => None,
        };
        let name = text("name").unwrap_or_else(|| read::default_name(file));
        let folder = text("output.dir").unwrap_or_else(|| read::default_folder(&name));
        PathBuf::from(&*fs::from_home(&folder).unwrap_or_default())
    }

    fn into_draft(self, tables: Tables, problems: &mut Problems) -> Draft {
        let mut base = BTreeMap::new();
        for (path, (key, node)) in self.base {
            if let Some(value) = check_value(key, &node, problems) {
                let place = node.place;
                base.insert(path, Given { value, place });
            }
        }
        let value = |path: &str| base.get(path).map(|given: &Given| &given.value);
        let budget = match (value("tune.key"), value("tune.budget")) {
            (Some(Value::Text(key)), Some(Value::Integer(budget))) => {
                usize::try_from(*budget).ok().map(|budget| (key.as_str(), budget))
            }
            _ => None,
        };
        let sweep = Sweep::read(&self.sweep, budget, problems);
        Draft { base, sweep, tables }
    }
}

impl Draft {
    /// What can be judged without looking at values.
    fn check_combinations(&self, names_data: bool, problems: &mut Problems) {
        if !names_data && !self.sweep.is_in_product("data.dataset") {
            let hint = if self.base.contains_key("data.file") {
                "`dataset = \"csv\"` under `[data]` reads the table that `data.file` names"
            } else {
                "for example `dataset = \"glyphs\"` under `[data]`"
            };
            let hint = hint.to_owned();
            let text = "the key `data.dataset` is missing";
            problems.add_with_hint(None, text, Some(hint));
        }
        for axis in &self.sweep.axes {
            if let Some(base) = self.base.get(axis.key.path) {
                self.check_axis(axis, base.place, problems);
            }
        }
        let lengths = ["train.epochs", "train.steps"].map(|path| self.place(path));
        if let [Some(epochs), Some(steps)] = lengths {
            let (first, second) = (on_line(epochs), on_line(steps));
            let text = format!(
                "training has two lengths, `train.epochs` {first} and `train.steps` {second}; keep one"
            );
            problems.add(epochs.max(steps), text);
        }
    }

    /// A key that is set as well as swept. One that `when` or `include` gives other values only in
    /// places may be set for all others, but an override would not have the last word.
    fn check_axis(&self, axis: &Axis, base: Place, problems: &mut Problems) {
        let path = axis.key.path;
        let (set, swept) = (on_line(base), on_line(axis.place));
        if self.sweep.is_in_product(path) {
            let text = format!("`{path}` is set {set} and swept {swept}; keep one");
            problems.add(base.max(axis.place), text);
        } else if matches!((base, axis.place), (Place::Override(_), Place::File { .. })) {
            let text = format!("`{path}` would still have other values {swept}");
            let hint = "`-o 'sweep.when=[]'` and `-o 'sweep.include=[]'` take them away";
            problems.add_with_hint(base, text, Some(hint.to_owned()));
        }
    }
}

fn check_value(key: &Key, node: &Node, problems: &mut Problems) -> Option<Value> {
    let subject = format!("`{} = {}`", key.path, node.kind.shown());
    let is_word = matches!(key.rule, Rule::Choice(_)) && key.can_be_swept();
    if let Some(list) = is_word.then(|| sweep::values_in(key, &node.kind)).flatten() {
        let text = format!("{subject}: must be one value");
        let hint = format!("several are a sweep: `sweep.{} = {list}`", key.path);
        problems.add_with_hint(node.place, text, Some(hint));
        return None;
    }
    key.rule.check(&subject, node, problems)
}

/// `on line 7`, or `by an override`.
pub(super) fn on_line(place: Place) -> String {
    match place {
        Place::File { line, .. } => format!("on line {line}"),
        Place::Override(_) => "by an override".to_owned(),
    }
}

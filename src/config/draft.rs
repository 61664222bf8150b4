//! Turns the tree of a file into a draft: known keys with permitted values, and the sweep. Overrides are
//! merged here, so that what an override replaces causes no problem.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::hypotheses;
use super::key::Key;
use super::key_lookup;
use super::problem::{Place, Problems};
use super::rule::Rule;
use super::spec::{DATASET, EPOCHS, FILE, NAME, OUTPUT_DIR, STEPS, TUNE_BUDGET, TUNE_KEY};
use super::spec::{default_folder, default_name};
use super::sweep::{self, Axis, Part, Sweep};
use super::tables::{Home, Search, Tables};
use super::typos;
use super::value::Value;
use super::wire::{self, Kind, Node};
use crate::error::Result;
use crate::fs;

/// All given keys, each checked by itself; what depends on several keys is checked later.
pub(super) struct Draft {
    /// The keys outside the sweep.
    pub(super) base: BTreeMap<&'static str, Given>,
    pub(super) sweep: Sweep,
    /// The user's tables that the experiment names.
    pub(super) tables: Tables,
}

/// A value that was given.
pub(super) struct Given {
    pub(super) key: &'static Key,
    pub(super) value: Value,
    pub(super) place: Place,
}

impl Draft {
    /// Checks the document of the file `name` and its overrides; `search` determines whether and how tables
    /// are searched.
    pub(super) fn new(
        name: &Path,
        document: &Node,
        overrides: &[String],
        search: Option<Search<'_>>,
        problems: &mut Problems,
    ) -> Result<Self> {
        let mut raw = RawValues::default();
        for found in found_in(document, problems) {
            raw.add(found, problems);
        }
        // TOML allows tables in any order; the parts of the sweep are read from top to bottom.
        raw.sweep.sort_by_key(|(_, node)| node.place);
        for (index, text) in overrides.iter().enumerate() {
            for found in found_in_override(text, index, problems) {
                raw.replace(found);
            }
        }
        let names_data = raw.names(DATASET.0);
        let tables = raw.place_tables(name, search)?;
        let draft = raw.into_draft(tables, problems);
        draft.check_combinations(names_data, problems);
        Ok(draft)
    }

    /// Where a key was given, in its section or in the sweep.
    pub(super) fn place(&self, path: &str) -> Option<Place> {
        let given = self.base.get(path).map(|given| given.place);
        given.or_else(|| self.sweep.axis(path).map(|axis| axis.place))
    }
}

#[derive(Clone, Copy)]
enum Target {
    Base(&'static Key),
    Swept(Part),
}

/// The known keys of a document; anything else in it is a problem.
fn found_in(document: &Node, problems: &mut Problems) -> Vec<(Target, Node)> {
    let Kind::Table(members) = &document.kind else {
        problems.add(document.place, "the file must hold an object, `{ … }`");
        return Vec::new();
    };
    members.iter().flat_map(|(name, node)| descend(name, node, problems)).collect()
}

fn descend(path: &str, node: &Node, problems: &mut Problems) -> Vec<(Target, Node)> {
    let found = key_lookup::descend(path, node, "", &target, problems);
    found.into_iter().map(|(target, node)| (target, node.clone())).collect()
}

/// The key or part of the sweep at a dotted path; `None` for a section.
fn target(path: &str) -> Option<Target> {
    let Some(swept) = path.strip_prefix("sweep.") else {
        return key_lookup::find(path).map(Target::Base);
    };
    let part = Part::of_word(swept).or_else(|| key_lookup::find(swept).map(Part::Key));
    part.map(Target::Swept)
}

fn found_in_override(text: &str, index: usize, problems: &mut Problems) -> Vec<(Target, Node)> {
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
        problems.add_with_hint(place, message, typos::in_line(value));
        return Vec::new();
    }
    let takes_text = key_lookup::find(&path)
        .is_some_and(|key| matches!(key.rule, Rule::Name | Rule::Text | Rule::Folder | Rule::File));
    if takes_text && !matches!(node.kind, Kind::Plain(Value::Text(_))) {
        // A name such as `2026` or `true` need not be quoted a second time for the shell.
        node.kind = Kind::Plain(Value::Text(value.to_owned()));
    }
    descend(&path, &node, problems)
}

/// The values given for each key, not yet checked.
#[derive(Default)]
struct RawValues {
    base: BTreeMap<&'static str, (&'static Key, Node)>,
    sweep: Vec<(Part, Node)>,
}

impl RawValues {
    /// Adds a value of the file; giving a key twice is a problem (`"train.epochs"` and `epochs` under `[train]`).
    fn add(&mut self, (target, node): (Target, Node), problems: &mut Problems) {
        let (path, earlier) = match target {
            Target::Base(key) => (key.path, self.base.get(key.path).map(|(_, node)| node.place)),
            Target::Swept(part) => {
                let mut sweep = self.sweep.iter();
                let earlier = sweep.find(|(known, _)| *known == part);
                (part.name(), earlier.map(|(_, node)| node.place))
            }
        };
        match earlier {
            Some(earlier) => {
                let text = format!("`{path}` is given here and {}; keep one", earlier.on_line());
                problems.add(node.place, text);
            }
            None => self.set(target, node),
        }
    }

    /// Replaces all earlier values of the override's key, or of the alternative key for the length of
    /// training. In the sweep it keeps the position of what it replaces.
    fn replace(&mut self, (target, node): (Target, Node)) {
        let (key, part) = match target {
            Target::Base(key) => (Some(key), None),
            Target::Swept(Part::Key(key)) => (Some(key), Some(Part::Key(key))),
            Target::Swept(part) => (None, Some(part)),
        };
        if let Some(Key { path, .. }) = key {
            let lengths = [EPOCHS.0.path, STEPS.0.path];
            let rivals =
                |known: &str| known == *path || lengths.contains(path) && lengths.contains(&known);
            self.base.retain(|known, _| !rivals(known));
            self.sweep.retain(|(known, _)| {
                Some(*known) == part || !matches!(known, Part::Key(key) if rivals(key.path))
            });
        }
        self.set(target, node);
    }

    fn set(&mut self, target: Target, node: Node) {
        match target {
            Target::Base(key) => drop(self.base.insert(key.path, (key, node))),
            Target::Swept(part) => match self.sweep.iter_mut().find(|(known, _)| *known == part) {
                Some(known) => known.1 = node,
                None => self.sweep.push((part, node)),
            },
        }
    }

    /// Whether a key was given, outside the sweep or directly in it.
    fn names(&self, key: &Key) -> bool {
        let swept = self.sweep.iter().any(|(part, _)| part.name() == key.path);
        swept || self.base.contains_key(key.path)
    }

    /// Converts the paths of tables into the stored form, and reads the files' checksums.
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

    /// The results folder, from the values given so far.
    fn results(&self, file: &Path) -> PathBuf {
        let text = |key: &Key| match self.base.get(key.path).map(|(_, node)| &node.kind) {
            Some(Kind::Plain(Value::Text(text))) => Some(text.clone()),
            _ => None,
        };
        let name = text(NAME.0).unwrap_or_else(|| default_name(file));
        let folder = text(OUTPUT_DIR.0).unwrap_or_else(|| default_folder(&name));
        PathBuf::from(&*fs::from_home(&folder).unwrap_or_default())
    }

    fn into_draft(self, tables: Tables, problems: &mut Problems) -> Draft {
        let mut base = BTreeMap::new();
        for (path, (key, node)) in self.base {
            if let Some(value) = check_value(key, &node, problems) {
                base.insert(path, Given { key, value, place: node.place });
            }
        }
        let value = |key: &Key| base.get(key.path).map(|given: &Given| &given.value);
        let budget = match (value(TUNE_KEY.0), value(TUNE_BUDGET.0)) {
            (Some(Value::Text(key)), Some(Value::Integer(budget))) => {
                usize::try_from(*budget).ok().map(|budget| (key.as_str(), budget))
            }
            _ => None,
        };
        let sweep = sweep::read(&self.sweep, budget, problems);
        Draft { base, sweep, tables }
    }
}

impl Draft {
    /// Checks of combinations that depend on which keys are given, not on their values.
    fn check_combinations(&self, names_data: bool, problems: &mut Problems) {
        if !names_data && !self.sweep.is_in_product(DATASET.0.path) {
            let hint = if self.base.contains_key(FILE.0.path) {
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
        if let [Some(epochs), Some(steps)] = [EPOCHS.0, STEPS.0].map(|key| self.place(key.path)) {
            let (first, second) = (epochs.on_line(), steps.on_line());
            let text = format!(
                "training has two lengths, `train.epochs` {first} and `train.steps` {second}; keep one"
            );
            problems.add(epochs.max(steps), text);
        }
    }

    /// Refuses a key that is set as well as swept. A key that only `when` or `include` varies may be set for
    /// all other points, but not by an override, which would then not apply everywhere.
    fn check_axis(&self, axis: &Axis, base: Place, problems: &mut Problems) {
        let path = axis.key.path;
        let (set, swept) = (base.on_line(), axis.place.on_line());
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
    hypotheses::check_value(key, &subject, node, problems)
}

//! Reads points of a sweep section by section: a section is read once for all points with the same values
//! of its keys, and shared by their conditions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::draft::Draft;
use super::key::Key;
use super::key_lookup;
use super::point::{GivenValues, Point};
use super::spec::{Data, Entry, Keys, Model, Norm, Section, Settings, Train};
use super::sweep::{Sweep, SweepPoint, UNSET};
use super::tables::Tables;
use super::value::Value;

pub(super) struct ResolvedPoint {
    data: Arc<ResolvedSection<Data>>,
    model: Arc<ResolvedSection<Model>>,
    norm: Arc<ResolvedSection<Norm>>,
    train: Arc<ResolvedSection<Train>>,
}

impl ResolvedPoint {
    /// The value of a key; `None` where it does not apply.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        let section = match key.split('.').next()? {
            "data" => &self.data.section,
            "model" => &self.model.section,
            "norm" => &self.norm.section,
            _ => &self.train.section,
        };
        section.value(key)
    }

    /// The settings that the trainer receives.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            data: self.data.settings.clone(),
            model: self.model.settings.clone(),
            norm: self.norm.settings.clone(),
            train: self.train.settings.clone(),
        }
    }

    /// The keys that determine its numbers.
    pub(super) fn keys(&self) -> Keys {
        Keys::new([
            Arc::clone(&self.data.section),
            Arc::clone(&self.model.section),
            Arc::clone(&self.norm.section),
            Arc::clone(&self.train.section),
        ])
    }
}

/// Reads points, each section once for all points with the same values of its keys.
pub(super) struct PointCache<'a> {
    sweep: &'a Sweep,
    tables: &'a Tables,
    data: SectionCache<Data>,
    model: SectionCache<Model>,
    norm: SectionCache<Norm>,
    train: SectionCache<Train>,
}

impl<'a> PointCache<'a> {
    pub(super) fn new(draft: &'a Draft) -> Self {
        Self {
            sweep: &draft.sweep,
            tables: &draft.tables,
            data: SectionCache::new(draft, "data", &[]),
            model: SectionCache::new(draft, "model", &[]),
            norm: SectionCache::new(draft, "norm", &["model."]),
            train: SectionCache::new(draft, "train", &["model.weight_decay"]),
        }
    }

    pub(super) fn read(&mut self, at: &SweepPoint) -> ResolvedPoint {
        let (sweep, tables) = (self.sweep, self.tables);
        let data = |point: &Point<'_>| {
            let mut data = Data::read(point);
            tables.locate(&mut data);
            data
        };
        ResolvedPoint {
            data: self.data.read(sweep, tables, at, data),
            model: self.model.read(sweep, tables, at, Model::read),
            norm: self.norm.read(sweep, tables, at, Norm::read),
            train: self.train.read(sweep, tables, at, Train::read),
        }
    }
}

impl PointCache<'_> {
    /// All keys that were read at any point.
    pub(super) fn into_read_keys(self) -> ReadKeys {
        let data = self.data.entries.into_values();
        let model = self.model.entries.into_values();
        let norm = self.norm.entries.into_values();
        let train = self.train.entries.into_values();
        let all = data.chain(model).chain(norm).chain(train);
        all.flat_map(HashMap::into_values).collect()
    }
}

struct ResolvedSection<T> {
    settings: T,
    section: Arc<Section>,
}

/// The results of reading a section, for all values of the axes that it depends on.
struct SectionCache<T> {
    /// The section's keys.
    keys: Vec<&'static Key>,
    /// The keys outside the sweep on which it depends.
    base: GivenValues,
    /// The indices of the axes on which it depends.
    axes: Vec<usize>,
    known: HashMap<Box<[u32]>, Arc<ResolvedSection<T>>>,
    /// The entries of each key that were read, by the text of their values.
    entries: BTreeMap<&'static str, HashMap<String, Arc<Entry>>>,
    /// The section that was read last: the next one usually has the same entries.
    last: Option<Arc<Section>>,
    next_entry: u32,
    numbers: HashMap<Box<[u32]>, u32>,
    /// The positions of these axes' values at the point that is being read.
    at: Vec<u32>,
}

impl<T> SectionCache<T> {
    /// A section that depends on its own keys and on those that begin with one of `others`.
    fn new(draft: &Draft, section: &str, others: &[&str]) -> Self {
        let matters = |key: &Key| {
            key.section() == section || others.iter().any(|start| key.path.starts_with(start))
        };
        let given = draft.base.iter().filter(|(_, given)| matters(given.key));
        let axes = draft.sweep.axes.iter().enumerate();
        Self {
            keys: key_lookup::in_sections(&[section]),
            base: given.map(|(&path, given)| (path, given.value.clone())).collect(),
            axes: axes.filter(|(_, axis)| matters(axis.key)).map(|(number, _)| number).collect(),
            known: HashMap::new(),
            entries: BTreeMap::new(),
            last: None,
            next_entry: 0,
            numbers: HashMap::new(),
            at: Vec::new(),
        }
    }

    fn read(
        &mut self,
        sweep: &Sweep,
        tables: &Tables,
        at: &SweepPoint,
        read: impl FnOnce(&Point<'_>) -> T,
    ) -> Arc<ResolvedSection<T>> {
        self.at.clear();
        self.at.extend(self.axes.iter().map(|&axis| at[axis]));
        if let Some(known) = self.known.get(self.at.as_slice()) {
            return Arc::clone(known);
        }
        let mut given = self.base.clone();
        for &axis in self.axes.iter().filter(|&&axis| at[axis] != UNSET) {
            let values = &sweep.axes[axis];
            given.insert(values.key.path, values.values[at[axis] as usize].clone());
        }
        let point = Point::new(&given);
        let settings = read(&point);
        let known = Arc::new(ResolvedSection { settings, section: self.section(point, tables) });
        self.known.insert(self.at.as_slice().into(), Arc::clone(&known));
        known
    }

    fn section(&mut self, point: Point<'_>, tables: &Tables) -> Arc<Section> {
        let last = self.last.take();
        let last = last.as_ref().map_or(&[][..], |last| last.entries());
        let mut entries = Vec::with_capacity(last.len());
        let applied = point.applied(&self.keys).into_values().enumerate();
        for (index, (key, value)) in applied {
            let same = last.get(index);
            let same = same.filter(|e| e.key() == key.path && e.value() == value.as_ref());
            entries.push(same.map_or_else(|| self.entry(key, value, tables), Arc::clone));
        }
        let next = self.numbers.len() as u32;
        let number = self.numbers.entry(Section::identity(&entries));
        let section = Arc::new(Section::new(entries, *number.or_insert(next)));
        self.last = Some(Arc::clone(&section));
        section
    }

    fn entry(&mut self, key: &'static Key, value: Option<Value>, tables: &Tables) -> Arc<Entry> {
        let identity = tables.identity(key.path, value.as_ref());
        let text = value.as_ref().map_or_else(String::new, Value::to_toml);
        // Two paths with the same content count as one value.
        let alike = identity.as_ref().and_then(|identity| {
            let known = self.entries.get(key.path)?.values();
            let mut alike = known.filter(|entry| entry.identity() == Some(identity));
            alike.next().map(|entry| entry.number())
        });
        let next = &mut self.next_entry;
        let entry = self.entries.entry(key.path).or_default().entry(text);
        let entry = entry.or_insert_with(|| {
            *next += 1;
            Arc::new(Entry::new(key, value, identity, alike.unwrap_or(*next)))
        });
        Arc::clone(entry)
    }
}

/// The different values of each key that were read at the points of a sweep.
#[derive(Default)]
pub(super) struct ReadKeys(BTreeMap<&'static str, Vec<Option<Value>>>);

impl FromIterator<Arc<Entry>> for ReadKeys {
    fn from_iter<I: IntoIterator<Item = Arc<Entry>>>(entries: I) -> Self {
        let mut read: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in entries {
            let values = read.entry(entry.key()).or_default();
            // Two values are enough to know that the key varies.
            if values.len() < 2 {
                values.push(entry.value().cloned());
            }
        }
        Self(read)
    }
}

impl ReadKeys {
    /// Whether a key was read anywhere.
    pub(super) fn read(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Whether a key has several values.
    pub(super) fn vary(&self, path: &str) -> bool {
        self.0.get(path).is_some_and(|values| values.len() > 1)
    }

    /// The value that a key has wherever it is read. `None` where points differ: the key's default
    /// depends on the sweep there, so it must remain a default. Dropped points count as well:
    /// another default might make them valid.
    pub(super) fn common(&self, path: &str) -> Option<Value> {
        match self.0.get(path)?.as_slice() {
            [value] => value.clone(),
            _ => None,
        }
    }
}

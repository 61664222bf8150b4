//! Points of a sweep, read section by section: a section is read once for all points that agree
//! about it, and shared by their conditions.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::draft::Draft;
use super::read::{self, Reader};
use super::resolve::ReadKeys;
use super::spec::{Data, Entry, Keys, Model, Norm, Section, Settings, Train};
use super::sweep::{Point, Sweep, UNSET};
use super::tables::Tables;
use super::value::Value;

/// A point, read.
pub(super) struct Reading {
    data: Arc<Known<Data>>,
    model: Arc<Known<(Model, f64)>>,
    norm: Arc<Known<Norm>>,
    train: Arc<Known<Train>>,
}

impl Reading {
    /// The value of a key; `None` where it means nothing.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        let section = match key.split('.').next()? {
            "data" => &self.data.section,
            "model" => &self.model.section,
            "norm" => &self.norm.section,
            _ => &self.train.section,
        };
        section.value(key)
    }

    /// What the trainer is told there.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            data: self.data.settings.clone(),
            model: self.model.settings.0.clone(),
            norm: self.norm.settings.clone(),
            train: self.train.settings.clone(),
        }
    }

    /// The keys that decide its numbers.
    pub(super) fn keys(&self) -> Keys {
        Keys::new([
            Arc::clone(&self.data.section),
            Arc::clone(&self.model.section),
            Arc::clone(&self.norm.section),
            Arc::clone(&self.train.section),
        ])
    }
}

/// Reads points, each section once for all points that agree about it.
pub(super) struct Cache<'a> {
    sweep: &'a Sweep,
    tables: &'a Tables,
    data: Memo<Data>,
    model: Memo<(Model, f64)>,
    norm: Memo<Norm>,
    train: Memo<Train>,
}

impl<'a> Cache<'a> {
    /// Nothing read yet.
    pub(super) fn new(draft: &'a Draft) -> Self {
        Self {
            sweep: &draft.sweep,
            tables: &draft.tables,
            data: Memo::new(draft, &["data."]),
            model: Memo::new(draft, &["model."]),
            // They are read from their own keys only, but told what was read of the model.
            norm: Memo::new(draft, &["norm.", "model."]),
            train: Memo::new(draft, &["train.", "model.weight_decay"]),
        }
    }

    /// Reads a point.
    pub(super) fn read(&mut self, point: &Point) -> Reading {
        let (sweep, tables) = (self.sweep, self.tables);
        let data = self.data.read(sweep, tables, point, |reader| {
            let mut data = read::data(reader);
            tables.locate(&mut data);
            data
        });
        let model = self.model.read(sweep, tables, point, read::model);
        let (network, weight_decay) = &model.settings;
        let norm = self.norm.read(sweep, tables, point, |reader| read::norm(reader, network));
        let train =
            self.train.read(sweep, tables, point, |reader| read::train(reader, *weight_decay));
        Reading { data, model, norm, train }
    }
}

impl Cache<'_> {
    /// What was read at all points together.
    pub(super) fn into_read_keys(self) -> ReadKeys {
        let data = self.data.entries.into_values();
        let model = self.model.entries.into_values();
        let norm = self.norm.entries.into_values();
        let train = self.train.entries.into_values();
        let all = data.chain(model).chain(norm).chain(train);
        all.flat_map(HashMap::into_values).collect()
    }
}

/// A section, read.
struct Known<T> {
    settings: T,
    section: Arc<Section>,
}

/// What a section reads as, for all values of the axes that it depends on.
struct Memo<T> {
    /// The section's keys outside the sweep.
    base: BTreeMap<&'static str, Value>,
    /// The numbers of the axes on which it depends, and whether they are keys of its own.
    axes: Vec<(usize, bool)>,
    known: HashMap<Box<[u32]>, Arc<Known<T>>>,
    /// What was read of each key, each value once, by its text.
    entries: BTreeMap<&'static str, HashMap<String, Arc<Entry>>>,
    /// The section that was read last: the next one mostly has the same entries.
    last: Option<Arc<Section>>,
    next_entry: u32,
    numbers: HashMap<Box<[u32]>, u32>,
    /// The positions of the axes at the point that is being read.
    at: Vec<u32>,
}

impl<T> Memo<T> {
    /// A section whose own keys begin with the first of `scope`, and which depends on all of it.
    fn new(draft: &Draft, scope: &[&str]) -> Self {
        let is_own = |key: &str| key.starts_with(scope[0]);
        let given = draft.base.iter().filter(|(key, _)| is_own(key));
        let axes = draft.sweep.axes.iter().enumerate();
        let matters = |key: &str| scope.iter().any(|prefix| key.starts_with(prefix));
        let axes = axes.filter(|(_, axis)| matters(axis.key.path));
        Self {
            base: given.map(|(&key, given)| (key, given.value.clone())).collect(),
            axes: axes.map(|(number, axis)| (number, is_own(axis.key.path))).collect(),
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
        point: &Point,
        read: impl FnOnce(&mut Reader<'_>) -> T,
    ) -> Arc<Known<T>> {
        self.at.clear();
        self.at.extend(self.axes.iter().map(|&(axis, _)| point[axis]));
        if let Some(known) = self.known.get(self.at.as_slice()) {
            return Arc::clone(known);
        }
        let mut given = self.base.clone();
        for &(axis, is_own) in &self.axes {
            if is_own && point[axis] != UNSET {
                let axis_values = &sweep.axes[axis];
                let value = axis_values.values[point[axis] as usize].clone();
                given.insert(axis_values.key.path, value);
            }
        }
        let mut reader = Reader::new(&given);
        let settings = read(&mut reader);
        let known = Arc::new(Known { settings, section: self.section(reader, tables) });
        self.known.insert(self.at.as_slice().into(), Arc::clone(&known));
        known
    }

    fn section(&mut self, reader: Reader<'_>, tables: &Tables) -> Arc<Section> {
        let last = self.last.take();
        let last = last.as_ref().map_or(&[][..], |last| last.entries());
        let mut entries = Vec::with_capacity(last.len());
        for (index, (key, value)) in reader.into_log().into_iter().enumerate() {
            let same = last.get(index);
            let same = same.filter(|e| e.key() == key && e.value() == value.as_ref());
            entries.push(same.map_or_else(|| self.entry(key, value, tables), Arc::clone));
        }
        let next = self.numbers.len() as u32;
        let number = self.numbers.entry(Section::identity(&entries));
        let section = Arc::new(Section::new(entries, *number.or_insert(next)));
        self.last = Some(Arc::clone(&section));
        section
    }

    fn entry(&mut self, key: &'static str, value: Option<Value>, tables: &Tables) -> Arc<Entry> {
        let identity = tables.identity(key, value.as_ref());
        let text = value.as_ref().map_or_else(String::new, Value::to_toml);
        // Two paths of the same content are one.
        let alike = identity.as_ref().and_then(|identity| {
            let known = self.entries.get(key)?.values();
            let mut alike = known.filter(|entry| entry.identity() == Some(identity));
            alike.next().map(|entry| entry.number())
        });
        let next = &mut self.next_entry;
        let entry = self.entries.entry(key).or_default().entry(text);
        let entry = entry.or_insert_with(|| {
            *next += 1;
            Arc::new(Entry::new(key, value, identity, alike.unwrap_or(*next)))
        });
        Arc::clone(entry)
    }
}

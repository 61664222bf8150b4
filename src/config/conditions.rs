//! Reads the points of the sweep into the settings of each condition. Points that differ only in keys that
//! do not apply there are one condition.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::draft::Draft;
use super::problem::{Place, Problems};
use super::resolved_points::{PointCache, ReadKeys, ResolvedPoint};
use super::spec::{Axis, Condition, Length, STEPS};
use super::sweep::{self, Sweep, SweepPoint, UNSET};
use super::value::Value;

/// Most conditions of one experiment.
pub(super) const MOST_CONDITIONS: usize = 100_000;

/// The conditions and axes of a sweep.
pub(super) struct Conditions {
    /// In the order in which they run.
    pub(super) all: Vec<Arc<Condition>>,
    /// How many of them, at the end of `all`, `include` added.
    pub(super) included: usize,
    /// The keys that vary, with their values.
    pub(super) axes: Vec<Axis>,
    /// The keys that were read at any point, including points that were dropped.
    pub(super) read: ReadKeys,
    /// For each axis of the sweep, its value at the points that do not set it.
    pub(super) open: Vec<Open>,
    /// Notes on possible mistakes.
    pub(super) notes: Vec<(Place, String)>,
}

/// The value that an axis has at the points that do not set it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Open {
    /// There are no such points, or the key does not apply at them.
    Nowhere,
    /// The same value at all of them.
    Same(Value),
    /// Different values at some of them.
    Different,
}

impl Open {
    fn add(&mut self, value: &Value) {
        match self {
            Self::Nowhere => *self = Self::Same(value.clone()),
            Self::Same(known) if known != value => *self = Self::Different,
            _ => {}
        }
    }
}

/// Reads every point of the sweep; `None` where there are too many, or none.
pub(super) fn conditions(draft: &Draft, problems: &mut Problems) -> Option<Conditions> {
    let sweep = &draft.sweep;
    let place = sweep.axes.first().map(|axis| axis.place);
    let (Some(size), true) = (sweep.size(), sweep.when.iter().all(|w| w.size().is_some())) else {
        problems.add(place, too_many_points());
        return None;
    };
    let mut collector = Collector::new(draft);
    for index in 0..size {
        collector.product_point(sweep.point(index), problems)?;
        if collector.found.all.len() > MOST_CONDITIONS {
            let text = format!(
                "the sweep has more than {MOST_CONDITIONS} conditions; sweep less at a time"
            );
            problems.add(place, text);
            return None;
        }
    }
    collector.include();
    collector.finish(problems)
}

fn too_many_points() -> String {
    let most = sweep::MOST_POINTS;
    format!("the sweep has more than {most} points; sweep less at a time")
}

/// Collects conditions point by point.
struct Collector<'a> {
    sweep: &'a Sweep,
    /// Number of points that any `when` has made so far, including those that were dropped again.
    expanded: usize,
    cache: PointCache<'a>,
    /// The axis values of all conditions so far, by position.
    seen: HashSet<Box<[u32]>>,
    /// Values that no part of the sweep lists: defaults at points that do not set an axis.
    defaults: Vec<HashMap<String, u32>>,
    /// For each `when` and each `exclude`, whether its pattern held anywhere.
    when_held: Vec<bool>,
    exclude_held: Vec<bool>,
    found: Conditions,
}

impl<'a> Collector<'a> {
    fn new(draft: &'a Draft) -> Self {
        let sweep = &draft.sweep;
        Self {
            sweep,
            expanded: 0,
            cache: PointCache::new(draft),
            seen: HashSet::new(),
            defaults: vec![HashMap::new(); sweep.axes.len()],
            when_held: vec![false; sweep.when.len()],
            exclude_held: vec![false; sweep.exclude.len()],
            found: Conditions {
                all: Vec::new(),
                included: 0,
                axes: Vec::new(),
                read: ReadKeys::default(),
                open: vec![Open::Nowhere; sweep.axes.len()],
                notes: Vec::new(),
            },
        }
    }

    /// Adds the conditions of a point of the product; `None` after a problem.
    fn product_point(&mut self, point: SweepPoint, problems: &mut Problems) -> Option<()> {
        for point in self.varied(point, problems)? {
            let reading = self.product_reading(&point);
            if !self.is_excluded(&reading) {
                self.add(&point, &reading);
            }
        }
        Some(())
    }

    /// Reads a point that was not included.
    fn product_reading(&mut self, point: &SweepPoint) -> ResolvedPoint {
        let reading = self.cache.read(point);
        let axes = self.sweep.axes.iter().zip(point).zip(&mut self.found.open);
        for ((axis, _), open) in axes.filter(|((_, position), _)| **position == UNSET) {
            if let Some(value) = reading.value(axis.key.path) {
                open.add(value);
            }
        }
        reading
    }

    /// The points that the `when` tables make of a point.
    fn varied(&mut self, point: SweepPoint, problems: &mut Problems) -> Option<Vec<SweepPoint>> {
        let mut points = vec![point];
        for (index, when) in self.sweep.when.iter().enumerate() {
            let mut further = Vec::new();
            for point in points {
                let reading = self.product_reading(&point);
                if !when.pattern.holds(|key| reading.value(key)) {
                    further.push(point);
                    continue;
                }
                self.when_held[index] = true;
                let Some(expanded) = when.expand(&point) else {
                    let text = "`sweep.when`: two tables hold at the same point and vary the same key; make their `if` exclude each other";
                    problems.add(when.place, text);
                    return None;
                };
                self.expanded += expanded.len();
                if self.expanded > sweep::MOST_POINTS {
                    problems.add(when.place, too_many_points());
                    return None;
                }
                further.extend(expanded);
            }
            points = further;
        }
        Some(points)
    }

    fn is_excluded(&mut self, reading: &ResolvedPoint) -> bool {
        let mut excluded = false;
        // Every pattern is checked, so that those that hold nowhere are found.
        for (pattern, held) in self.sweep.exclude.iter().zip(&mut self.exclude_held) {
            if pattern.holds(|key| reading.value(key)) {
                *held = true;
                excluded = true;
            }
        }
        excluded
    }

    /// Adds a point; false if its condition exists already.
    fn add(&mut self, point: &SweepPoint, reading: &ResolvedPoint) -> bool {
        let sweep = self.sweep;
        let value = |axis: &sweep::Axis| reading.value(axis.key.path);
        let mut positions = point.clone();
        for (axis, position) in positions.iter_mut().enumerate() {
            *position = match value(&sweep.axes[axis]) {
                None => UNSET,
                Some(value) if *position == UNSET => self.position(axis, value),
                Some(_) => *position,
            };
        }
        if !self.seen.insert(positions.into()) {
            return false;
        }
        self.found.all.push(Arc::new(Condition {
            index: self.found.all.len(),
            values: sweep.axes.iter().map(|axis| value(axis).cloned()).collect(),
            settings: reading.settings(),
            keys: reading.keys(),
        }));
        true
    }

    /// The position of a value that a point does not set: a default, or a value set outside the sweep.
    fn position(&mut self, axis: usize, value: &Value) -> u32 {
        let known = self.sweep.axes[axis].known(value);
        known.unwrap_or_else(|| {
            let next = self.sweep.axes[axis].values.len() + self.defaults[axis].len();
            let defaults = self.defaults[axis].entry(value.to_toml());
            *defaults.or_insert(next as u32)
        })
    }

    fn include(&mut self) {
        for include in &self.sweep.include {
            let point = include.point(self.sweep.axes.len());
            let reading = self.cache.read(&point);
            if self.add(&point, &reading) {
                self.found.included += 1;
            } else {
                let text = "a point of `sweep.include` is in the sweep already";
                self.found.notes.push((include.place, text.to_owned()));
            }
        }
    }

    /// Refuses a sweep of `train.steps` in which some points do not have the key, and would be trained for the default
    /// number of epochs.
    fn check_lengths(&self, problems: &mut Problems) {
        let has_steps = |condition: &Arc<Condition>| {
            matches!(condition.settings.train.length, Length::Steps(_))
        };
        let steps = self.found.all.iter().filter(|condition| has_steps(condition)).count();
        if steps == 0 || steps == self.found.all.len() {
            return;
        }
        let axis = self.sweep.axes.iter().find(|axis| axis.key.path == STEPS.0.path);
        let text = "`train.steps` is given for some points of the sweep only; the others would be trained for the default number of epochs";
        let hint = "give it in every table of `sweep.include` and `sweep.when`, or sweep it for all points";
        problems.add_with_hint(axis.map(|axis| axis.place), text, Some(hint.to_owned()));
    }

    fn finish(mut self, problems: &mut Problems) -> Option<Conditions> {
        if self.found.all.is_empty() {
            let place = self.sweep.exclude.first().map(|pattern| pattern.place);
            problems.add(place, "`sweep.exclude` leaves no point of the sweep");
            return None;
        }
        self.check_lengths(problems);
        let when = self.sweep.when.iter().map(|when| when.place).zip(&self.when_held);
        let exclude = self.sweep.exclude.iter().map(|pattern| pattern.place);
        let exclude = exclude.zip(&self.exclude_held);
        let nowhere = "`sweep.when` has no effect: its `if` holds nowhere";
        let unmatched = "`sweep.exclude` has no effect: no point matches";
        let parts = when.map(|part| (part, nowhere)).chain(exclude.map(|part| (part, unmatched)));
        let unheld = parts.filter(|((_, held), _)| !**held);
        self.found.notes.extend(unheld.map(|((place, _), text)| (place, text.to_owned())));
        self.found.read = self.cache.into_read_keys();
        self.found.find_axes(self.sweep);
        Some(self.found)
    }
}

impl Conditions {
    /// Whether an axis of the sweep is an axis of the experiment. A key that only `include` names is none
    /// where all conditions have the same value of it, or no included one reads it.
    fn varies(&self, axis: usize, sweep: &Sweep) -> bool {
        let key = sweep.axes[axis].key.path;
        let included = &self.all[self.all.len() - self.included..];
        sweep.axes[axis].listed > 0
            || self.read.vary(key)
                && included.iter().any(|condition| condition.values[axis].is_some())
    }

    /// Determines the axes, and removes the others from the conditions.
    fn find_axes(&mut self, sweep: &Sweep) {
        let all = 0..sweep.axes.len();
        let kept: Vec<bool> = all.map(|axis| self.varies(axis, sweep)).collect();
        let of = |(index, axis): (usize, &sweep::Axis)| Axis {
            key: axis.key.path.to_owned(),
            values: axis_values(axis, self.all.iter().filter_map(|c| c.values[index].as_ref())),
        };
        let axes = sweep.axes.iter().enumerate();
        let axes = axes.filter(|(index, _)| kept[*index]).map(of).collect();
        self.axes = axes;
        if kept.contains(&false) {
            for condition in &mut self.all {
                let mut kept = kept.iter();
                // No other reference to a condition exists yet.
                if let Some(condition) = Arc::get_mut(condition) {
                    condition.values.retain(|_| kept.next() == Some(&true));
                }
            }
        }
    }
}

/// The values that occur, those of product and `when` in the file's order, then the others in order of
/// appearance; where none occurs, the given values.
fn axis_values<'a>(axis: &sweep::Axis, occurring: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut seen = HashSet::new();
    let mut others = Vec::new();
    for value in occurring {
        let text = value.to_toml();
        if !seen.contains(&text) {
            let position = axis.known(value).map(|position| position as usize);
            let is_listed = position.is_some_and(|position| position < axis.listed);
            others.extend((!is_listed).then(|| value.clone()));
            seen.insert(text);
        }
    }
    if seen.is_empty() {
        return axis.values.clone();
    }
    let mut values = axis.values[..axis.listed].to_vec();
    values.retain(|value| seen.contains(&value.to_toml()));
    values.extend(others);
    values
}

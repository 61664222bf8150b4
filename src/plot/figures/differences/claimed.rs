//! The comparisons of a claim, by test, with their verdicts.

use std::hash::Hash;

use super::no_pair;
use super::sheet::{Line, ROWS, Sheet, gaps};
use crate::compare::claim::{ClaimComparison, ClaimResult, Tested};
use crate::compare::metric::Unit;
use crate::plot::figures::arrangement::{axis_name, shown, unique};
use crate::plot::figures::request::{Absent, Drawn};
use crate::plot::figures::scored;
use crate::plot::palette::Key;
use crate::results::query::Results;
use crate::units::counted;
use crate::wording::names::aggregated;

/// A comparison, the test that it is part of, and the test's position in the claim.
type Entry<'a> = (usize, &'a Tested, &'a ClaimComparison);

/// A chart for each unit, since points and epochs cannot share an axis;
/// that of the claim's first comparison comes first, and has the figure's own name.
pub(super) fn draw(results: &Results, plain: &ClaimResult) -> Result<Vec<Drawn>, Absent> {
    let judgement = &plain.labelled(&results.labels);
    let tests = judgement.tests.iter().enumerate();
    let entries = tests.flat_map(|(index, tested)| {
        let judged = tested.comparisons.iter();
        judged.map(move |judged| (index, tested, judged))
    });
    let entries: Vec<Entry<'_>> =
        entries.filter(|(.., judged)| judged.comparison.paired.pairs > 0).collect();
    if entries.is_empty() {
        return Err(no_pair());
    }
    let units = unique(entries.iter().map(|(_, tested, _)| tested.metric.unit));
    let charts = units.into_iter().enumerate().map(|(index, unit)| {
        let is_its = |entry: &&Entry<'_>| entry.1.metric.unit == unit;
        let claimed = Claimed {
            results,
            plain,
            judgement,
            unit,
            entries: entries.iter().filter(is_its).copied().collect(),
        };
        Drawn {
            stem: if index == 0 {
                "differences".to_owned()
            } else {
                format!("differences-{}", unit.name())
            },
            chart: claimed.sheet().chart(),
        }
    });
    Ok(charts.collect())
}

/// The comparisons of a claim that have the same unit.
struct Claimed<'a> {
    results: &'a Results,
    /// The claim with the values of its experiment, which decide the colours.
    plain: &'a ClaimResult,
    judgement: &'a ClaimResult,
    unit: Unit,
    entries: Vec<Entry<'a>>,
}

impl<'a> Claimed<'a> {
    fn sheet(&self) -> Sheet<'a> {
        let what = self.one(quantity);
        let sides = self.one(sides);
        let (what_differs, sides_differ) = (what.is_none(), sides.is_none());
        let line = |&(index, tested, judged): &Entry<'a>| Line {
            name: name(tested, judged, what_differs, sides_differ),
            key: key(&self.plain.tests[index], index),
            comparison: &judged.comparison,
        };
        let what = what.map_or(String::new(), |what| format!(" of {what}"));
        let sides = sides.map_or(String::new(), |sides| format!(", {sides}"));
        Sheet {
            results: self.results,
            shown: format!(
                "Tests of the claim “{}”: paired differences{what}{}",
                self.judgement.claim.statement.trim().trim_end_matches('.'),
                self.tuned()
            ),
            quantity: format!("Difference{what}{sides}"),
            unit: self.unit,
            lines: self.entries.iter().take(ROWS).map(line).collect(),
            notes: self.notes(),
        }
    }

    /// The common value of all tests, if they have one.
    fn one<T: Eq + Hash + Clone>(&self, of: impl Fn(&Tested) -> T) -> Option<T> {
        let mut all = unique(self.entries.iter().map(|(_, tested, _)| of(tested)));
        all.pop().filter(|_| all.is_empty())
    }

    fn tuned(&self) -> String {
        match self.one(|tested| tested.tuned.clone()) {
            Some(Some(key)) => format!(", each side at its own best {}", axis_name(&key)),
            Some(None) => String::new(),
            None => ", some with each side at its own tuned value".to_owned(),
        }
    }

    fn notes(&self) -> Vec<String> {
        let better = self.one(|tested| tested.metric.higher_is_better());
        let mut notes: Vec<String> = better
            .map(|higher| if higher { "Right" } else { "Left" })
            .map(|side| format!("{side} of 0 the first is better."))
            .into_iter()
            .collect();
        let family = self.judgement.comparisons();
        let family = family.filter(|j| j.comparison.paired.pairs > 0).count();
        notes.push(if family == 1 {
            "Outcomes are those of the claim's only comparison.".to_owned()
        } else {
            format!("Outcomes after Holm's correction for all {family} comparisons of the claim.")
        });
        let left_out = self.entries.len().saturating_sub(ROWS);
        if left_out > 0 {
            notes.push(format!(
                "{} left out; all: `bn-lab claims DIR`.",
                counted(left_out, "more comparison is", "more comparisons are")
            ));
        }
        notes
    }
}

/// The name of a row: `raw against standardised: none − unit, batch size 8: supported`.
fn name(
    tested: &Tested,
    judged: &ClaimComparison,
    with_quantity: bool,
    with_sides: bool,
) -> String {
    let label = tested.test.label.clone();
    let label = label.or_else(|| with_quantity.then(|| quantity(tested)));
    let mut parts: Vec<String> = label.into_iter().collect();
    parts.extend(with_sides.then(|| sides(tested)));
    let setting = setting(tested, judged);
    parts.extend((!setting.is_empty()).then_some(setting));
    if parts.is_empty() {
        parts.push(sides(tested));
    }
    let outcome = judged.outcome.words();
    let c = &judged.comparison;
    format!("{}: {outcome}{}", parts.join(" · "), gaps(c))
}

/// The values of those axes that differ between the comparisons of the test.
fn setting(tested: &Tested, judged: &ClaimComparison) -> String {
    let varies = |axis: usize| {
        let cells = tested.comparisons.iter();
        unique(cells.map(|other| other.comparison.setting.get(axis))).len() > 1
    };
    let cells = tested.others.iter().zip(&judged.comparison.setting);
    let told = cells.enumerate().filter(|(axis, (_, cell))| {
        let means_something = !cell.is_empty();
        means_something && varies(*axis)
    });
    let words: Vec<String> =
        told.map(|(_, (axis, cell))| format!("{} {}", axis_name(axis), shown(cell))).collect();
    words.join(", ")
}

fn sides(tested: &Tested) -> String {
    let [a, b] = tested.test.compare.each_ref().map(|value| shown(value));
    if tested.test.by == "norm.placement" {
        format!("{a} − {b}")
    } else {
        format!("{} {a} − {b}", axis_name(&tested.test.by))
    }
}

/// The compared quantity in words.
fn quantity(tested: &Tested) -> String {
    let metric = scored::words(tested.metric).to_lowercase();
    let Some(aggregate) = &tested.test.aggregate else {
        return metric;
    };
    let bound = |bound: f64| bound.to_string();
    aggregated(&metric, &axis_name(&aggregate.axis), aggregate.how, bound)
}

/// The colours of placements, else one colour for each test.
fn key(tested: &Tested, index: usize) -> Key {
    let placement = Key::placement(&tested.test.compare[0]);
    let placement = placement.filter(|_| tested.test.by == "norm.placement");
    placement.unwrap_or(Key::Value(index))
}

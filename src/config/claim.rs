//! Checks `[claim]` against the sweep: a test that no trial will be trained for is refused before anything
//! is trained. Also reads a claim from the text of a resolved experiment.

use std::collections::HashSet;
use std::path::Path;

use super::conditions::Conditions;
use super::draft::Draft;
use super::hypotheses;
use super::key_lookup;
use super::point::{GivenValues, Point};
use super::problem::Problems;
use super::spec::{Aggregation, Axis, Claim, Hypothesis, TESTS};
use super::value::Value;
use super::wire::{self, Kind};
use crate::error::Result;
use crate::units::counted;

/// Reads `[claim]` and checks it; `None` where there is no claim.
pub(super) fn claim(
    point: &Point<'_>,
    draft: &Draft,
    found: &Conditions,
    problems: &mut Problems,
) -> Option<Claim> {
    let claim = Claim::read(point)?;
    let place = draft.place(TESTS.0.path);
    if claim.statement.trim().is_empty() {
        let text = "the key `claim.statement` is missing: `[claim]` tests something, and does not say what";
        let hint =
            "for example `statement = \"Batch normalisation needs fewer epochs\"`".to_owned();
        problems.add_with_hint(place, text, Some(hint));
    }
    for (index, test) in claim.tests.iter().enumerate() {
        for (text, hint) in mistakes(test, &found.axes) {
            let text = format!("test {} of `claim.tests`: {text}", index + 1);
            problems.add_with_hint(place, text, Some(hint));
        }
    }
    Some(claim)
}

/// The axes and values of a test that the sweep does not have, each with a remedy.
fn mistakes(asked: &Hypothesis, swept: &[Axis]) -> Vec<(String, String)> {
    let mut mistakes = Vec::new();
    let mut check = |part: &str, key: &str, values: &[String]| match swept
        .iter()
        .find(|a| a.key == key)
    {
        None => mistakes.push(not_swept(part, key)),
        Some(axis) => mistakes.extend(values.iter().filter_map(|value| unknown(part, axis, value))),
    };
    check("by", &asked.by, &asked.compare);
    for (key, values) in &asked.only {
        check("where", key, values);
    }
    if let Some(aggregate) = &asked.aggregate {
        check("over", &aggregate.axis, &[]);
    }
    if asked.only.iter().any(|(key, _)| *key == asked.by) {
        let text = format!("`where`: `{}` is what is compared", asked.by);
        mistakes.push((text, "`compare` names its two values".to_owned()));
    }
    if let Some(aggregate) = &asked.aggregate {
        if aggregate.axis == asked.by {
            let text = format!("`over = \"{}\"`: that is what is compared", aggregate.axis);
            mistakes
                .push((text, "take another swept key, or leave `over` and `take` out".to_owned()));
        }
        let axis = swept.iter().find(|axis| axis.key == aggregate.axis);
        if let (Aggregation::Reach(_), Some(axis)) = (aggregate.how, axis)
            && !axis.values.iter().all(is_positive)
        {
            let text = format!(
                "`take = \"reach\"`: the values of `{}` are not all numbers above 0",
                aggregate.axis
            );
            mistakes.push((
                text,
                "a reach is compared in powers of ten; take a key such as `train.learning_rate`"
                    .to_owned(),
            ));
        }
    }
    mistakes
}

fn not_swept(part: &str, key: &str) -> (String, String) {
    let text = format!("`{part}`: `{key}` is not swept");
    let hint = format!(
        "give it values under `[sweep]`: `{key} = [ … ]`; `-o 'claim.tests=[]'` claims nothing"
    );
    (text, hint)
}

fn unknown(part: &str, axis: &Axis, value: &str) -> Option<(String, String)> {
    let values: Vec<String> = axis.values.iter().map(Value::to_string).collect();
    if values.iter().any(|known| known == value) {
        return None;
    }
    let text = format!("`{part}`: `{value}` is not among the values of `{}`", axis.key);
    let hint = format!("the sweep has {}; `-o 'claim.tests=[]'` claims nothing", values.join(", "));
    Some((text, hint))
}

fn is_positive(value: &Value) -> bool {
    match value {
        Value::Integer(number) => *number > 0,
        Value::Float(number) => *number > 0.0,
        _ => false,
    }
}

/// The significance level of the verdicts, as `stats::SIGNIFICANCE`.
const SIGNIFICANCE: f64 = 0.05;

/// A note where there are too few replicates for any verdict: n pairs have no p-value below 2/2ⁿ, and
/// Holm's correction multiplies the smallest by the number of comparisons.
pub(super) fn note(
    claim: &Claim,
    tuned: Option<&str>,
    found: &Conditions,
    replicates: u64,
) -> Option<String> {
    let tests = claim.tests.iter();
    let comparisons: usize = tests.map(|test| settings(test, tuned, found)).sum();
    let needed = (2.0 * comparisons as f64 / SIGNIFICANCE).log2().ceil();
    ((replicates as f64) < needed).then(|| {
        format!(
            "`claim.tests` make {}, and with {} no p-value is below {SIGNIFICANCE} after Holm's correction: `replicates = {needed}` can tell, or fewer settings (`where`)",
            counted(comparisons, "comparison", "comparisons"),
            counted(replicates as usize, "replicate", "replicates")
        )
    })
}

/// The number of settings in which a test is made: those in which its first value occurs.
fn settings(test: &Hypothesis, tuned: Option<&str>, found: &Conditions) -> usize {
    let over = test.aggregate.as_ref().map(|aggregate| aggregate.axis.as_str());
    let names = |key: &str| test.by == key || over == Some(key);
    let is_named = |key: &str| names(key) || test.only.iter().any(|(only, _)| only == key);
    let tuned = tuned.filter(|key| !is_named(key));
    let mut seen = HashSet::new();
    for condition in &found.all {
        let cells = found.axes.iter().zip(&condition.values);
        let cells: Vec<(&str, Option<String>)> = cells
            .map(|(axis, value)| (axis.key.as_str(), value.as_ref().map(Value::to_string)))
            .collect();
        let counts = cells.iter().all(|(key, cell)| {
            let Some(cell) = cell else {
                return *key != test.by;
            };
            let mut only = test.only.iter();
            (*key != test.by || *cell == test.compare[0])
                && only.all(|(only, values)| only != key || values.contains(cell))
        });
        if counts {
            let rest = cells.into_iter().filter(|(key, _)| !names(key) && Some(*key) != tuned);
            seen.insert(rest.map(|(_, cell)| cell).collect::<Vec<_>>());
        }
    }
    seen.len()
}

/// The claim of a resolved experiment, from its text alone, without the sweep, which may be large. `name`
/// is used in messages.
pub fn of_text(name: &Path, text: &str) -> Result<Option<Claim>> {
    let mut problems = Problems::new(name, &[]);
    let document = wire::document(name, text, &mut problems);
    let sections = match document.map(|document| document.kind) {
        Some(Kind::Table(sections)) => sections,
        _ => Vec::new(),
    };
    let mut checked = GivenValues::new();
    for (section, node) in sections.iter().filter(|(section, _)| section == "claim") {
        let known = &key_lookup::find;
        for (key, node) in key_lookup::descend(section, node, "", known, &mut problems) {
            let subject = format!("`{} = {}`", key.path, node.kind.shown());
            let value = hypotheses::check_value(key, &subject, node, &mut problems);
            checked.extend(value.map(|value| (key.path, value)));
        }
    }
    if problems.is_empty() {
        Ok(Claim::read(&Point::new(&checked)))
    } else {
        Err(problems.into_error())
    }
}

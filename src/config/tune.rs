//! Checks `[tune]` against the sweep: a comparison is fair only if everything that is compared
//! tries equally many values.

use std::collections::BTreeMap;

use super::conditions::Conditions;
use super::draft::Draft;
use super::point::Point;
use super::problem::Problems;
use super::spec::{
    Condition, PLACEMENT, TUNE_BUDGET, TUNE_KEY, TUNE_METRIC, TUNE_PER, Tune, VALIDATION,
    Validation,
};
use super::value::Value;
use crate::units;

/// Reads `[tune]` and checks it; `None` where nothing is tuned, or there is a problem.
pub(super) fn tune(
    point: &Point<'_>,
    draft: &Draft,
    found: &Conditions,
    problems: &mut Problems,
) -> Option<Tune> {
    let key = point.get(TUNE_KEY)?;
    let is_axis = |key: &str| found.axes.iter().any(|axis| axis.key == key);
    let placement = Some(PLACEMENT.0.path).filter(|path| is_axis(path));
    let placement = placement.map(|path| Value::Text(path.to_owned()));
    let per: Vec<String> = point.get_or(TUNE_PER, Value::List(placement.into_iter().collect()))?;
    let mut sound = true;
    let named = per.iter().map(|swept| (TUNE_PER.0.path, swept));
    for (setting, swept) in std::iter::once((TUNE_KEY.0.path, &key)).chain(named) {
        if !is_axis(swept) {
            let text = format!("`{setting}`: `{swept}` is not swept");
            let hint = format!("give it values under `[sweep]`: `{swept} = [ … ]`");
            problems.add_with_hint(draft.place(setting), text, Some(hint));
            sound = false;
        }
    }
    if per.contains(&key) {
        let text = format!("`tune.per`: `{key}` is what is tuned");
        problems.add(draft.place(TUNE_PER.0.path), text);
        sound = false;
    }
    if !sound {
        return None;
    }
    let values = fair_budget(&key, &per, draft, found, problems)?;
    check_validation(draft, found, problems);
    // At most as many as there are conditions.
    let default = Value::Integer(i64::try_from(values).ok()?);
    let budget = point.get_or(TUNE_BUDGET, default)?;
    if budget != values {
        let text = format!(
            "`tune.budget = {budget}`: the sweep gives each group {} of `{key}`; leave one of the two out",
            units::counted(values, "value", "values"),
        );
        problems.add(draft.place(TUNE_BUDGET.0.path), text);
    }
    Some(Tune { key, per, metric: point.get(TUNE_METRIC), budget })
}

/// The number of values that each group tries in each setting of the remaining axes, if it is the same in all.
fn fair_budget(
    key: &str,
    per: &[String],
    draft: &Draft,
    found: &Conditions,
    problems: &mut Problems,
) -> Option<usize> {
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    for condition in &found.all {
        let has_value = found.axes.iter().zip(&condition.values);
        let has_value = has_value.filter(|(axis, value)| axis.key == key && value.is_some());
        *tried.entry(setting(key, per, found, condition)).or_default() += has_value.count();
    }
    let (least, most) = (*tried.values().min()?, *tried.values().max()?);
    let reason = if least != most {
        let counts = tried.iter().take(12);
        let counts: Vec<String> = counts.map(|(at, n)| format!("{at}: {n}")).collect();
        format!(
            "what is compared must try equally many values of it, and does not ({})",
            counts.join("; ")
        )
    } else if least < 2 {
        "each group tries a single value of it; a key that moves together with others in `zip` cannot be tuned".to_owned()
    } else {
        return Some(least);
    };
    problems.add(draft.place(TUNE_KEY.0.path), format!("`tune.key = \"{key}\"`: {reason}"));
    None
}

/// A condition's values without that of the tuned key: the groups first.
fn setting(key: &str, per: &[String], found: &Conditions, condition: &Condition) -> String {
    let cells = || found.axes.iter().zip(&condition.values);
    let groups = per.iter().flat_map(|group| cells().filter(move |(axis, _)| axis.key == *group));
    let others = cells().filter(|(axis, _)| axis.key != key && !per.contains(&axis.key));
    let words: Vec<String> = groups
        .chain(others)
        .map(|(axis, value)| {
            let value = value.as_ref().map_or("–".to_owned(), Value::to_string);
            format!("{} {value}", axis.key)
        })
        .collect();
    words.join(", ")
}

/// Requires a validation set: a metric that also chose the value would be biased.
fn check_validation(draft: &Draft, found: &Conditions, problems: &mut Problems) {
    let lacks = |condition: &Condition| {
        let data = &condition.settings.data;
        let none = data.train_examples.map(|total| data.validation.of(total));
        data.validation == Validation::Count(0) || none == Some(0)
    };
    if found.all.iter().any(|condition| lacks(condition)) {
        let place = draft.place(VALIDATION.0.path).or(draft.place(TUNE_KEY.0.path));
        let text = "`[tune]` chooses by the validation set, and `data.validation` holds no example out for one";
        let hint = "for example `data.validation = 0.1`; the test set is for what was chosen";
        problems.add_with_hint(place, text, Some(hint.to_owned()));
    }
}

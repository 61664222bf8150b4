//! Which conditions tables, charts and reports show, and in which order their values are.

use std::collections::HashSet;
use std::path::Path;

use super::query::Filter;
use crate::compare::unknown;
use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::layout::Layout;
use crate::results::query::{Labels, Results, TrialCurves};

/// What the command line requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Requested<'a> {
    /// Conditions: `batch_size = 32`.
    pub filters: &'a [String],
    /// The values of an axis in their order: `placement=none,after,before`.
    pub orders: &'a [String],
    /// What readers see in place of values: `before=BN → ReLU`.
    pub labels: &'a [String],
}

/// The conditions that meet all `filters` (`batch_size = 32`), with the values of axes in the order of
/// `orders` and the `labels`. A condition to which the axis of a filter does not apply meets it: it is
/// the reference of the others.
pub fn select(mut results: Results, requested: Requested<'_>) -> Result<Results> {
    let Requested { filters, orders, labels } = requested;
    results.labels = Labels::of(&results.axes, |axis| results.values(axis), labels)?;
    let parsed: Result<Vec<(usize, Filter)>> = filters
        .iter()
        .map(|text| {
            let filter = Filter::parse(text)?;
            Ok((axis(&results, filter.column())?, filter))
        })
        .collect();
    let parsed = parsed?;
    let ordered: Result<Vec<Order>> =
        orders.iter().map(|text| Order::parse(&results, text)).collect();
    let results = match &ordered?[..] {
        [] => results,
        orders => results.ordered(|trial| {
            let ranks = orders.iter().map(|order| order.rank(trial));
            ranks.collect::<Vec<usize>>()
        }),
    };
    if parsed.is_empty() {
        return Ok(results);
    }
    let meets = |trial: &TrialCurves| {
        parsed.iter().all(|(axis, filter)| {
            let value = &trial.axes[*axis];
            value.is_empty() || filter.accepts(value)
        })
    };
    let part = results.part(filters.to_vec(), meets);
    if part.trials.is_empty() {
        return Err(nothing_left(&part, filters, parsed.iter().map(|(axis, _)| *axis)));
    }
    Ok(part)
}

/// Refuses to write what shows a part among the files of the whole experiment, the results folder at `root`: a reader
/// could not tell them apart.
pub fn check_apart(filters: &[String], root: &Path, output: Option<&Path>) -> Result<()> {
    let is_own = output.is_none_or(|output| {
        fs::is_same_folder(output, root) || fs::is_same_folder(output, &Layout::new(root).charts())
    });
    if filters.is_empty() || !is_own {
        return Ok(());
    }
    Err(Error::Usage(
        "with `--filter` this shows a part of the experiment, and would replace what shows all of it: nothing was written\n  hint: `--output DIR` names another folder"
            .to_owned(),
    ))
}

fn nothing_left(part: &Results, filters: &[String], axes: impl Iterator<Item = usize>) -> Error {
    let whole = part.whole.as_ref().map_or(part, |whole| &whole.results);
    let mut known = HashSet::new();
    let values = axes
        .filter(|axis| known.insert(*axis))
        .map(|axis| format!("`{}` is {}", whole.axes[axis], whole.values(axis).join(", ")));
    let values: Vec<String> = values.collect();
    let filters: Vec<String> = filters.iter().map(|text| format!("`--filter '{text}'`")).collect();
    Error::Usage(format!(
        "no condition meets {}\n  hint: {}",
        filters.join(" and "),
        values.join("; ")
    ))
}

/// The position of an axis; an error that names all of them where there is no such axis.
fn axis(results: &Results, name: &str) -> Result<usize> {
    results.axis(name).ok_or_else(|| {
        let known: Vec<&str> = results.axes.iter().map(String::as_str).collect();
        Error::Usage(unknown("axis", name, &known))
    })
}

/// The order of the values of an axis.
struct Order {
    axis: usize,
    values: Vec<String>,
}

impl Order {
    /// Parses `AXIS=VALUE,VALUE`; a comma inside brackets belongs to its value.
    fn parse(results: &Results, text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::Usage(format!(
                "`--order {text}`: {why}\n  hint: write an axis and its values, the first one first: `--order placement=none,after,before`"
            ))
        };
        let (name, values) = text.split_once('=').ok_or_else(|| wrong("there is no `=` in it"))?;
        let axis = axis(results, name.trim())?;
        let order = Self { axis, values: split(values) };
        let known = results.values(axis);
        for (place, value) in order.values.iter().enumerate() {
            if !known.contains(&value.as_str()) {
                let known = known.join(", ");
                return Err(wrong(&format!(
                    "`{value}` is no value of `{}`: {known}",
                    results.axes[axis]
                )));
            }
            if order.values[..place].contains(value) {
                return Err(wrong(&format!("`{value}` stands there twice")));
            }
        }
        Ok(order)
    }

    /// The position of a trial's value; those that are not named come last.
    fn rank(&self, trial: &TrialCurves) -> usize {
        let mut values = self.values.iter();
        values.position(|value| *value == trial.axes[self.axis]).unwrap_or(self.values.len())
    }
}

fn split(values: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let parts = values.split(|letter: char| {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    });
    parts.map(|part| part.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> Results {
        let conditions = [
            ["none", "8", "", "[64, 64]"],
            ["before", "8", "0.9", "[64, 64]"],
            ["none", "32", "", "[8]"],
            ["before", "32", "0.9", "[8]"],
            ["before", "32", "0.99", "[8]"],
        ];
        let trial = |(index, cells): (usize, &[&str; 4])| TrialCurves {
            id: index.to_string(),
            condition: index + 1,
            axes: cells.map(str::to_owned).to_vec(),
            ..TrialCurves::default()
        };
        let axes = ["norm.placement", "train.batch_size", "norm.decay", "model.hidden"];
        Results {
            axes: axes.map(str::to_owned).to_vec(),
            trials: conditions.iter().enumerate().map(trial).collect(),
            ..Results::default()
        }
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|&text| text.to_owned()).collect()
    }

    fn selected_of(filters: &[&str], orders: &[&str]) -> Result<Results> {
        let (filters, orders) = (texts(filters), texts(orders));
        select(results(), Requested { filters: &filters, orders: &orders, labels: &[] })
    }

    fn selected(filters: &[&str], orders: &[&str]) -> Vec<String> {
        let selected = selected_of(filters, orders).expect("selected");
        selected.trials.iter().map(|trial| trial.axes[..3].join(" ")).collect()
    }

    #[test]
    fn a_filter_keeps_conditions_and_those_to_which_its_axis_does_not_apply() {
        assert_eq!(selected(&["batch_size = 8"], &[]), ["none 8 ", "before 8 0.9"]);
        let decay = ["none 8 ", "none 32 ", "before 32 0.99"];
        assert_eq!(selected(&["norm.decay > 0.95"], &[]), decay);
        assert_eq!(selected(&["decay=0.99", "placement != none"], &[]), ["before 32 0.99"]);
    }

    #[test]
    fn a_part_is_written_beside_no_whole_however_its_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("x");
        fs::create_folder(&root.join("charts")).unwrap();
        let filters = texts(&["batch_size = 8"]);
        let refused = |output: Option<&Path>| check_apart(&filters, &root, output).is_err();
        assert!(refused(None));
        for own in ["x", "x/charts", "./x", "x/../x"] {
            assert!(refused(Some(&folder.path().join(own))), "{own}");
        }
        for other in ["y", "x/part", "charts"] {
            assert!(!refused(Some(&folder.path().join(other))), "{other}");
        }
        assert!(check_apart(&[], &root, None).is_ok());
    }

    #[test]
    fn an_order_puts_named_values_first() {
        let placed = ["before 8 0.9", "before 32 0.9", "before 32 0.99", "none 8 ", "none 32 "];
        assert_eq!(selected(&[], &["placement=before,none"]), placed);
        assert_eq!(selected(&[], &["placement=before"]), placed);
        let both = selected(&[], &["hidden=[8], [64, 64]", "placement=before"]);
        assert_eq!(both[0], "before 32 0.9");
        assert_eq!(both[4], "none 8 ");
    }

    #[test]
    fn what_does_not_exist_is_refused_with_what_does() {
        let refused = |filters: &[&str], orders: &[&str]| {
            selected_of(filters, orders).expect_err("refused").to_string()
        };
        for (filter, says) in [
            ("test_accuracy > 0.9", "there is no axis `test_accuracy`"),
            (
                "batch_size = 64",
                "no condition meets `--filter 'batch_size = 64'`\n  hint: `train.batch_size` is 8, 32",
            ),
            ("batch_size", "there is no operator in it"),
        ] {
            let error = refused(&[filter], &[]);
            assert!(error.contains(says), "{error}");
        }
        for (order, says) in [
            ("placement", "there is no `=` in it"),
            ("placment=none", "did you mean `norm.placement`?"),
            ("placement=none,behind", "`behind` is no value of `norm.placement`: none, before"),
            ("placement=none,none", "`none` stands there twice"),
        ] {
            let error = refused(&[], &[order]);
            assert!(error.contains(says), "{error}");
        }
    }
}

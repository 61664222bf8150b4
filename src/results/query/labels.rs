//! What readers see in place of a value: `BN → ReLU` for `before`. Labels are for tables, charts and sentences; ids, keys,
//! CSV and JSON have the values.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::plan::short_name;
use crate::results::format::tables::PLACEMENT;

/// The labels of values, by axis.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels(BTreeMap<String, BTreeMap<String, String>>);

impl Labels {
    /// The label of a value of an axis; the value itself where it has none.
    pub fn shown<'a>(&'a self, axis: &str, value: &'a str) -> &'a str {
        self.get(axis, value).unwrap_or(value)
    }

    /// The label of a value of an axis, if it has one.
    pub fn get(&self, axis: &str, value: &str) -> Option<&str> {
        self.0.get(axis)?.get(value).map(String::as_str)
    }

    /// The values of these axes with their labels.
    pub fn row(&self, axes: &[String], values: &[String]) -> Vec<String> {
        let values = axes.iter().zip(values);
        values.map(|(axis, value)| self.shown(axis, value).to_owned()).collect()
    }

    /// The labels of `texts` (`VALUE=LABEL`, or `AXIS.VALUE=LABEL` where several axes have the value) for axes with
    /// these `values`.
    pub fn of<'v>(
        axes: &[String],
        values: impl Fn(usize) -> Vec<&'v str>,
        texts: &[String],
    ) -> Result<Self> {
        let axes: Vec<Axis<'_>> = axes
            .iter()
            .enumerate()
            .map(|(index, key)| Axis { key, values: values(index) })
            .collect();
        let mut labels = Self::default();
        for text in texts {
            let (key, value, label) = one(&axes, text)?;
            let before = labels.0.entry(key).or_default().insert(value, label);
            if before.is_some() {
                return Err(wrong(text, "that value has a label already"));
            }
        }
        axes.iter().try_for_each(|axis| labels.check_distinct(axis))?;
        for text in texts {
            let (key, value, label) = one(&axes, text)?;
            let values = axes.iter().filter(|axis| axis.key == key).flat_map(|axis| &axis.values);
            let placements = ["none", "before", "after"].iter().filter(|_| key == PLACEMENT);
            if values.chain(placements).any(|other| *other == label && label != value) {
                return Err(wrong(
                    text,
                    "the label is another value, which readers would take it for",
                ));
            }
        }
        Ok(labels)
    }

    /// Refuses two values of an axis that readers could not tell apart.
    fn check_distinct(&self, axis: &Axis<'_>) -> Result<()> {
        let mut known: BTreeMap<&str, &str> = BTreeMap::new();
        for value in &axis.values {
            let label = self.shown(axis.key, value);
            if let Some(other) = known.insert(label, value) {
                return Err(Error::Usage(format!(
                    "`{other}` and `{value}` of `{}` would both be shown as `{label}`\n  hint: give each its own `--label`",
                    axis.key
                )));
            }
        }
        Ok(())
    }
}

/// An axis with its values.
struct Axis<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

impl Axis<'_> {
    /// Whether `name` is this value, alone or behind the axis.
    fn is_named(&self, value: &str, name: &str) -> bool {
        let behind = |axis: &str| name.strip_prefix(axis).and_then(|rest| rest.strip_prefix('.'));
        let names = [Some(name), behind(self.key), behind(short_name(self.key))];
        names.contains(&Some(value))
    }
}

/// The axis, the value and the label of one text.
fn one(axes: &[Axis<'_>], text: &str) -> Result<(String, String, String)> {
    let Some((name, label)) = text.split_once('=') else {
        return Err(wrong(text, "there is no `=` in it"));
    };
    let (name, label) = (name.trim(), label.trim());
    if label.is_empty() {
        return Err(wrong(text, "the label is empty"));
    }
    let found = axes.iter().flat_map(|axis| {
        let values = axis.values.iter().filter(|value| axis.is_named(value, name));
        values.map(|value| (axis.key, *value))
    });
    let problem = match found.collect::<Vec<_>>()[..] {
        [(key, value)] => return Ok((key.to_owned(), value.to_owned(), label.to_owned())),
        [] => {
            let values =
                axes.iter().map(|axis| format!("`{}` is {}", axis.key, axis.values.join(", ")));
            let values: Vec<String> = values.collect();
            format!("no axis has the value `{name}`\n  hint: {}", values.join("; "))
        }
        ref several => {
            let names =
                several.iter().map(|(axis, value)| format!("`{}.{value}`", short_name(axis)));
            let names: Vec<String> = names.collect();
            format!("several axes have the value `{name}`\n  hint: write {}", names.join(" or "))
        }
    };
    Err(Error::Usage(format!("`--label {text}`: {problem}")))
}

fn wrong(text: &str, why: &str) -> Error {
    Error::Usage(format!(
        "`--label {text}`: {why}\n  hint: write a value and its label: `--label 'before=BN → ReLU'`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::query::{Results, TrialCurves};

    fn results() -> Results {
        let conditions = [["none", "8", "none"], ["before", "8", "none"], ["after", "16", "crop"]];
        let trial = |cells: &[&str; 3]| TrialCurves {
            axes: cells.map(str::to_owned).to_vec(),
            ..TrialCurves::default()
        };
        Results {
            axes: ["norm.placement", "train.batch_size", "data.augmentation"]
                .map(str::to_owned)
                .to_vec(),
            trials: conditions.iter().map(trial).collect(),
            ..Results::default()
        }
    }

    fn parsed(texts: &[&str]) -> Result<Labels> {
        let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        let results = results();
        Labels::of(&results.axes, |axis| results.values(axis), &texts)
    }

    #[test]
    fn a_value_has_its_label_and_others_stay() {
        let texts = ["before = BN → ReLU", "placement.none=a=b", "train.batch_size.16=large"];
        let labels = parsed(&texts).expect("labels");
        let axes = results().axes;
        let row = |cells: [&str; 3]| labels.row(&axes, &cells.map(str::to_owned));
        assert_eq!(row(["before", "8", "none"]), ["BN → ReLU", "8", "none"]);
        assert_eq!(row(["none", "16", "crop"]), ["a=b", "large", "crop"]);
    }

    #[test]
    fn unknown_ambiguous_and_equal_labels_are_refused() {
        for (texts, says) in [
            (
                &["befor=x"][..],
                "no axis has the value `befor`\n  hint: `norm.placement` is none, before, after",
            ),
            (
                &["none=x"],
                "several axes have the value `none`\n  hint: write `placement.none` or `augmentation.none`",
            ),
            (
                &["before=x", "after=x"],
                "`before` and `after` of `norm.placement` would both be shown as `x`",
            ),
            (
                &["before=after"],
                "`before` and `after` of `norm.placement` would both be shown as `after`",
            ),
            (&["before=after", "after=before"], "the label is another value"),
            (&["before=x", "before=y"], "has a label already"),
            (&["before"], "there is no `=` in it"),
            (&["before="], "the label is empty"),
        ] {
            let error = parsed(texts).expect_err("refused").to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}

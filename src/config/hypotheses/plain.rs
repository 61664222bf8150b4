//! A checked test as the rest of the program knows it.

use crate::config::spec::{Expect, Hypothesis, Over, Take};
use crate::config::value::Value;

/// A checked test as plain values.
pub(in crate::config) fn read(checked: &Value) -> Option<Hypothesis> {
    let Value::Table(parts) = checked else {
        return None;
    };
    let part = |name: &str| {
        let known = parts.iter().find(|(known, _)| *known == name);
        known.map(|(_, value)| value)
    };
    let text = |name: &str| part(name).map(Value::to_string);
    let number = |name: &str| match part(name) {
        Some(Value::Float(number)) => Some(*number),
        _ => None,
    };
    let mut compare = shown_all(part("compare")?).into_iter();
    let only = match part("where") {
        Some(Value::Table(terms)) => &terms[..],
        _ => &[],
    };
    Some(Hypothesis {
        compare: [compare.next()?, compare.next()?],
        by: text("by")?,
        metric: text("metric")?,
        expect: expect(&text("expect")?),
        margin: number("margin"),
        only: only.iter().map(|(key, values)| ((*key).to_owned(), shown_all(values))).collect(),
        over: text("over").and_then(|key| {
            let take = take(&text("take")?, number("at_least"))?;
            Some(Over { key, take })
        }),
        label: text("label"),
    })
}

fn shown_all(values: &Value) -> Vec<String> {
    match values {
        Value::List(values) => values.iter().map(Value::to_string).collect(),
        other => vec![other.to_string()],
    }
}

fn expect(word: &str) -> Expect {
    match word {
        "higher" => Expect::Higher,
        "lower" => Expect::Lower,
        _ => Expect::Same,
    }
}

fn take(word: &str, at_least: Option<f64>) -> Option<Take> {
    Some(match word {
        "spread" => Take::Spread,
        "worst" => Take::Worst,
        "best" => Take::Best,
        "mean" => Take::Mean,
        "change" => Take::Change,
        _ => Take::Reach(at_least?),
    })
}

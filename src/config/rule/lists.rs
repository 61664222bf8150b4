//! Lists that a key may have as its value, each in its normal form.

use super::{Bound, MOST_LAYERS, MOST_SHARES, Rule, WIDEST};
use crate::config::tables::sum_and_path;
use crate::config::value::Value;
use crate::config::wire::{Kind, Node};

pub(super) fn swept_keys(items: &[Node]) -> Option<Value> {
    let key = |item: &Node| Rule::SweptKey.accept(&item.kind);
    let keys: Vec<Value> = items.iter().map(key).collect::<Option<_>>()?;
    let is_new = |(i, key): (usize, &Value)| !keys[..i].contains(key);
    let distinct = keys.iter().enumerate().all(is_new);
    distinct.then_some(Value::List(keys))
}

pub(super) fn sums(items: &[Node]) -> Option<Value> {
    let line = |item: &Node| match &item.kind {
        Kind::Plain(Value::Text(line)) => sum_and_path(line).map(|_| Value::Text(line.clone())),
        _ => None,
    };
    let lines: Option<Vec<Value>> = items.iter().map(line).collect();
    lines.map(Value::List)
}

pub(super) fn widths(items: &[Node]) -> Option<Value> {
    let width = |node: &Node| match &node.kind {
        Kind::Plain(Value::Integer(width)) if (1..=WIDEST).contains(width) => {
            Some(Value::Integer(*width))
        }
        _ => None,
    };
    if items.len() > MOST_LAYERS {
        return None;
    }
    let widths: Option<Vec<Value>> = items.iter().map(width).collect();
    widths.map(Value::List)
}

pub(super) fn multiples(items: &[Node]) -> Option<Value> {
    let positive = Rule::Number { low: Bound::Excluding(0.0), high: Bound::Absent };
    let numbers: Option<Vec<Value>> =
        items.iter().map(|item| positive.accept(&item.kind)).collect();
    let numbers = numbers.filter(|numbers| (1..=MOST_LAYERS).contains(&numbers.len()))?;
    let is_new = |(i, number): (usize, &Value)| !numbers[..i].contains(number);
    let distinct = numbers.iter().enumerate().all(is_new);
    distinct.then_some(Value::List(numbers))
}

pub(super) fn numbers(least: i64, most: i64, items: &[Node]) -> Option<Value> {
    let number = |node: &Node| match &node.kind {
        Kind::Plain(Value::Integer(number)) => Some(*number),
        _ => None,
    };
    let mut numbers: Vec<i64> = items.iter().map(number).collect::<Option<_>>()?;
    numbers.sort_unstable();
    let allowed = !numbers.is_empty()
        && numbers.is_sorted_by(|a, b| a < b)
        && numbers.iter().all(|number| (least..=most).contains(number));
    allowed.then(|| Value::List(numbers.into_iter().map(Value::Integer).collect()))
}

pub(super) fn texts<'a>(
    may_be_empty: bool,
    items: impl Iterator<Item = &'a Kind>,
) -> Option<Value> {
    let text = |kind: &Kind| match kind {
        Kind::Plain(Value::Text(text)) => Some(text.clone()),
        Kind::Plain(Value::Integer(number)) => Some(number.to_string()),
        _ => None,
    };
    let mut texts: Vec<String> = items.map(text).collect::<Option<_>>()?;
    texts.sort_unstable();
    let allowed = texts.is_sorted_by(|a, b| a < b)
        && (may_be_empty || texts.iter().all(|text| !text.trim().is_empty()));
    allowed.then(|| Value::List(texts.into_iter().map(Value::Text).collect()))
}

pub(super) fn shares(items: &[Node]) -> Option<Value> {
    let share = |node: &Node| match node.kind {
        Kind::Plain(Value::Float(share)) if share > 0.0 && share < 1.0 => Some(share),
        _ => None,
    };
    let shares: Vec<f64> = items.iter().map(share).collect::<Option<_>>()?;
    let rising = shares.windows(2).all(|pair| pair[0] < pair[1]);
    let many = (1..=MOST_SHARES).contains(&shares.len());
    (rising && many).then(|| Value::List(shares.into_iter().map(Value::Float).collect()))
}

//! A sweep written out again, in one form for all ways of saying it.

use super::{Dimension, Pattern, Sweep};
use crate::config::value::Value;

/// The members of `[sweep]`, a line each, such that reading them gives the same points in the same
/// order. `included` are the points that `include` adds, each with all its keys and their values.
pub(in crate::config) fn write(sweep: &Sweep, included: &[Vec<(String, Value)>]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut zips = Vec::new();
    let groups = sweep.dimensions.iter().filter(|group| group.is_zip).count();
    for dimension in &sweep.dimensions {
        if !dimension.is_zip {
            lines.extend(members(sweep, dimension));
            continue;
        }
        zips.push(table(&members(sweep, dimension)));
        // All groups stand together, as they do in the file.
        if zips.len() == groups {
            lines.push(format!("zip = {}", one_a_line(&zips)));
        }
    }
    let when = sweep.when.iter().map(|when| {
        let mut all = vec![format!("if = {}", pattern(&when.pattern))];
        all.extend(when.dimensions.iter().flat_map(|d| members(sweep, d)));
        table(&all)
    });
    let include = included.iter().map(|point| {
        let cell = |(key, value): &(String, Value)| format!("{key} = {}", value.to_toml());
        table(&point.iter().map(cell).collect::<Vec<_>>())
    });
    let exclude = sweep.exclude.iter().map(pattern);
    for (word, tables) in [
        ("when", when.collect::<Vec<_>>()),
        ("include", include.collect()),
        ("exclude", exclude.collect()),
    ] {
        if !tables.is_empty() {
            lines.push(format!("{word} = {}", one_a_line(&tables)));
        }
    }
    lines
}

/// `train.batch_size = [16, 32]`, one for each key.
fn members(sweep: &Sweep, dimension: &Dimension) -> Vec<String> {
    let columns = dimension.columns.iter();
    let member = |(axis, column): &(usize, Vec<u32>)| {
        let axis = &sweep.axes[*axis];
        let values = column.iter().map(|&at| axis.values[at as usize].clone());
        let values = Value::List(values.collect()).to_toml();
        format!("{} = {values}", axis.key.path)
    };
    columns.map(member).collect()
}

fn pattern(pattern: &Pattern) -> String {
    let term = |(key, values): &(&'static crate::config::key_list::Key, Vec<Value>)| {
        format!("{} = {}", key.path, Value::List(values.clone()).to_toml())
    };
    table(&pattern.terms.iter().map(term).collect::<Vec<_>>())
}

fn table(members: &[String]) -> String {
    format!("{{ {} }}", members.join(", "))
}

/// A list of values, a line each.
pub(in crate::config) fn list(values: &[Value]) -> String {
    one_a_line(&values.iter().map(Value::to_toml).collect::<Vec<_>>())
}

/// Likewise, of what is written already.
fn one_a_line(tables: &[String]) -> String {
    format!("[\n    {},\n]", tables.join(",\n    "))
}

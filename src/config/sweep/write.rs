//! Writes a sweep in one canonical form.

use super::pattern::Pattern;
use super::points::{Dimension, Sweep};
use crate::config::value::Value;
use crate::config::written::{Member, Written};

/// The members of `[sweep]`, such that reading them gives the same points in the same order. `included`
/// are the points that `include` adds, each with all its keys and their values.
pub(in crate::config) fn write(sweep: &Sweep, included: Vec<Vec<(String, Value)>>) -> Vec<Member> {
    let mut written = Vec::new();
    let mut zips = Vec::new();
    let groups = sweep.dimensions.iter().filter(|group| group.is_zip).count();
    for dimension in &sweep.dimensions {
        if !dimension.is_zip {
            written.extend(members(sweep, dimension));
            continue;
        }
        zips.push(Written::Table(members(sweep, dimension).collect()));
        // All groups are written together, as a list.
        if zips.len() == groups {
            let zips = Written::Lines(std::mem::take(&mut zips));
            written.push(("zip".to_owned(), zips));
        }
    }
    let when = sweep.when.iter().map(|when| {
        let varied = when.dimensions.iter().flat_map(|d| members(sweep, d));
        let condition = ("if".to_owned(), pattern(&when.pattern));
        Written::Table(std::iter::once(condition).chain(varied).collect())
    });
    let include = included.into_iter().map(|point| {
        let cells = point.into_iter();
        Written::Table(cells.map(|(key, value)| (key, Written::Value(value))).collect())
    });
    let exclude = sweep.exclude.iter().map(pattern);
    for (word, tables) in [
        ("when", when.collect::<Vec<_>>()),
        ("include", include.collect()),
        ("exclude", exclude.collect()),
    ] {
        if !tables.is_empty() {
            written.push((word.to_owned(), Written::Lines(tables)));
        }
    }
    written
}

/// Members such as `train.batch_size = [16, 32]`, one for each key.
fn members<'a>(sweep: &'a Sweep, dimension: &'a Dimension) -> impl Iterator<Item = Member> + 'a {
    let columns = dimension.columns.iter();
    columns.map(|(axis, column)| {
        let axis = &sweep.axes[*axis];
        let values = column.iter().map(|&at| axis.values[at as usize].clone());
        (axis.key.path.to_owned(), list(values))
    })
}

fn pattern(pattern: &Pattern) -> Written {
    let terms = pattern.terms.iter();
    Written::Table(
        terms.map(|(key, values)| (key.path.to_owned(), list(values.iter().cloned()))).collect(),
    )
}

fn list(values: impl Iterator<Item = Value>) -> Written {
    Written::Value(Value::List(values.collect()))
}

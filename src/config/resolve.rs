//! The experiment written out again, with every default filled in, so that a results folder says
//! everything and stays true when a default changes.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::key_list::{self, Key};
use super::spec::Axis;
use super::value::Value;

/// The keys that were read, with their values; `None` for one left open.
pub(super) type Log = BTreeMap<&'static str, Option<Value>>;

/// A TOML text that gives the same experiment. `outside` are the keys outside the sweep's reach,
/// `conditions` those of every condition.
pub(super) fn text(axes: &[Axis], outside: &Log, conditions: &[Log]) -> String {
    let mut out = "# written by bn-lab; every default filled in\n".to_owned();
    for section in ["", "data", "model", "norm", "train"] {
        write_section(&mut out, section, |key| {
            let swept = axes.iter().any(|axis| axis.key == key.path);
            let common = || common_value(key, conditions);
            outside
                .get(key.path)
                .cloned()
                .flatten()
                .or_else(|| if swept { None } else { common() })
        });
    }
    write_sweep(&mut out, axes);
    for section in ["checkpoint", "probe"] {
        write_section(&mut out, section, |key| outside.get(key.path)?.clone());
    }
    // Without the folder: run again under another name, the experiment must not fall on its own
    // results.
    write_section(&mut out, "output", |key| {
        let value = outside.get(key.path).cloned().flatten();
        value.filter(|_| key.path != "output.dir")
    });
    out
}

/// The value that a key has in every condition that reads it. None where conditions disagree: the
/// key's default depends on the sweep there, so it has to stay a default.
fn common_value(key: &Key, conditions: &[Log]) -> Option<Value> {
    let mut values = conditions.iter().filter_map(|log| log.get(key.path));
    let first = values.next()?;
    values.all(|value| value == first).then(|| first.clone())?
}

fn write_section(out: &mut String, section: &str, value: impl Fn(&Key) -> Option<Value>) {
    let mut header = !section.is_empty();
    for key in key_list::all() {
        let (in_section, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if in_section != section {
            continue;
        }
        if let Some(value) = value(key) {
            if std::mem::take(&mut header) {
                push_line(out, format_args!("\n[{section}]"));
            }
            push_line(out, format_args!("{name} = {}", value.to_toml()));
        }
    }
}

fn write_sweep(out: &mut String, axes: &[Axis]) {
    if !axes.is_empty() {
        push_line(out, format_args!("\n[sweep]"));
    }
    for axis in axes {
        let values = Value::List(axis.values.clone());
        push_line(out, format_args!("{} = {}", axis.key, values.to_toml()));
    }
}

fn push_line(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{line}");
}

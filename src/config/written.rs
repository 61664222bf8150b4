//! Writes values as TOML. Quotes, keys and brackets are written by `toml_writer`; the order, the line ends
//! and the form of a decimal (`1e-7`) are determined here.

use std::fmt::{Result, Write as _};

use toml_writer::{TomlWrite, WriteTomlValue};

use super::value::Value;

/// A value with its layout.
pub(super) enum Written {
    /// A value on one line.
    Value(Value),
    /// A list with a line for each of its values.
    Lines(Vec<Written>),
    /// An inline table with dotted keys: `{ train.batch_size = [16] }`.
    Table(Vec<Member>),
}

/// A dotted key of a table with its value.
pub(super) type Member = (String, Written);

impl WriteTomlValue for Written {
    fn write_toml_value<W: TomlWrite + ?Sized>(&self, writer: &mut W) -> Result {
        match self {
            Self::Value(value) => writer.value(value),
            Self::Lines(items) => lines(items, writer),
            Self::Table(members) => {
                inline(members.iter().map(|(path, value)| (&path[..], value)), writer)
            }
        }
    }
}

impl WriteTomlValue for Value {
    fn write_toml_value<W: TomlWrite + ?Sized>(&self, writer: &mut W) -> Result {
        match self {
            Self::Bool(value) => writer.value(value),
            Self::Integer(value) => writer.value(value),
            // The same number as the library would write; the library uses no exponents.
            Self::Float(_) => write!(writer, "{self}"),
            Self::Text(text) => writer.value(text),
            Self::List(items) => writer.value(items),
            Self::Table(members) => {
                inline(members.iter().map(|(path, value)| (*path, value)), writer)
            }
        }
    }
}

fn lines<W: TomlWrite + ?Sized>(items: &[Written], writer: &mut W) -> Result {
    if items.is_empty() {
        return writer.value(items);
    }
    writer.open_array()?;
    for item in items {
        writer.newline()?;
        writer.write_str("    ")?;
        writer.value(item)?;
        writer.val_sep()?;
    }
    writer.newline()?;
    writer.close_array()
}

fn inline<'a, V: WriteTomlValue, W: TomlWrite + ?Sized>(
    members: impl Iterator<Item = (&'a str, V)>,
    writer: &mut W,
) -> Result {
    writer.open_inline_table()?;
    for (index, (path, value)) in members.enumerate() {
        if index > 0 {
            writer.val_sep()?;
        }
        writer.space()?;
        member(path, value, writer)?;
    }
    writer.space()?;
    writer.close_inline_table()
}

/// Writes a member such as `norm.placement = "after"`.
fn member<W: TomlWrite + ?Sized>(path: &str, value: impl WriteTomlValue, writer: &mut W) -> Result {
    for (index, name) in path.split('.').enumerate() {
        if index > 0 {
            writer.key_sep()?;
        }
        writer.key(name)?;
    }
    writer.space()?;
    writer.keyval_sep()?;
    writer.space()?;
    writer.value(value)
}

pub(super) fn comment(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = (out.open_comment(), out.space(), out.write_str(text), out.newline());
}

/// Adds a section, or the keys above all sections where its name is empty; nothing where there are no members.
pub(super) fn section(out: &mut String, name: &str, members: &[Member]) {
    // Writing to a string cannot fail.
    let _ = write_section(out, name, members);
}

fn write_section(out: &mut String, name: &str, members: &[Member]) -> Result {
    if !name.is_empty() && !members.is_empty() {
        out.newline()?;
        out.open_table_header()?;
        out.key(name)?;
        out.close_table_header()?;
        out.newline()?;
    }
    for (path, value) in members {
        member(path, value, out)?;
        out.newline()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str) -> Member {
        (path.to_owned(), Written::Value(Value::Integer(1)))
    }

    #[test]
    fn a_section_has_a_line_for_each_key_and_its_lists_of_tables_for_each_table() {
        let table = || Written::Table(vec![one("norm.decay"), one("train.steps")]);
        let members = [
            one("a"),
            ("empty".to_owned(), Written::Lines(Vec::new())),
            ("zip".to_owned(), Written::Lines(vec![table(), table()])),
        ];
        let mut text = String::new();
        section(&mut text, "sweep", &members);
        section(&mut text, "tune", &[]);
        assert_eq!(
            text,
            "\n[sweep]\na = 1\nempty = []\nzip = [\n    { norm.decay = 1, train.steps = 1 },\n    { norm.decay = 1, train.steps = 1 },\n]\n"
        );
        assert!(text.parse::<toml::Table>().is_ok());
    }
}

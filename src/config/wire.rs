//! The syntax tree of an experiment file: TOML and JSON are parsed into one tree with line numbers.
//! Nothing is checked beyond the syntax.

use std::collections::HashSet;
use std::path::Path;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::problem::{Place, Problems, start_of};
use super::typos;
use super::value::Value;

/// Most syntax errors that are reported of one file.
const MOST_SYNTAX_ERRORS: usize = 5;

/// Greatest depth of nested lists and tables; the deepest that an experiment needs are the values of a
/// pattern of a sweep. Anything deeper is left out, and is no value of any key.
const DEEPEST: usize = 32;

/// A value and its place; for a member of a table that is the place of its key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) place: Place,
}

/// A value of TOML or JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Anything that is neither a list nor a table.
    Plain(Value),
    /// A list: `[1, 2]`.
    List(Vec<Node>),
    /// A section or an inline table, in the file's order.
    Table(Vec<(String, Node)>),
    /// A value that no key accepts, as the file writes it: a date, `null`, a number beyond 64 bits.
    Foreign(String),
}

impl Kind {
    /// The value as messages quote it: on one line, cut where it is long.
    pub(super) fn shown(&self) -> String {
        const LONGEST: usize = 60;
        let text = self.written();
        if text.chars().count() <= LONGEST {
            return text;
        }
        let start: String = text.chars().take(LONGEST).collect();
        format!("{start}…")
    }

    fn written(&self) -> String {
        match self {
            Self::Plain(Value::Text(text)) => format!("{text:?}"),
            Self::Plain(value) => value.to_string(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.kind.written()).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Table(_) => "{ … }".to_owned(),
            Self::Foreign(text) => text.clone(),
        }
    }
}

/// The file's tree: JSON where the name ends in `.json`, else TOML. `None`, with the reason among the
/// problems, if it cannot be parsed.
pub(super) fn document(name: &Path, text: &str, problems: &mut Problems) -> Option<Node> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json = name.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    if json { json_document(text, problems) } else { toml_document(text, problems) }
}

/// The value of override `index`: TOML where it parses as TOML, else the bare text.
pub(super) fn override_value(text: &str, index: usize) -> Node {
    let place = |_| Place::Override(index);
    match DeValue::parse(text) {
        Ok(value) => toml_node(value.get_ref(), Place::Override(index), &place, 0),
        Err(_) => {
            Node { kind: Kind::Plain(Value::Text(text.to_owned())), place: Place::Override(index) }
        }
    }
}

/// The byte offsets at which lines start.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        Self(std::iter::once(0).chain(after_breaks).collect())
    }

    fn place(&self, offset: usize) -> Place {
        let line = self.0.partition_point(|&start| start <= offset);
        Place::File { offset, line }
    }
}

fn toml_document(text: &str, problems: &mut Problems) -> Option<Node> {
    let lines = Lines::of(text);
    let place = |offset| lines.place(offset);
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut last_line = None;
    // A file that is not TOML at all has an error on every line.
    for error in errors.iter().take(MOST_SYNTAX_ERRORS) {
        let at = place(error.span().map_or(text.len(), |span| span.start));
        // Further errors on the same line mostly follow from the first.
        if let Place::File { line, .. } = at
            && last_line.replace(line) != Some(line)
        {
            let message = format!("not valid TOML: {}", error.message());
            problems.add_with_hint(at, message, slip(text, line));
        }
    }
    errors
        .is_empty()
        .then(|| Node { kind: toml_table(table.get_ref(), &place, 0), place: place(0) })
}

/// A hint for a line, counted from 1, that cannot be parsed.
fn slip(text: &str, line: usize) -> Option<String> {
    typos::in_line(&start_of(text.lines().nth(line.checked_sub(1)?)?))
}

fn toml_table(table: &DeTable<'_>, place: &dyn Fn(usize) -> Place, depth: usize) -> Kind {
    let mut members: Vec<(usize, String, Node)> = table
        .iter()
        .map(|(key, value)| {
            let offset = key.span().start;
            let node = toml_node(value.get_ref(), place(offset), place, depth + 1);
            (offset, key.get_ref().to_string(), node)
        })
        .collect();
    members.sort_by_key(|(offset, ..)| *offset);
    Kind::Table(members.into_iter().map(|(_, key, node)| (key, node)).collect())
}

fn toml_node(value: &DeValue<'_>, at: Place, place: &dyn Fn(usize) -> Place, depth: usize) -> Node {
    let kind = match value {
        // Dotted keys and tables can be nested deeper than a thread's stack allows.
        DeValue::Table(_) | DeValue::Array(_) if depth > DEEPEST => Kind::Foreign("…".to_owned()),
        DeValue::String(text) => Kind::Plain(Value::Text(text.to_string())),
        DeValue::Boolean(value) => Kind::Plain(Value::Bool(*value)),
        DeValue::Integer(number) => toml_integer(number),
        DeValue::Float(number) => toml_float(number),
        DeValue::Datetime(date) => Kind::Foreign(date.to_string()),
        DeValue::Table(table) => toml_table(table, place, depth),
        DeValue::Array(items) => {
            let item = |item: &toml::Spanned<DeValue<'_>>| {
                toml_node(item.get_ref(), place(item.span().start), place, depth + 1)
            };
            Kind::List(items.iter().map(item).collect())
        }
    };
    Node { kind, place: at }
}

fn toml_integer(number: &DeInteger<'_>) -> Kind {
    i64::from_str_radix(number.as_str(), number.radix()).map_or_else(
        |_| Kind::Foreign(number.to_string()),
        |whole| Kind::Plain(Value::Integer(whole)),
    )
}

fn toml_float(number: &DeFloat<'_>) -> Kind {
    number.as_str().parse().map_or_else(
        |_| Kind::Foreign(number.to_string()),
        |float| Kind::Plain(Value::Float(float)),
    )
}

/// Strict JSON: no comments, no trailing commas.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

fn json_document(text: &str, problems: &mut Problems) -> Option<Node> {
    let lines = Lines::of(text);
    match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(parsed) => {
            let Some(value) = parsed.value else {
                problems.add(lines.place(0), "not valid JSON: the file is empty");
                return None;
            };
            let mut reader = JsonReader { lines, problems };
            let place = reader.lines.place(value.start());
            Some(reader.node(&value, place, 0))
        }
        Err(error) => {
            let message = format!("not valid JSON: {}", lower_first(&error.kind().to_string()));
            let at = lines.place(error.range().start);
            let hint = match at {
                Place::File { line, .. } => slip(text, line),
                Place::Override(_) => None,
            };
            problems.add_with_hint(at, message, hint);
            None
        }
    }
}

struct JsonReader<'a> {
    lines: Lines,
    problems: &'a mut Problems,
}

impl JsonReader<'_> {
    fn node(&mut self, value: &ast::Value<'_>, place: Place, depth: usize) -> Node {
        let kind = match value {
            ast::Value::Object(_) | ast::Value::Array(_) if depth > DEEPEST => {
                Kind::Foreign("…".to_owned())
            }
            ast::Value::StringLit(text) => Kind::Plain(Value::Text(text.value.to_string())),
            ast::Value::NumberLit(number) => json_number(number.value),
            ast::Value::BooleanLit(flag) => Kind::Plain(Value::Bool(flag.value)),
            ast::Value::NullKeyword(_) => Kind::Foreign("null".to_owned()),
            ast::Value::Object(object) => self.table(object, depth + 1),
            ast::Value::Array(array) => Kind::List(self.list(array, depth + 1)),
        };
        Node { kind, place }
    }

    fn list(&mut self, array: &ast::Array<'_>, depth: usize) -> Vec<Node> {
        let elements = array.elements.iter();
        elements
            .map(|element| self.node(element, self.lines.place(element.start()), depth))
            .collect()
    }

    /// TOML's parser refuses a key that appears twice; JSON's keeps both.
    fn table(&mut self, object: &ast::Object<'_>, depth: usize) -> Kind {
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut known = HashSet::new();
        for property in &object.properties {
            let key = property.name.as_str().to_owned();
            let place = self.lines.place(property.range.start);
            if !known.insert(property.name.as_str()) {
                let key = start_of(&key);
                let text = format!("the key {key:?} appears twice in the same object; keep one");
                self.problems.add(place, text);
                continue;
            }
            let node = self.node(&property.value, place, depth);
            members.push((key, node));
        }
        Kind::Table(members)
    }
}

fn json_number(text: &str) -> Kind {
    if let Ok(whole) = text.parse() {
        return Kind::Plain(Value::Integer(whole));
    }
    let float = text.contains(['.', 'e', 'E']);
    match text.parse() {
        Ok(number) if float => Kind::Plain(Value::Float(number)),
        _ => Kind::Foreign(text.to_owned()),
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

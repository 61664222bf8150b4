//! The values that a key accepts: the check together with its wording.

use super::problem::Place;
use super::suggest;
use super::typos;
use super::value::Value;
use super::wire::{self, Kind, Node};
use crate::fs;

/// One end of a range of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    /// The bound itself is allowed.
    Including(f64),
    /// The bound itself is not allowed.
    Excluding(f64),
    /// No bound: any finite number.
    Absent,
}

/// The values that a key accepts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Text that can be the name of a folder.
    Name,
    Text,
    Folder,
    File,
    Flag,
    /// A whole number in `least..=most`.
    Whole {
        least: i64,
        most: i64,
    },
    /// A finite number between two bounds.
    Number {
        low: Bound,
        high: Bound,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of values.
    List(&'static List),
    /// The name of a column as text; whole numbers stand for their digits.
    Column {
        /// Whether it may be `""`.
        may_be_empty: bool,
    },
    /// Which hidden layers: a word, or their positions.
    Positions,
    /// 6 n + 2 layers: a residual network of three stages of n blocks of two convolutions.
    ResnetDepth,
    /// A count of examples, or a share of them.
    Share,
    /// The name of a key that the sweep can vary. That there is such a key is checked by
    /// `config/checked.rs`, which has the list of keys.
    SweptKey,
    /// A line in the format of `sha256sum`.
    Sum,
    /// A list of tables with their own keys.
    Tables(&'static TablesRule),
    /// Depends on other keys and is checked where these are known; the text completes "must be …".
    Dependent(&'static str),
}

/// Which numbers a rule takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Numbers {
    /// Whole numbers.
    Whole,
    /// Numbers that may have decimals, always written as such.
    Decimal,
    /// Both, with different meanings.
    Either,
}

/// A list that a key may have as its value.
#[derive(Debug)]
pub(super) struct List {
    /// The rule of each value.
    pub(super) item: Rule,
    /// The least and the greatest number of values.
    pub(super) length: (usize, usize),
    /// The relation between the values.
    pub(super) order: Order,
    /// Whether a single value need not be a list.
    pub(super) single: bool,
    /// The description of what is allowed, to complete "must be …".
    pub(super) allowed: &'static str,
}

/// The relation between the values of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// No relation.
    Any,
    Distinct,
    /// All different; sorted in normal form.
    Sorted,
    /// Each is larger than the one before it.
    Rising,
}

/// A list of tables as the value of a key. Functions, so that a rule for one key only can be defined
/// beside that key.
#[derive(Debug)]
pub(super) struct TablesRule {
    /// Returns the tables with every default filled in, or the error in the first table that is not allowed;
    /// `None` where the error is not in a table.
    pub(super) accept: fn(&[Node]) -> Result<Value, Option<String>>,
    /// The description of what is allowed, to complete "must be …".
    pub(super) allowed: fn() -> String,
}

/// The greatest width of a layer.
pub(super) const WIDEST: i64 = 65_536;
/// The greatest number of layers.
pub(super) const MOST_LAYERS: usize = 100;

/// Words that select hidden layers.
pub(super) const POSITION_WORDS: &[&str] = &["all", "first", "last"];
/// Numbers that select hidden layers.
const POSITIONS: List =
    List::new(Rule::Whole { least: 0, most: i64::MAX }, (1, usize::MAX), Order::Sorted, "");
/// The depths of the smallest and the largest residual network.
const SHALLOWEST: i64 = 8;
const DEEPEST: i64 = 1202;

pub(super) const POSITIVE: Rule = Rule::Number { low: Bound::Excluding(0.0), high: Bound::Absent };
pub(super) const NOT_NEGATIVE: Rule =
    Rule::Number { low: Bound::Including(0.0), high: Bound::Absent };
pub(super) const ANY: Rule = Rule::Number { low: Bound::Absent, high: Bound::Absent };
pub(super) const BELOW_ONE: Rule =
    Rule::Number { low: Bound::Including(0.0), high: Bound::Excluding(1.0) };
pub(super) const FROM_0_TO_1: Rule =
    Rule::Number { low: Bound::Including(0.0), high: Bound::Including(1.0) };
pub(super) const ABOVE_0_TO_1: Rule =
    Rule::Number { low: Bound::Excluding(0.0), high: Bound::Including(1.0) };
pub(super) const BETWEEN_0_AND_1: Rule =
    Rule::Number { low: Bound::Excluding(0.0), high: Bound::Excluding(1.0) };
pub(super) const SEED: Rule = Rule::Whole { least: 0, most: i64::MAX };
pub(super) const STEP: Rule = Rule::Whole { least: 0, most: 1_000_000_000 };

pub(super) const fn count(most: i64) -> Rule {
    Rule::Whole { least: 1, most }
}

impl Rule {
    /// Returns the value in its normal form (`1` as `1.0` where a number may have decimals), or `None`
    /// where the rule forbids it.
    pub(super) fn accept(&self, kind: &Kind) -> Option<Value> {
        match (self, kind) {
            (Self::List(list), Kind::List(items)) => list.accept(items.iter().map(|i| &i.kind)),
            (Self::List(list), Kind::Plain(_)) if list.single && !is_quoted_list(kind) => {
                list.accept(std::iter::once(kind))
            }
            (Self::Positions, Kind::List(items)) => {
                POSITIONS.accept(items.iter().map(|item| &item.kind))
            }
            (Self::Tables(tables), Kind::List(items)) => (tables.accept)(items).ok(),
            (_, Kind::Plain(value)) => self.accept_plain(value),
            _ => None,
        }
    }

    fn accept_plain(&self, value: &Value) -> Option<Value> {
        let allowed = match (self, value) {
            (Self::Flag, Value::Bool(_)) | (Self::Text | Self::SweptKey, Value::Text(_)) => true,
            (Self::Name, Value::Text(text)) => is_name(text),
            (Self::Folder | Self::File, Value::Text(text)) => return path(text),
            (Self::Choice(words), Value::Text(text)) => words.contains(&text.as_str()),
            (Self::Positions, Value::Text(text)) => POSITION_WORDS.contains(&text.as_str()),
            (Self::Column { may_be_empty }, Value::Text(text)) => {
                *may_be_empty || !text.trim().is_empty()
            }
            (Self::Column { .. }, Value::Integer(n)) => return Some(Value::Text(n.to_string())),
            (Self::Sum, Value::Text(line)) => sum_and_path(line).is_some(),
            (Self::ResnetDepth, Value::Integer(n)) => {
                (SHALLOWEST..=DEEPEST).contains(n) && n % 6 == 2
            }
            (Self::Whole { least, most }, Value::Integer(n)) => (least..=most).contains(&n),
            (Self::Number { low, high }, Value::Float(x)) => within(*low, *high, *x),
            (Self::Share, Value::Integer(n)) => *n >= 0,
            (Self::Number { .. }, Value::Integer(n)) => {
                return self.accept_plain(&Value::Float(*n as f64));
            }
            // No example is held out, whether 0 is a count or a share.
            (Self::Share, Value::Float(0.0)) => return Some(Value::Integer(0)),
            (Self::Share, Value::Float(x)) => *x > 0.0 && *x < 1.0,
            _ => false,
        };
        allowed.then(|| value.clone())
    }

    /// The description of what is allowed, to complete "must be …".
    pub(super) fn allowed(&self) -> String {
        let text = match self {
            Self::Name => {
                "letters, digits, `.`, `_` and `-`, at least one of them a letter or digit"
            }
            Self::Text | Self::Column { .. } => "a text",
            Self::Folder => "the path of a folder",
            Self::File => "the path of a file",
            Self::Flag => "`true` or `false`",
            Self::Whole { least, most } => {
                return format!("a whole number from {least} to {most}");
            }
            Self::Number { low, high } => return format!("a number{}", range(*low, *high)),
            Self::Choice(words) => {
                let one_of = if words.len() > 1 { "one of " } else { "" };
                return format!("{one_of}{}", quoted(words));
            }
            Self::List(list) => list.allowed,
            Self::Positions => {
                let words = quoted(POSITION_WORDS);
                return format!("{words}, or a list of different whole numbers from 0");
            }
            Self::ResnetDepth => {
                return format!(
                    "6 n + 2 with a whole number n, from {SHALLOWEST} to {DEEPEST}: 8, 14, 20, 32, 44, 56, 110, …"
                );
            }
            Self::SweptKey => "a key that can be swept, such as `\"train.learning_rate\"`",
            Self::Sum => "a line as `sha256sum` prints it",
            Self::Share => {
                "a whole number of examples (`0` for none), or a share above 0 and below 1"
            }
            Self::Tables(tables) => return (tables.allowed)(),
            Self::Dependent(allowed) => allowed,
        };
        text.to_owned()
    }

    /// The numbers that a range (`from`, `to`, `count`) may have for this rule; `None` where a range makes no sense.
    pub(super) fn numbers(&self) -> Option<Numbers> {
        match self {
            Self::Whole { .. } | Self::ResnetDepth => Some(Numbers::Whole),
            Self::Number { .. } => Some(Numbers::Decimal),
            Self::Share => Some(Numbers::Either),
            Self::Name
            | Self::Text
            | Self::Folder
            | Self::File
            | Self::Flag
            | Self::Choice(_)
            | Self::List(_)
            | Self::Column { .. }
            | Self::Positions
            | Self::SweptKey
            | Self::Sum
            | Self::Tables(_)
            | Self::Dependent(_) => None,
        }
    }

    /// Whether the value is a list of texts.
    pub(super) fn takes_texts(&self) -> bool {
        matches!(self, Self::List(List { item: Self::Column { .. }, .. }))
    }

    /// Whether the value names keys that can be swept.
    pub(super) fn names_keys(&self) -> bool {
        matches!(self, Self::SweptKey | Self::List(List { item: Self::SweptKey, .. }))
    }

    /// The value that was most likely meant by one that the rule forbids.
    pub(super) fn fix(&self, kind: &Kind) -> Option<String> {
        if let (Self::Tables(tables), Kind::List(items)) = (self, kind) {
            return (tables.accept)(items).err()?;
        }
        let value = match kind {
            Kind::Plain(value) => value,
            Kind::Foreign(text) => return self.too_large(text),
            Kind::List(_) | Kind::Table(_) => return None,
        };
        match (self, value) {
            (Self::Folder | Self::File, Value::Text(text)) if text.contains(char::is_control) => {
                Some("in double quotes `\\t` is a tab and `\\n` a line end; put the path into single quotes".to_owned())
            }
            (Self::Choice(words), Value::Text(text)) => suggest::word(text, words),
            (Self::Positions, Value::Text(text)) => suggest::word(text, POSITION_WORDS),
            (Self::ResnetDepth, Value::Integer(n)) => Some(nearest_depths(*n)),
            (Self::Whole { .. }, Value::Float(x)) if x.fract() == 0.0 && x.abs() < 1e15 => {
                let whole = Value::Integer(*x as i64);
                self.accept_plain(&whole).map(|whole| format!("write `{whole}`"))
            }
            (_, Value::Text(text)) => {
                let read = |text: &str| self.accept(&wire::override_value(text, 0).kind);
                if let Some(bare) = read(text) {
                    return Some(format!("write `{bare}`, without quotes"));
                }
                let meant = typos::meant(text).map(|(meant, _)| meant);
                let meant = meant.or_else(|| typos::quoted_list(text));
                let meant = meant.filter(|meant| read(meant).is_some())?;
                Some(typos::in_value(text).unwrap_or_else(|| format!("write `{meant}`")))
            }
            (Self::List(_), value) => {
                let node = Node { kind: kind.clone(), place: Place::Override(0) };
                let list = Kind::List(vec![node]);
                self.accept(&list).map(|_| format!("write `[{value}]`: a list"))
            }
            _ => None,
        }
    }

    /// The hint for a whole number beyond TOML's range, where any number within it is allowed.
    fn too_large(&self, text: &str) -> Option<String> {
        let digits = text.trim_start_matches(['+', '-']);
        let is_whole = digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
        let takes_any = matches!(self, Self::Whole { most: i64::MAX, .. });
        (is_whole && takes_any)
            .then(|| "2^63 − 1 is the largest whole number that TOML can hold".to_owned())
    }
}

impl List {
    /// A list whose single value must be in brackets, too.
    pub(super) const fn new(
        item: Rule,
        length: (usize, usize),
        order: Order,
        allowed: &'static str,
    ) -> Self {
        Self { item, length, order, single: false, allowed }
    }

    fn accept<'a>(&self, items: impl Iterator<Item = &'a Kind>) -> Option<Value> {
        let mut values: Vec<Value> =
            items.map(|item| self.item.accept(item)).collect::<Option<_>>()?;
        if self.order == Order::Sorted {
            values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        }
        let is_new = |(i, value): (usize, &Value)| !values[..i].contains(value);
        let is_ordered = match self.order {
            Order::Any => true,
            Order::Distinct => values.iter().enumerate().all(is_new),
            Order::Sorted | Order::Rising => values.is_sorted_by(|a, b| a < b),
        };
        let (least, most) = self.length;
        (is_ordered && (least..=most).contains(&values.len())).then_some(Value::List(values))
    }
}

/// Whether it is the text of a list from which a shell has removed the quotes.
fn is_quoted_list(kind: &Kind) -> bool {
    matches!(kind, Kind::Plain(Value::Text(text)) if typos::quoted_list(text).is_some())
}

/// Parses a line in the format of `sha256sum`: the checksum of a file and its path.
pub(super) fn sum_and_path(line: &str) -> Option<(&str, &str)> {
    let (sum, path) = line.split_once("  ")?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_sum = sum.len() == 64 && sum.bytes().all(is_digit);
    (is_sum && !path.trim().is_empty()).then_some((sum, path))
}

/// Words in quotes and backticks: `` `"a"`, `"b"` ``.
fn quoted(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
    words.join(", ")
}

fn nearest_depths(depth: i64) -> String {
    let below = depth.clamp(SHALLOWEST, DEEPEST);
    let below = below - (below - 2) % 6;
    if (SHALLOWEST..DEEPEST).contains(&depth) {
        format!("the nearest are `{below}` and `{}`", below + 6)
    } else {
        format!("the nearest is `{below}`")
    }
}

/// Whether `text` can be the `name` of an experiment.
pub fn is_name(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// A path that can be opened, with a leading `~` expanded to the home folder.
fn path(text: &str) -> Option<Value> {
    let is_path = !text.trim().is_empty() && !text.contains(char::is_control);
    let path = is_path.then(|| fs::from_home(text))??;
    Some(Value::Text(path.into_owned()))
}

fn within(low: Bound, high: Bound, x: f64) -> bool {
    let above = match low {
        Bound::Including(bound) => x >= bound,
        Bound::Excluding(bound) => x > bound,
        Bound::Absent => true,
    };
    let below = match high {
        Bound::Including(bound) => x <= bound,
        Bound::Excluding(bound) => x < bound,
        Bound::Absent => true,
    };
    x.is_finite() && above && below
}

fn range(low: Bound, high: Bound) -> String {
    let low = match low {
        Bound::Including(bound) => Some(format!("of at least {bound}")),
        Bound::Excluding(bound) => Some(format!("above {bound}")),
        Bound::Absent => None,
    };
    let high = match high {
        Bound::Including(bound) => Some(format!("at most {bound}")),
        Bound::Excluding(bound) => Some(format!("below {bound}")),
        Bound::Absent => None,
    };
    let ends: Vec<String> = low.into_iter().chain(high).collect();
    if ends.is_empty() {
        return String::new();
    }
    format!(" {}", ends.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(value: Value) -> Kind {
        Kind::Plain(value)
    }

    #[test]
    fn a_whole_number_may_stand_for_a_float_but_not_the_other_way_round() {
        let number = Rule::Number { low: Bound::Excluding(0.0), high: Bound::Absent };
        let whole = Rule::Whole { least: 1, most: 99 };
        let accepted = number.accept(&plain(Value::Integer(1)));
        assert_eq!(accepted, Some(Value::Float(1.0)));
        assert_eq!(whole.accept(&plain(Value::Float(32.0))), None);
        assert_eq!(whole.fix(&plain(Value::Float(32.0))), Some("write `32`".to_owned()));
    }

    #[test]
    fn numbers_must_be_finite_and_between_their_bounds() {
        let decay = Rule::Number { low: Bound::Including(0.0), high: Bound::Excluding(1.0) };
        for (x, allowed) in [(0.0, true), (0.99, true), (1.0, false), (-1e-9, false)] {
            assert_eq!(decay.accept(&plain(Value::Float(x))).is_some(), allowed, "{x}");
        }
        let anything = Rule::Number { low: Bound::Absent, high: Bound::Absent };
        for x in [f64::NAN, f64::INFINITY] {
            assert_eq!(anything.accept(&plain(Value::Float(x))), None);
        }
        assert_eq!(decay.allowed(), "a number of at least 0 and below 1");
        assert_eq!(anything.allowed(), "a number");
    }

    #[test]
    fn numbers_of_a_list_are_different_where_they_must_be() {
        const MULTIPLES: List = List::new(POSITIVE, (1, 100), Order::Distinct, "");
        let multiples = Rule::List(&MULTIPLES);
        let list = |numbers: &[f64]| {
            let items = numbers.iter().map(|&number| Node {
                place: crate::config::wire::override_value("0", 0).place,
                kind: plain(Value::Float(number)),
            });
            Kind::List(items.collect())
        };
        for (numbers, allowed) in
            [(&[0.5, 1.0][..], true), (&[], false), (&[1.0, 1.0], false), (&[0.0], false)]
        {
            let accepted = multiples.accept(&list(numbers));
            assert_eq!(accepted.is_some(), allowed, "{numbers:?}");
        }
    }

    #[test]
    fn numbers_of_a_list_differ_and_have_one_normal_form() {
        const NUMBERS: List =
            List::new(Rule::Whole { least: 1, most: 5 }, (1, 5), Order::Sorted, "");
        let rule = Rule::List(&NUMBERS);
        let accept = |text: &str| {
            let node = super::super::wire::override_value(text, 0);
            rule.accept(&node.kind).map(|value| value.to_toml())
        };
        assert_eq!(accept("[3, 1]").as_deref(), Some("[1, 3]"));
        for bad in ["[]", "[1, 1]", "[0]", "[6]", "[1.0]", "2", "['1']"] {
            assert_eq!(accept(bad), None, "{bad}");
        }
    }

    #[test]
    fn texts_differ_and_have_one_normal_form() {
        const NAMES: List = List {
            item: Rule::Column { may_be_empty: false },
            length: (0, usize::MAX),
            order: Order::Sorted,
            single: true,
            allowed: "",
        };
        const CELLS: List = List { item: Rule::Column { may_be_empty: true }, ..NAMES };
        let accept = |list: &'static List, text: &str| {
            let node = wire::override_value(text, 0);
            Rule::List(list).accept(&node.kind).map(|value| value.to_toml())
        };
        let both = |text: &str| [&NAMES, &CELLS].map(|list| accept(list, text));
        let same = |text: &str| [Some(text.to_owned()), Some(text.to_owned())];
        assert_eq!(both("['b', 'a']"), same(r#"["a", "b"]"#));
        assert_eq!(both("[2, 'a']"), same(r#"["2", "a"]"#));
        assert_eq!(both("id"), same(r#"["id"]"#));
        assert_eq!(both("[]"), same("[]"));
        assert_eq!(both("['']"), [None, Some(r#"[""]"#.to_owned())]);
        for bad in ["['a', 'a']", "['1', 1]", "[1.5]", "[['a']]", "true"] {
            assert_eq!(both(bad), [None, None], "{bad}");
        }
    }

    #[test]
    fn a_set_of_layers_has_one_normal_form() {
        let list = |positions: &[i64]| {
            let node = |&position: &i64| Node {
                place: crate::config::problem::Place::Override(0),
                kind: plain(Value::Integer(position)),
            };
            Kind::List(positions.iter().map(node).collect())
        };
        let sorted = Value::List(vec![Value::Integer(0), Value::Integer(2)]);
        assert_eq!(Rule::Positions.accept(&list(&[2, 0])), Some(sorted));
        for wrong in [&[][..], &[1, 1], &[-1]] {
            assert_eq!(Rule::Positions.accept(&list(wrong)), None, "{wrong:?}");
        }
        let word = |word: &str| plain(Value::Text(word.to_owned()));
        assert!(Rule::Positions.accept(&word("first")).is_some());
        assert_eq!(Rule::Positions.accept(&word("frist")), None);
        assert_eq!(
            Rule::Positions.fix(&word("frist")).as_deref(),
            Some("did you mean `\"first\"`?")
        );
    }

    #[test]
    fn no_validation_has_one_normal_form() {
        for zero in [Value::Integer(0), Value::Float(0.0), Value::Float(-0.0)] {
            assert_eq!(Rule::Share.accept(&plain(zero)), Some(Value::Integer(0)));
        }
        assert_eq!(Rule::Share.accept(&plain(Value::Float(1.0))), None);
    }

    #[test]
    fn an_invalid_depth_of_a_residual_network_is_refused_with_the_nearest_valid_ones() {
        let allowed = |depth| Rule::ResnetDepth.accept(&plain(Value::Integer(depth)));
        for depth in [8, 14, 20, 32, 44, 56, 110, 1202] {
            assert_eq!(allowed(depth), Some(Value::Integer(depth)));
        }
        for (depth, hint) in [
            (18, "the nearest are `14` and `20`"),
            (2, "the nearest is `8`"),
            (9999, "the nearest is `1202`"),
        ] {
            assert_eq!(allowed(depth), None);
            let fix = Rule::ResnetDepth.fix(&plain(Value::Integer(depth)));
            assert_eq!(fix.as_deref(), Some(hint));
        }
    }

    #[test]
    fn milestones_rise_between_the_beginning_and_the_end() {
        const SHARES: List = List::new(BETWEEN_0_AND_1, (1, 100), Order::Rising, "");
        let node = |x: &f64| Node {
            kind: plain(Value::Float(*x)),
            ..super::super::wire::override_value("0", 0)
        };
        let list = |items: &[f64]| Kind::List(items.iter().map(node).collect());
        for (items, allowed) in [
            (&[0.5, 0.75][..], true),
            (&[0.9], true),
            (&[], false),
            (&[0.5, 0.5], false),
            (&[0.75, 0.5], false),
            (&[0.0, 0.5], false),
            (&[0.5, 1.0], false),
            (&[f64::NAN], false),
        ] {
            let accepted = Rule::List(&SHARES).accept(&list(items));
            assert_eq!(accepted.is_some(), allowed, "{items:?}");
        }
    }

    #[test]
    fn a_name_can_be_a_folder_and_nothing_else() {
        for (name, allowed) in
            [("a-1.b_c", true), ("..", false), ("", false), ("a/b", false), ("ä", false)]
        {
            assert_eq!(is_name(name), allowed, "{name}");
        }
    }
}

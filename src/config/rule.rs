//! What a key's value may be: the check and its wording, side by side.

mod lists;

use super::blocks;
use super::hypotheses;
use super::key_list::Key;
use super::keys;
use super::problem::Problems;
use super::slips;
use super::value::Value;
use super::wire::{Kind, Node};
use crate::fs;

/// One end of a range of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    /// The number itself is allowed.
    Including(f64),
    /// The number itself is not.
    Excluding(f64),
    /// Any finite number.
    Absent,
}

/// The values that a key takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    /// Text that can name a folder.
    Name,
    /// Any text.
    Text,
    /// The path of a folder.
    Folder,
    /// The path of a file.
    File,
    /// `true` or `false`.
    Flag,
    /// A whole number in `least..=most`.
    Whole {
        /// The smallest.
        least: i64,
        /// The largest.
        most: i64,
    },
    /// A finite number between two bounds.
    Number {
        /// The lower end.
        low: Bound,
        /// The upper end.
        high: Bound,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The widths of hidden layers.
    Widths,
    /// The convolutional blocks of a network.
    Blocks,
    /// At least one whole number in `least..=most`, all different; in normal form they ascend.
    Numbers {
        /// The smallest.
        least: i64,
        /// The largest.
        most: i64,
    },
    /// Different texts, in ascending order; whole numbers stand for their digits, and a single one
    /// need not be a list.
    Texts {
        /// Whether `""` is one.
        may_be_empty: bool,
    },
    /// Which hidden layers: a word, or their positions.
    Positions,
    /// 6 n + 2 layers: a residual network of three stages of n blocks of two convolutions.
    ResnetDepth,
    /// A count of examples, or a share of them.
    Share,
    /// Distinct positive numbers, at least one.
    Multiples,
    /// Shares of a training, rising.
    Shares,
    /// The name of a key that the sweep can vary.
    SweptKey,
    /// Such names, all different; a single one need not be a list.
    SweptKeys,
    /// The tests of a claim.
    Hypotheses,
    /// Lines as `sha256sum` prints them.
    Sums,
}

/// The widest layer that a config may ask for.
pub(in crate::config) const WIDEST: i64 = 65_536;
/// The most layers that a config may ask for.
pub(super) const MOST_LAYERS: usize = 100;
/// The most milestones that a training may have.
const MOST_SHARES: usize = 100;

/// Hidden layers by name.
const POSITION_WORDS: [&str; 3] = ["all", "first", "last"];
/// The depths of the smallest and the largest residual network.
const SHALLOWEST: i64 = 8;
const DEEPEST: i64 = 1202;

impl Rule {
    /// The value in its normal form (`1` as `1.0` where a number may have decimals), or `None`
    /// where the rule forbids it.
    pub(super) fn accept(&self, kind: &Kind) -> Option<Value> {
        match (self, kind) {
            (Self::Widths, Kind::List(items)) => lists::widths(items),
            (Self::Multiples, Kind::List(items)) => lists::multiples(items),
            (Self::Blocks, Kind::List(items)) => blocks::accept(items),
            (Self::Numbers { least, most }, Kind::List(items)) => {
                lists::numbers(*least, *most, items)
            }
            (Self::Positions, Kind::List(items)) => lists::numbers(0, i64::MAX, items),
            (Self::Shares, Kind::List(items)) => lists::shares(items),
            (Self::SweptKeys, Kind::List(items)) => lists::swept_keys(items),
            (Self::Texts { may_be_empty }, Kind::List(items)) => {
                lists::texts(*may_be_empty, items.iter().map(|item| &item.kind))
            }
            // A list from which a shell has taken the quotes, and no column of that name.
            (Self::Texts { .. }, Kind::Plain(Value::Text(text)))
                if slips::quoted_list(text).is_some() =>
            {
                None
            }
            (Self::Texts { may_be_empty }, Kind::Plain(_)) => {
                lists::texts(*may_be_empty, std::iter::once(kind))
            }
            (Self::Sums, Kind::List(items)) => lists::sums(items),
            (_, Kind::Plain(value)) => self.accept_plain(value),
            _ => None,
        }
    }

    fn accept_plain(&self, value: &Value) -> Option<Value> {
        let allowed = match (self, value) {
            (Self::Flag, Value::Bool(_)) | (Self::Text, Value::Text(_)) => true,
            (Self::Name, Value::Text(text)) => is_name(text),
            (Self::Folder | Self::File, Value::Text(text)) => return path(text),
            (Self::Choice(words), Value::Text(text)) => words.contains(&text.as_str()),
            (Self::Positions, Value::Text(text)) => POSITION_WORDS.contains(&text.as_str()),
            (Self::ResnetDepth, Value::Integer(n)) => {
                (SHALLOWEST..=DEEPEST).contains(n) && n % 6 == 2
            }
            (Self::Whole { least, most }, Value::Integer(n)) => (least..=most).contains(&n),
            (Self::Number { low, high }, Value::Float(x)) => within(*low, *high, *x),
            (Self::Share, Value::Integer(n)) => *n >= 0,
            (Self::SweptKey, Value::Text(key)) => is_swept_key(key),
            (Self::SweptKeys, Value::Text(key)) => {
                return is_swept_key(key).then(|| Value::List(vec![value.clone()]));
            }
            (Self::Number { .. }, Value::Integer(n)) => {
                return self.accept_plain(&Value::Float(*n as f64));
            }
            // No example held out, whichever way it is said.
            (Self::Share, Value::Float(0.0)) => return Some(Value::Integer(0)),
            (Self::Share, Value::Float(x)) => *x > 0.0 && *x < 1.0,
            _ => false,
        };
        allowed.then(|| value.clone())
    }

    /// Checks `node`; where the rule forbids it, says so under the name `subject`.
    pub(super) fn check(
        &self,
        subject: &str,
        node: &Node,
        problems: &mut Problems,
    ) -> Option<Value> {
        if *self == Self::Hypotheses {
            // Each mistake has a place of its own.
            return hypotheses::check(node, problems);
        }
        let accepted = self.accept(&node.kind);
        if accepted.is_none() {
            let text = format!("{subject}: must be {}", self.allowed());
            problems.add_with_hint(node.place, text, self.fix(&node.kind));
        }
        accepted
    }

    /// What is allowed, as it completes "must be …".
    pub(super) fn allowed(&self) -> String {
        match self {
            Self::Name => {
                "letters, digits, `.`, `_` and `-`, at least one of them a letter or digit"
                    .to_owned()
            }
            Self::Text => "a text".to_owned(),
            Self::Folder => "the path of a folder".to_owned(),
            Self::File => "the path of a file".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Whole { least, most } => format!("a whole number from {least} to {most}"),
            Self::Number { low, high } => format!("a number{}", range(*low, *high)),
            Self::Choice(words) => {
                let one_of = if words.len() > 1 { "one of " } else { "" };
                format!("{one_of}{}", quoted(words))
            }
            Self::Positions => format!(
                "{}, or a list of different whole numbers from 0",
                quoted(&POSITION_WORDS)
            ),
            Self::Widths => {
                format!("a list of at most {MOST_LAYERS} whole numbers from 1 to {WIDEST}, or `[]`")
            }
            Self::Multiples => format!("a list of 1 to {MOST_LAYERS} different numbers above 0"),
            Self::Blocks => blocks::allowed(),
            Self::Numbers { least, most } => {
                format!("a list of different whole numbers from {least} to {most}")
            }
            Self::Texts { may_be_empty } => {
                let what = if *may_be_empty {
                    "texts"
                } else {
                    "texts, none of them empty"
                };
                format!("a list of different {what}")
            }
            Self::ResnetDepth => format!(
                "6 n + 2 with a whole number n, from {SHALLOWEST} to {DEEPEST}: 8, 14, 20, 32, 44, 56, 110, …"
            ),
            Self::SweptKey => {
                "a key that can be swept, such as `\"train.learning_rate\"`".to_owned()
            }
            Self::SweptKeys => {
                "a key that can be swept, such as `\"norm.placement\"`, or a list of different ones"
                    .to_owned()
            }
            Self::Hypotheses => hypotheses::allowed(),
            Self::Sums => {
                "a list of lines as `sha256sum` prints them: a sum of 64 hexadecimal digits, two spaces and a path".to_owned()
            }
            Self::Shares => {
                format!("a list of 1 to {MOST_SHARES} rising shares, each above 0 and below 1")
            }
            Self::Share => {
                "a whole number of examples (`0` for none), or a share above 0 and below 1"
                    .to_owned()
            }
        }
    }

    /// Whether a range (`from`, `to`, `count`) makes sense here.
    pub(super) fn is_numeric(&self) -> bool {
        matches!(self, Self::Whole { .. } | Self::ResnetDepth | Self::Number { .. } | Self::Share)
    }

    fn fix(&self, kind: &Kind) -> Option<String> {
        if let (Self::Blocks, Kind::List(items)) = (self, kind) {
            return blocks::first_mistake(items);
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
            (Self::Choice(words), Value::Text(text)) => did_you_mean(text, words),
            (Self::Positions, Value::Text(text)) => did_you_mean(text, &POSITION_WORDS),
            (Self::ResnetDepth, Value::Integer(n)) => Some(nearest_depths(*n)),
            (Self::SweptKey | Self::SweptKeys, Value::Text(key)) if !key.starts_with('[') => {
                let known = keys::suggestion(key).filter(|known| known != key)?;
                Some(format!("did you mean `\"{known}\"`?"))
            }
            (Self::Whole { .. }, Value::Float(x)) if x.fract() == 0.0 && x.abs() < 1e15 => {
                let whole = Value::Integer(*x as i64);
                self.accept_plain(&whole)
                    .map(|whole| format!("write `{whole}`"))
            }
            (_, Value::Text(text)) => {
                let read = |text: &str| self.accept(&super::wire::override_value(text, 0).kind);
                if let Some(bare) = read(text) {
                    return Some(format!("write `{bare}`, without quotes"));
                }
                let meant = slips::meant(text).map(|(meant, _)| meant);
                let meant = meant.or_else(|| slips::quoted_list(text));
                let meant = meant.filter(|meant| read(meant).is_some())?;
                Some(slips::in_value(text).unwrap_or_else(|| format!("write `{meant}`")))
            }
            _ => None,
        }
    }

    /// Of a whole number that TOML cannot hold, where any that it can is allowed.
    fn too_large(&self, text: &str) -> Option<String> {
        let digits = text.trim_start_matches(['+', '-']);
        let is_whole = digits.bytes().all(|b| b.is_ascii_digit() || b == b'_');
        let takes_any = matches!(self, Self::Whole { most: i64::MAX, .. });
        (is_whole && takes_any)
            .then(|| "2^63 − 1 is the largest whole number that TOML can hold".to_owned())
    }
}

fn did_you_mean(text: &str, words: &[&str]) -> Option<String> {
    let word = nearest(&text.to_lowercase(), words.iter().copied())?;
    Some(format!("did you mean `\"{word}\"`?"))
}

/// `` `"a"`, `"b"` ``
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

/// The most similar of `words`, if any is similar at all (Jaro–Winkler above 0.8).
pub(super) fn nearest<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    words
        .map(|word| (strsim::jaro_winkler(text, word), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

/// Whether `text` can be the `name` of an experiment.
pub(super) fn is_name(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// A path that can be opened, with the home folder in place of a leading `~`.
fn path(text: &str) -> Option<Value> {
    let is_path = !text.trim().is_empty() && !text.contains(char::is_control);
    let path = is_path.then(|| fs::from_home(text))??;
    Some(Value::Text(path.into_owned()))
}

fn is_swept_key(path: &str) -> bool {
    keys::find(path).is_some_and(Key::can_be_swept)
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
    fn multiples_are_positive_and_different() {
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
            let accepted = Rule::Multiples.accept(&list(numbers));
            assert_eq!(accepted.is_some(), allowed, "{numbers:?}");
        }
    }

    #[test]
    fn numbers_of_a_list_differ_and_have_one_normal_form() {
        let rule = Rule::Numbers { least: 1, most: 5 };
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
        let accept = |may_be_empty: bool, text: &str| {
            let node = super::super::wire::override_value(text, 0);
            let rule = Rule::Texts { may_be_empty };
            rule.accept(&node.kind).map(|value| value.to_toml())
        };
        let both = |text: &str| [false, true].map(|may| accept(may, text));
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
                place: crate::config::wire::Place::Override(0),
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
    fn a_depth_that_makes_no_residual_network_is_told_the_nearest_ones() {
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
            let accepted = Rule::Shares.accept(&list(items));
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

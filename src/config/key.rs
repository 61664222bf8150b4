//! The declaration of a key, and the values that keys have at one point of a sweep.
//!
//! A section declares its keys with `keys!` of `config/declare.rs`: path, type, rule, default, where the key
//! applies, and a description.
//! Everything else follows: which values are accepted, which keys have a value in a condition (and so
//! decide its id), the note about a key without effect, the tables of `configs/README.md`.
//!
//! # Trial ids
//!
//! A trial's id is a hash of the keys that apply in its condition, with their values. A key that is
//! added after trials have been published would change the id of every trial, although none of their
//! numbers has changed. Such a key is declared with `added later` and enters the hash only where its
//! value differs from its default; the default must be one that leaves all numbers as they were before, and either
//! fixed or `Open`, since only those can be compared:
//!
//! ```text
//! SMOOTHING: f64 = "train.label_smoothing", NOT_NEGATIVE, default Number(0.0), added later; "Description.";
//! ```

use std::marker::PhantomData;

use super::point::Point;
use super::rule::Rule;
use super::value::Value;
use crate::units::joined;

/// A key of an experiment file.
#[derive(Debug)]
pub(in crate::config) struct Key {
    /// The dotted path: `train.batch_size`.
    pub(in crate::config) path: &'static str,
    /// Which values it accepts.
    pub(in crate::config) rule: Rule,
    /// Its value where the file gives none.
    pub(in crate::config) default: DefaultValue,
    /// Where it has an effect.
    pub(in crate::config) applies: Applies,
    /// Its description, in a sentence.
    pub(in crate::config) meaning: &'static str,
    /// Whether it is part of a trial's id only where its value is not the default.
    pub(in crate::config) added_later: bool,
}

/// The only key of `[data]` that cannot be swept: it stores the checksums of the files that other keys name.
pub(in crate::config) const SUMS: &str = "data.sha256";
/// Keys that only set the defaults of others.
const DEFAULTS_OF_OTHERS: [&str; 2] = ["norm.preset", "norm.affine"];

impl Key {
    /// The section: `train` of `train.batch_size`; empty outside all sections.
    pub(in crate::config) fn section(&self) -> &'static str {
        self.path.split_once('.').map_or("", |(section, _)| section)
    }

    /// The last part: `batch_size` of `train.batch_size`.
    pub(in crate::config) fn name(&self) -> &'static str {
        self.path.split_once('.').map_or(self.path, |(_, name)| name)
    }

    /// Whether the sweep may vary it.
    pub(in crate::config) fn can_be_swept(&self) -> bool {
        self.path != SUMS && ["data", "model", "norm", "train"].contains(&self.section())
    }

    /// Whether it determines a trial's numbers itself. Some keys only set defaults of keys that do.
    pub(in crate::config) fn decides_numbers(&self) -> bool {
        self.can_be_swept() && !DEFAULTS_OF_OTHERS.contains(&self.path)
    }

    /// Whether this value of the key is part of a trial's id.
    pub(in crate::config) fn identifies(&self, value: &Value) -> bool {
        let is_as_before = self.added_later && self.default.literal().as_ref() == Some(value);
        self.decides_numbers() && !is_as_before
    }

    /// Where it applies, to complete "applies only …"; empty for everywhere.
    pub(in crate::config) fn applies_text(&self) -> String {
        match self.applies {
            Applies::Always => String::new(),
            Applies::Where(text, _) => text.to_owned(),
            Applies::Given(other) => format!("with `{}`", other.path),
            Applies::On(flag) => format!("with `{} = true`", flag.path),
            Applies::With(..) | Applies::FieldOf(..) => {
                let words = self.words().into_iter().map(|word| format!("`\"{word}\"`"));
                let words: Vec<String> = words.collect();
                let chooser = self.chooser().map_or("", |key| key.path);
                format!("with `{chooser} = {}", joined(&words, "or").replacen('`', "", 1))
            }
        }
    }

    /// The choice key whose value determines whether this key applies.
    fn chooser(&self) -> Option<&'static Key> {
        match self.applies {
            Applies::With(chooser, _) | Applies::FieldOf(chooser, _) => Some(chooser),
            _ => None,
        }
    }

    /// The words of [`Self::chooser`] with which it applies.
    fn words(&self) -> Vec<&'static str> {
        match self.applies {
            Applies::With(_, words) => words.to_vec(),
            Applies::FieldOf(_, fields) => {
                let with_it = fields().iter().filter(|(_, keys)| keys.contains(&self.path));
                with_it.map(|(word, _)| *word).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it applies at a point.
    pub(in crate::config) fn applies_at(&self, point: &Point<'_>) -> bool {
        match self.applies {
            Applies::Always => true,
            Applies::Where(_, holds) => holds(point),
            Applies::Given(other) => point.value(other).is_some(),
            Applies::On(flag) => point.value(flag).as_deref() == Some(&Value::Bool(true)),
            Applies::With(chooser, words) => words.iter().any(|word| point.has_word(chooser, word)),
            Applies::FieldOf(chooser, fields) => is_field(self, chooser, fields, point),
        }
    }
}

/// The value of a key where none is given.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) enum DefaultValue {
    Flag(bool),
    Whole(i64),
    Number(f64),
    Text(&'static str),
    Wholes(&'static [i64]),
    Numbers(&'static [f64]),
    /// None: without a value the behaviour is this, as Markdown.
    Open(&'static str),
    /// None: the key must be given, as this Markdown states; its absence is refused before it is read.
    Required(&'static str),
    /// It is computed from other keys, as this Markdown states.
    Computed(&'static str, fn(&Point<'_>) -> Option<Value>),
    /// It depends on the value of another key, whose values the documentation lists.
    PerWord(&'static Key, fn(&Point<'_>) -> Value),
}

impl DefaultValue {
    /// The default, where it is the same at every point.
    pub(in crate::config) fn literal(&self) -> Option<Value> {
        Some(match self {
            Self::Flag(flag) => Value::Bool(*flag),
            Self::Whole(number) => Value::Integer(*number),
            Self::Number(number) => Value::Float(*number),
            Self::Text(text) => Value::Text((*text).to_owned()),
            Self::Wholes(all) => Value::List(all.iter().copied().map(Value::Integer).collect()),
            Self::Numbers(all) => Value::List(all.iter().copied().map(Value::Float).collect()),
            Self::Open(_) | Self::Required(_) | Self::Computed(..) | Self::PerWord(..) => {
                return None;
            }
        })
    }

    /// The default at a point.
    pub(in crate::config) fn at(&self, point: &Point<'_>) -> Option<Value> {
        match self {
            Self::Computed(_, value) => value(point),
            Self::PerWord(_, value) => Some(value(point)),
            _ => self.literal(),
        }
    }
}

/// The keys of the fields of each word of a choice.
pub(in crate::config) type Fields = &'static [(&'static str, &'static [&'static str])];

/// An enum that `choices!` declares.
pub(in crate::config) trait Choice {
    /// Its words, in the order of the documentation.
    const WORDS: &'static [&'static str];
    /// Those that are written otherwise in prose, and how.
    const TITLES: &'static [(&'static str, &'static str)];

    /// The keys of each word's fields.
    fn fields() -> Fields;
}

impl<T: Choice> Choice for Option<T> {
    const WORDS: &'static [&'static str] = T::WORDS;
    const TITLES: &'static [(&'static str, &'static str)] = T::TITLES;

    fn fields() -> Fields {
        T::fields()
    }
}

/// Declares that a field's key applies with the words whose variants have the field.
pub(in crate::config) const fn field_of<T: Choice>(chooser: TypedKey<T>) -> Applies {
    Applies::FieldOf(chooser.0, T::fields)
}

/// Whether `key` is a field of the variant that `chooser` has at a point.
pub(in crate::config) fn is_field(
    key: &Key,
    chooser: &'static Key,
    fields: fn() -> Fields,
    point: &Point<'_>,
) -> bool {
    let mut words = fields().iter().filter(|(_, keys)| keys.contains(&key.path));
    words.any(|(word, _)| point.has_word(chooser, word))
}

/// Where a key applies.
#[derive(Debug, Clone, Copy)]
pub(in crate::config) enum Applies {
    Always,
    /// Where another key has one of these words.
    With(&'static Key, &'static [&'static str]),
    /// Where another key has a word that `choices!` declares with this key as a field.
    FieldOf(&'static Key, fn() -> Fields),
    /// Where a flag is `true`.
    On(&'static Key),
    /// Where another key is given.
    Given(&'static Key),
    /// Anywhere else; the text completes "applies only …".
    Where(&'static str, fn(&Point<'_>) -> bool),
}

/// A key whose values are converted into a `T`.
pub(in crate::config) struct TypedKey<T>(
    pub(in crate::config) &'static Key,
    PhantomData<fn() -> T>,
);

impl<T> Clone for TypedKey<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for TypedKey<T> {}

impl<T> TypedKey<T> {
    /// Wraps a declaration.
    pub(in crate::config) const fn new(key: &'static Key) -> Self {
        Self(key, PhantomData)
    }
}

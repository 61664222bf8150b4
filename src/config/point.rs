//! The values that keys have at one point of a sweep.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use super::key::{Key, TypedKey};
use super::value::Value;

/// A type that the value of a key is converted into.
pub(in crate::config) trait FromValue: Sized {
    /// Converts a value that the key's rule accepts; `None` where there is no value.
    fn from_value(value: Option<&Value>, point: &Point<'_>) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty: $pattern:pat => $result:expr;)*) => {
        $(impl FromValue for $type {
            fn from_value(value: Option<&Value>, _: &Point<'_>) -> Option<Self> {
                match value? { $pattern => $result, _ => None }
            }
        })*
    };
}

from_value! {
    bool: Value::Bool(flag) => Some(*flag);
    f64: Value::Float(number) => Some(*number);
    u8: Value::Integer(number) => u8::try_from(*number).ok();
    u64: Value::Integer(number) => u64::try_from(*number).ok();
    usize: Value::Integer(number) => usize::try_from(*number).ok();
    String: Value::Text(text) => Some(text.clone());
    PathBuf: Value::Text(text) => Some(text.into());
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Option<&Value>, point: &Point<'_>) -> Option<Self> {
        match value? {
            Value::List(items) => {
                items.iter().map(|item| T::from_value(Some(item), point)).collect()
            }
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Option<&Value>, point: &Point<'_>) -> Option<Self> {
        match value {
            None => Some(None),
            Some(_) => T::from_value(value, point).map(Some),
        }
    }
}

/// Given values, by the path of their key.
pub(in crate::config) type GivenValues = BTreeMap<&'static str, Value>;

/// The value of a key at a point.
#[derive(Debug, Clone)]
struct Resolved {
    key: &'static Key,
    applies: bool,
    value: Option<Rc<Value>>,
}

/// One point of a sweep: the given values of some keys, which determine those of all keys in their
/// sections. The values have been checked against their rules before.
pub(in crate::config) struct Point<'a> {
    given: &'a GivenValues,
    resolved: RefCell<BTreeMap<&'static str, Resolved>>,
}

/// The keys that apply at a point with their values; `None` for one without a value.
pub(in crate::config) type AppliedKeys = BTreeMap<&'static str, (&'static Key, Option<Value>)>;

impl<'a> Point<'a> {
    /// The point with these given values.
    pub(in crate::config) fn new(given: &'a GivenValues) -> Self {
        Self { given, resolved: RefCell::default() }
    }

    /// Those of `keys` that apply.
    pub(in crate::config) fn applied(self, keys: &[&'static Key]) -> AppliedKeys {
        for key in keys {
            self.resolve(key);
        }
        let mut resolved = self.resolved.into_inner();
        let found = keys.iter().filter_map(|key| resolved.remove(key.path));
        found
            .filter(|found| found.applies)
            .map(|found| (found.key.path, (found.key, found.value.map(Rc::unwrap_or_clone))))
            .collect()
    }

    fn resolve(&self, key: &'static Key) -> Resolved {
        if let Some(known) = self.resolved.borrow().get(key.path) {
            return known.clone();
        }
        let applies = key.applies_at(self);
        let value = if applies {
            self.given.get(key.path).cloned().or_else(|| key.default.at(self)).map(Rc::new)
        } else {
            None
        };
        let found = Resolved { key, applies, value };
        self.resolved.borrow_mut().insert(key.path, found.clone());
        found
    }

    /// The value of a key; `None` where it does not apply or has no value.
    pub(in crate::config) fn value(&self, key: &'static Key) -> Option<Rc<Value>> {
        self.resolve(key).value
    }

    /// The converted value of a key; where the key does not apply, its default.
    pub(in crate::config) fn get<T: FromValue>(&self, key: TypedKey<T>) -> T {
        let found = self.resolve(key.0);
        let value = if found.applies { found.value } else { key.0.default.at(self).map(Rc::new) };
        T::from_value(value.as_deref(), self)
            .expect("rules accept values of their key's type only, and a test covers the defaults")
    }

    /// The converted value of a key, with `default` where the declaration gives none.
    pub(in crate::config) fn get_or<T: FromValue>(
        &self,
        key: TypedKey<Option<T>>,
        default: Value,
    ) -> Option<T> {
        let mut found = self.resolve(key.0);
        let value = found.value.get_or_insert_with(|| Rc::new(default)).clone();
        self.resolved.borrow_mut().insert(key.0.path, found);
        T::from_value(Some(&value), self)
    }

    /// Whether the experiment sets the key.
    pub(in crate::config) fn is_given(&self, key: &Key) -> bool {
        self.given.contains_key(key.path)
    }

    /// Whether a key applies and has this word.
    pub(in crate::config) fn has_word(&self, key: &'static Key, word: &str) -> bool {
        matches!(self.value(key).as_deref(), Some(Value::Text(text)) if text == word)
    }

    /// Whether a flag applies and is `true`.
    pub(in crate::config) fn is_on(&self, flag: TypedKey<bool>) -> bool {
        matches!(self.value(flag.0).as_deref(), Some(Value::Bool(true)))
    }
}

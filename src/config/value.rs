//! The value of a setting in the sweep, in tables and in trial ids.

use std::fmt;

use serde::{Serialize, Serializer};
use toml_writer::ToTomlValue;

/// A plain value: one that both TOML and JSON have.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Value {
    /// A boolean: `true`, `false`.
    Bool(bool),
    /// An integer: `128`.
    Integer(i64),
    /// A floating-point number: `0.001`.
    Float(f64),
    /// A text: `"relu"`.
    Text(String),
    /// A list: `[128, 64]`.
    List(Vec<Value>),
    /// A table: `{ channels = 16, pool = 2 }`, in the order of its rule, whatever the file's order was.
    Table(Vec<(&'static str, Value)>),
}

impl Value {
    /// The value as TOML on one line, with text in quotes.
    pub fn to_toml(&self) -> String {
        self.to_toml_value()
    }
}

/// The value for people: no quotes; small and large numbers with an exponent.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) => {
                let size = value.abs();
                if size != 0.0 && !(1e-4..1e9).contains(&size) {
                    write!(f, "{value:e}")
                } else if value.fract() == 0.0 {
                    write!(f, "{value:.1}")
                } else {
                    write!(f, "{value}")
                }
            }
            Self::Text(value) => f.write_str(value),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Table(members) => {
                let members: Vec<String> =
                    members.iter().map(|(key, value)| format!("{key} {value}")).collect();
                write!(f, "{{{}}}", members.join(", "))
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Table(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, value)))
            }
        }
    }
}

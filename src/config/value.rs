//! A setting's value, as the sweep, the tables and the trial ids see it.

use std::fmt;

use serde::{Serialize, Serializer};
use toml_writer::ToTomlValue;

/// A plain value: what TOML and JSON both know.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Value {
    /// `true`, `false`
    Bool(bool),
    /// `128`
    Integer(i64),
    /// `0.001`
    Float(f64),
    /// `"relu"`
    Text(String),
    /// `[128, 64]`
    List(Vec<Value>),
    /// `{ channels = 16, pool = 2 }`, in the order of its rule, whatever the file's order was.
    Table(Vec<(&'static str, Value)>),
}

impl Value {
    /// As it stands in a TOML file, on one line: text in quotes.
    pub fn to_toml(&self) -> String {
        self.to_toml_value()
    }
}

/// As a person reads it: no quotes; small and large numbers with an exponent.
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

//! A JSON Schema of experiment files, from the declarations of the keys: editors complete keys with it, show what they
//! mean, and mark what they do not accept.
//!
//! It knows each key by itself; what depends on several keys is checked when an experiment is loaded.

use serde_json::{Map, Value, json};

use super::describe::KeyText;
use super::key::Key;
use super::key_lookup::{self, SWEEP_WORDS};
use super::rule::{Bound, List, Order, POSITION_WORDS, Rule};

/// The file beside an experiment in which [`text`] is kept.
pub const FILE: &str = "bn-lab.schema.json";

/// The schema as text.
pub fn text() -> String {
    // Plain values: serialising cannot fail.
    serde_json::to_string_pretty(&schema()).unwrap_or_default() + "\n"
}

/// The schema.
pub fn schema() -> Value {
    let mut top = Map::new();
    for key in key_lookup::all() {
        let (section, name) = (key.section(), key.name().to_owned());
        if section.is_empty() {
            top.insert(name, described(key));
            continue;
        }
        let of_section = top.entry(section).or_insert_with(|| table(Map::new()));
        of_section["properties"][name] = described(key);
    }
    top.insert("sweep".to_owned(), sweep());
    let mut schema = table(top);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("bn-lab experiment");
    schema
}

fn table(properties: Map<String, Value>) -> Value {
    let mut schema = json!({ "type": "object", "additionalProperties": false });
    schema["properties"] = Value::Object(properties);
    schema
}

fn described(key: &Key) -> Value {
    let KeyText { allowed, default, meaning, .. } = KeyText::of(key);
    let mut schema = of_rule(&key.rule);
    schema["description"] = json!(format!("{meaning} Value: {allowed}. Default: {default}."));
    schema
}

/// The values of each key that can be swept: a list, a range, or a single one. What `zip`, `when`, `include` and `exclude`
/// hold, and keys that are written with a dot in JSON, is not described.
fn sweep() -> Value {
    let mut sections = Map::new();
    for key in key_lookup::all().filter(|key| key.can_be_swept()) {
        let one = of_rule(&key.rule);
        let mut values =
            json!({ "anyOf": [{ "type": "array", "items": one }, { "type": "object" }, one] });
        values["description"] = json!(KeyText::of(key).meaning);
        let section = sections.entry(key.section()).or_insert_with(|| table(Map::new()));
        section["properties"][key.name()] = values;
    }
    for word in SWEEP_WORDS {
        sections.insert(word.to_owned(), json!(true));
    }
    let mut schema = table(sections);
    schema["patternProperties"] = json!({ "\\.": true });
    schema["description"] =
        json!("Every combination of the values of all keys below is a condition.");
    schema
}

fn of_rule(rule: &Rule) -> Value {
    match rule {
        Rule::Name | Rule::Text | Rule::Folder | Rule::File | Rule::Sum => {
            json!({ "type": "string" })
        }
        Rule::Flag => json!({ "type": "boolean" }),
        Rule::Whole { least, most } => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Rule::Number { low, high } => {
            let mut schema = json!({ "type": "number" });
            for (bound, including, excluding) in
                [(low, "minimum", "exclusiveMinimum"), (high, "maximum", "exclusiveMaximum")]
            {
                match bound {
                    Bound::Including(number) => schema[including] = json!(number),
                    Bound::Excluding(number) => schema[excluding] = json!(number),
                    Bound::Absent => {}
                }
            }
            schema
        }
        Rule::Choice(words) => json!({ "enum": words }),
        Rule::SweptKey => {
            let keys = key_lookup::all().filter(|key| key.can_be_swept());
            json!({ "enum": keys.map(|key| key.path).collect::<Vec<_>>() })
        }
        Rule::List(list) => of_list(list),
        Rule::Column { .. } => json!({ "type": ["string", "integer"] }),
        Rule::Positions => json!({ "anyOf": [
            { "enum": POSITION_WORDS },
            { "type": "array", "items": { "type": "integer", "minimum": 0 }, "uniqueItems": true },
        ] }),
        Rule::ResnetDepth => json!({ "type": "integer", "minimum": 8 }),
        Rule::Share => json!({ "anyOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "number", "minimum": 0, "exclusiveMaximum": 1 },
        ] }),
        Rule::Tables(_) => json!({ "type": "array", "items": { "type": "object" } }),
        Rule::Dependent(_) => json!({}),
    }
}

fn of_list(list: &List) -> Value {
    let (least, most) = list.length;
    let mut schema = json!({ "type": "array", "items": of_rule(&list.item), "minItems": least });
    if most < usize::MAX {
        schema["maxItems"] = json!(most);
    }
    if list.order != Order::Any {
        schema["uniqueItems"] = json!(true);
    }
    if list.single { json!({ "anyOf": [schema, of_rule(&list.item)] }) } else { schema }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::built_in;

    /// Whether `value` agrees with `schema`, by the words of JSON Schema that are used above; a real validator is run by
    /// `make check-packaging`.
    fn agrees(schema: &Value, value: &Value) -> bool {
        let Some(schema) = schema.as_object() else { return schema == &json!(true) };
        schema.iter().all(|(word, with)| match word.as_str() {
            "type" => match with {
                Value::Array(types) => types.iter().any(|with| is_of_type(with, value)),
                one => is_of_type(one, value),
            },
            "enum" => with.as_array().is_some_and(|all| all.contains(value)),
            "anyOf" => with.as_array().is_some_and(|all| all.iter().any(|s| agrees(s, value))),
            "minimum" => value.as_f64() >= with.as_f64(),
            "maximum" => value.as_f64() <= with.as_f64(),
            "exclusiveMinimum" => value.as_f64() > with.as_f64(),
            "exclusiveMaximum" => value.as_f64() < with.as_f64(),
            "minItems" => value.as_array().map(Vec::len) >= with.as_u64().map(|n| n as usize),
            "maxItems" => value.as_array().map(Vec::len) <= with.as_u64().map(|n| n as usize),
            "uniqueItems" => {
                let items = value.as_array().expect("an array");
                (0..items.len()).all(|at| !items[..at].contains(&items[at]))
            }
            "items" => value.as_array().is_some_and(|all| all.iter().all(|v| agrees(with, v))),
            "properties" => with
                .as_object()
                .expect("an object")
                .iter()
                .all(|(name, schema)| value.get(name).is_none_or(|value| agrees(schema, value))),
            "additionalProperties" => {
                assert_eq!(with, &json!(false));
                let known = |name: &String| {
                    let is_pattern = schema.contains_key("patternProperties") && name.contains('.');
                    is_pattern || schema["properties"].get(name).is_some()
                };
                value.as_object().is_none_or(|members| members.keys().all(known))
            }
            "patternProperties" | "description" | "title" | "$schema" => true,
            other => panic!("a word of JSON Schema that this test does not know: {other}"),
        })
    }

    fn is_of_type(with: &Value, value: &Value) -> bool {
        match with.as_str().expect("the name of a type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            other => panic!("{other}"),
        }
    }

    fn of_toml(text: &str) -> Value {
        let table: toml::Table = text.parse().expect("valid TOML");
        serde_json::to_value(table).expect("JSON can hold it")
    }

    #[test]
    fn every_experiment_of_the_repository_agrees_with_the_schema() {
        let schema = schema();
        for built_in in built_in::ALL {
            let experiment = of_toml(built_in.text);
            for (section, value) in experiment.as_object().expect("a table") {
                let is_sound = agrees(&schema["properties"][section], value);
                assert!(is_sound, "{}, {section}: {value}", built_in.name);
            }
            assert!(agrees(&schema, &experiment), "{}", built_in.name);
        }
        let json = include_str!("../../configs/quickstart.json");
        let json: Value = serde_json::from_str(json).expect("valid JSON");
        assert!(agrees(&schema, &json));
    }

    #[test]
    fn a_mistake_in_any_kind_of_key_is_found() {
        let schema = schema();
        for wrong in [
            "epochs = 3",
            "[train]\nepoch = 3",
            "[train]\nepochs = 0",
            "[train]\nepochs = 1.5",
            "[train]\nlearning_rate = -0.1",
            "[model]\nhidden = 128",
            "[model]\nactivation = 'rellu'",
            "[data]\nvalidation = 1.5",
            "[data]\nflip = 'yes'",
            "[sweep]\nnorm.placement = ['before', 'behind']",
            "[sweep]\nnorm.place = ['before']",
        ] {
            assert!(!agrees(&schema, &of_toml(wrong)), "{wrong}");
        }
        for right in [
            "[sweep]\ntrain.learning_rate = { from = 0.001, to = 1, count = 7 }",
            "[model]\nhidden = [128]",
            "[data]\nvalidation = 0.1",
            "[sweep]\nmodel.hidden = [[16], [32, 32]]",
        ] {
            assert!(agrees(&schema, &of_toml(right)), "{right}");
        }
    }
}

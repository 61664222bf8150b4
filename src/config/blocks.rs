//! The convolutional blocks of a network, as a config says them: a list of small tables.

use super::rule::{MOST_LAYERS, Rule, WIDEST, nearest};
use super::value::Value;
use super::wire::{Kind, Node};

/// A key of a block.
struct Part {
    name: &'static str,
    most: i64,
    /// `None` where the key must be given.
    default: Option<i64>,
}

impl Part {
    fn rule(&self) -> Rule {
        Rule::Whole { least: 1, most: self.most }
    }
}

/// The keys of a block, in the order in which they are written out.
const PARTS: [Part; 3] = [
    Part { name: "channels", most: WIDEST, default: None },
    Part { name: "stride", most: 16, default: Some(1) },
    Part { name: "pool", most: 16, default: Some(1) },
];

/// The blocks with every default filled in, or `None` where they are not allowed.
pub(super) fn accept(items: &[Node]) -> Option<Value> {
    if !(1..=MOST_LAYERS).contains(&items.len()) {
        return None;
    }
    let blocks: Option<Vec<Value>> = items.iter().map(|item| block(item).ok()).collect();
    blocks.map(Value::List)
}

/// What is allowed, as it completes "must be …".
pub(super) fn allowed() -> String {
    let [channels, stride, pool] = PARTS;
    format!(
        "a list of 1 to {MOST_LAYERS} blocks such as `{{ channels = 16, stride = 1, pool = 2 }}`, with whole numbers `channels` from 1 to {}, `stride` from 1 to {} (default 1) and `pool` from 1 to {} (default 1: no pooling)",
        channels.most, stride.most, pool.most
    )
}

/// What is wrong with the first block that is not allowed.
pub(super) fn first_mistake(items: &[Node]) -> Option<String> {
    let mistake = |(index, item)| {
        let mistake = block(item).err()?;
        Some(format!("block {}: {mistake}", index + 1))
    };
    items.iter().enumerate().find_map(mistake)
}

fn block(item: &Node) -> Result<Value, String> {
    let Kind::Table(members) = &item.kind else {
        let shown = item.kind.shown();
        return Err(format!("`{shown}` is not a table; write `{{ channels = {shown} }}`"));
    };
    for (name, _) in members {
        known(name)?;
    }
    let parts: Result<Vec<_>, String> = PARTS.iter().map(|part| value(part, members)).collect();
    parts.map(Value::Table)
}

fn known(name: &str) -> Result<(), String> {
    let mut names = PARTS.iter().map(|part| part.name);
    if names.clone().any(|part| part == name) {
        return Ok(());
    }
    let shown = name.escape_debug();
    Err(nearest(name, names.by_ref()).map_or_else(
        || format!("unknown key `{shown}`"),
        |part| format!("unknown key `{shown}`; did you mean `{part}`?"),
    ))
}

fn value(part: &Part, members: &[(String, Node)]) -> Result<(&'static str, Value), String> {
    let name = part.name;
    let given = members.iter().find(|(key, _)| key == name);
    let value = match (given, part.default) {
        (Some((_, node)), _) => part.rule().accept(&node.kind).ok_or_else(|| {
            let shown = node.kind.shown();
            format!("`{name} = {shown}` must be {}", part.rule().allowed())
        })?,
        (None, Some(default)) => Value::Integer(default),
        (None, None) => return Err(format!("`{name}` is missing")),
    };
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::wire::override_value;

    fn items(text: &str) -> Vec<Node> {
        match override_value(text, 0).kind {
            Kind::List(items) => items,
            other => panic!("{} is no list", other.shown()),
        }
    }

    #[test]
    fn defaults_are_filled_in_and_the_order_is_always_the_same() {
        let blocks = accept(&items("[{ pool = 2, channels = 16 }, { channels = 8 }]"));
        assert_eq!(
            blocks.map(|blocks| blocks.to_toml()).as_deref(),
            Some(
                "[{ channels = 16, stride = 1, pool = 2 }, { channels = 8, stride = 1, pool = 1 }]"
            )
        );
    }

    #[test]
    fn a_mistake_is_told_with_the_number_of_its_block() {
        for (text, mistake) in [
            ("[{ channels = 8 }, 16]", "block 2: `16` is not a table; write `{ channels = 16 }`"),
            ("[{ channel = 8 }]", "block 1: unknown key `channel`; did you mean `channels`?"),
            ("[{ pool = 2 }]", "block 1: `channels` is missing"),
            (
                "[{ channels = 8, pool = 0 }]",
                "block 1: `pool = 0` must be a whole number from 1 to 16",
            ),
        ] {
            assert_eq!(accept(&items(text)), None, "{text}");
            assert_eq!(first_mistake(&items(text)).as_deref(), Some(mistake));
        }
        assert_eq!(accept(&items("[]")), None);
    }
}

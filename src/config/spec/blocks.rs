//! The convolutional blocks of a network: a list of small tables.

use crate::config::point::{FromValue, Point};
use crate::config::rule::{MOST_LAYERS, Rule, TablesRule, WIDEST, count};
use crate::config::suggest;
use crate::config::value::Value;
use crate::config::wire::{Kind, Node};

/// A 3 × 3 convolution with padding 1, normalisation and activation in the order of the placement, and
/// max-pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Number of output channels.
    pub channels: usize,
    /// Stride of the convolution along both axes.
    pub stride: usize,
    /// Size and stride of the pooling window; 1 for none. Rows and columns that do not fill a window are dropped.
    pub pool: usize,
}

impl FromValue for Block {
    fn from_value(value: Option<&Value>, _: &Point<'_>) -> Option<Self> {
        let Value::Table(members) = value? else {
            return None;
        };
        let member = |wanted: &str| {
            let (_, value) = members.iter().find(|(name, _)| *name == wanted)?;
            match value {
                Value::Integer(number) => usize::try_from(*number).ok(),
                _ => None,
            }
        };
        Some(Self {
            channels: member("channels")?,
            stride: member("stride")?,
            pool: member("pool")?,
        })
    }
}

/// A key of a block.
struct BlockKey {
    name: &'static str,
    most: i64,
    /// The default; `None` where the key must be given.
    default: Option<i64>,
}

impl BlockKey {
    fn rule(&self) -> Rule {
        count(self.most)
    }
}

/// The keys of a block, in the order in which they are written out.
const KEYS: [BlockKey; 3] = [
    BlockKey { name: "channels", most: WIDEST, default: None },
    BlockKey { name: "stride", most: 16, default: Some(1) },
    BlockKey { name: "pool", most: 16, default: Some(1) },
];

/// The rule of `model.blocks`.
pub(in crate::config) const BLOCKS: TablesRule = TablesRule { accept, allowed };

/// The default of `model.blocks`: two blocks that each halve the image.
pub(in crate::config) fn default_blocks() -> Value {
    let block = |channels| {
        let members = [("channels", channels), ("stride", 1), ("pool", 2)];
        Value::Table(members.map(|(name, number)| (name, Value::Integer(number))).to_vec())
    };
    Value::List([8, 16].map(block).to_vec())
}

fn accept(items: &[Node]) -> Result<Value, Option<String>> {
    if !(1..=MOST_LAYERS).contains(&items.len()) {
        return Err(None);
    }
    let numbered = |(index, item)| {
        block(item).map_err(|mistake| Some(format!("block {}: {mistake}", index + 1)))
    };
    items.iter().enumerate().map(numbered).collect::<Result<_, _>>().map(Value::List)
}

fn allowed() -> String {
    let [channels, stride, pool] = KEYS.map(|key| key.most);
    format!(
        "a list of 1 to {MOST_LAYERS} blocks such as `{{ channels = 16, stride = 1, pool = 2 }}`, with whole numbers `channels` from 1 to {channels}, `stride` from 1 to {stride} (default 1) and `pool` from 1 to {pool} (default 1: no pooling)"
    )
}

fn block(item: &Node) -> Result<Value, String> {
    let Kind::Table(members) = &item.kind else {
        let shown = item.kind.shown();
        return Err(format!("`{shown}` is not a table; write `{{ channels = {shown} }}`"));
    };
    let names = || KEYS.iter().map(|key| key.name);
    if let Some((name, _)) = members.iter().find(|(name, _)| names().all(|known| known != name)) {
        let hint = suggest::key(name, names()).map_or(String::new(), |hint| format!("; {hint}"));
        return Err(format!("{}{hint}", suggest::unknown_key(name, "")));
    }
    KEYS.iter().map(|key| value(key, members)).collect::<Result<_, _>>().map(Value::Table)
}

fn value(key: &BlockKey, members: &[(String, Node)]) -> Result<(&'static str, Value), String> {
    let name = key.name;
    let given = members.iter().find(|(known, _)| known == name);
    let value = match (given, key.default) {
        (Some((_, node)), _) => key.rule().accept(&node.kind).ok_or_else(|| {
            let shown = node.kind.shown();
            format!("`{name} = {shown}` must be {}", key.rule().allowed())
        })?,
        (None, Some(default)) => Value::Integer(default),
        (None, None) => return Err(format!("`{name}` is missing")),
    };
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::wire::{Kind, override_value};

    fn items(text: &str) -> Vec<Node> {
        match override_value(text, 0).kind {
            Kind::List(items) => items,
            other => panic!("{} is no list", other.shown()),
        }
    }

    #[test]
    fn defaults_are_filled_in_and_the_order_is_always_the_same() {
        let blocks = accept(&items("[{ pool = 2, channels = 16 }, { channels = 8 }]")).ok();
        assert_eq!(
            blocks.map(|blocks| blocks.to_toml()).as_deref(),
            Some(
                "[{ channels = 16, stride = 1, pool = 2 }, { channels = 8, stride = 1, pool = 1 }]"
            )
        );
    }

    #[test]
    fn a_mistake_is_reported_with_the_number_of_its_block() {
        for (text, mistake) in [
            ("[{ channels = 8 }, 16]", "block 2: `16` is not a table; write `{ channels = 16 }`"),
            ("[{ channel = 8 }]", "block 1: unknown key `channel`; did you mean `channels`?"),
            ("[{ pool = 2 }]", "block 1: `channels` is missing"),
            (
                "[{ channels = 8, pool = 0 }]",
                "block 1: `pool = 0` must be a whole number from 1 to 16",
            ),
        ] {
            assert_eq!(accept(&items(text)), Err(Some(mistake.to_owned())), "{text}");
        }
        assert_eq!(accept(&items("[]")), Err(None));
    }
}

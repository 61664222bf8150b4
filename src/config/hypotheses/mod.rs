//! The tests of a claim, as a config says them: a list of small tables, each about two values of an
//! axis.

mod parts;
mod plain;

pub(super) use self::parts::{PARTS, Part};
pub(super) use self::plain::read;

use super::key_list::Key;
use super::keys;
use super::problem::Problems;
use super::rule::nearest;
use super::value::Value;
use super::wire::{Kind, Node};

const PLACEMENT: &str = "norm.placement";
const METRIC: &str = "test_accuracy";

/// The most tests that a claim may have.
const MOST: usize = 100;

/// What is allowed, as it completes "must be …".
pub(super) fn allowed() -> String {
    format!(
        "a list of at most {MOST} tests such as `{{ compare = [\"before\", \"none\"], metric = \"epochs_to_target\", expect = \"lower\" }}`, or `[]`"
    )
}

/// The tests with every default filled in; `None` where there is a problem.
pub(super) fn check(node: &Node, problems: &mut Problems) -> Option<Value> {
    let items = match &node.kind {
        Kind::List(items) if items.len() <= MOST => items,
        other => {
            let text = format!("`claim.tests = {}`: must be {}", other.shown(), allowed());
            let hint = "a test in a file begins with the line `[[claim.tests]]`".to_owned();
            problems.add_with_hint(node.place, text, Some(hint));
            return None;
        }
    };
    let tests = items.iter().enumerate();
    let tests: Vec<Option<Value>> =
        tests.map(|(index, item)| Test::new(index, item, problems)?.check(problems)).collect();
    tests.into_iter().collect::<Option<_>>().map(Value::List)
}

/// A test that is being checked.
struct Test<'a> {
    /// From 1.
    number: usize,
    node: &'a Node,
    members: &'a [(String, Node)],
}

impl<'a> Test<'a> {
    fn new(index: usize, node: &'a Node, problems: &mut Problems) -> Option<Self> {
        let number = index + 1;
        if let Kind::Table(members) = &node.kind {
            return Some(Self { number, node, members });
        }
        let shown = node.kind.shown();
        let text = format!("`{shown}` in `claim.tests`: must be a table of `compare`, `expect` …");
        problems.add(node.place, text);
        None
    }

    fn check(&self, problems: &mut Problems) -> Option<Value> {
        let mut sound = true;
        for (name, node) in self.members {
            sound &= is_known(name, node, problems);
        }
        let by = self.by();
        let mut parts = Vec::new();
        for part in &PARTS {
            match self.value(part, by, problems) {
                Ok(Some(value)) => parts.push((part.name, value)),
                Ok(None) => {}
                Err(()) => sound = false,
            }
        }
        sound = sound && self.is_whole(problems);
        sound.then_some(Value::Table(parts))
    }

    fn member(&self, name: &str) -> Option<&Node> {
        let member = self.members.iter().find(|(known, _)| known == name);
        member.map(|(_, node)| node)
    }

    /// The key whose values are compared, if it is one.
    fn by(&self) -> Option<&'static Key> {
        match self.member("by").map(|node| &node.kind) {
            None => keys::find(PLACEMENT),
            Some(Kind::Plain(Value::Text(path))) => keys::find(path),
            Some(_) => None,
        }
    }

    /// The value of a part, its default, or nothing.
    fn value(
        &self,
        part: &Part,
        by: Option<&'static Key>,
        problems: &mut Problems,
    ) -> Result<Option<Value>, ()> {
        let Some(node) = self.member(part.name) else {
            return Ok(match part.name {
                "by" => Some(Value::Text(PLACEMENT.to_owned())),
                "metric" => Some(Value::Text(METRIC.to_owned())),
                _ => None,
            });
        };
        let value = match (part.name, part.rule) {
            ("compare", _) => compared(node, by, problems),
            ("where", _) => only(node, problems),
            (_, Some(rule)) => {
                let subject = format!(
                    "`{} = {}` in test {} of `claim.tests`",
                    part.name,
                    node.kind.shown(),
                    self.number
                );
                rule.check(&subject, node, problems)
            }
            (_, None) => None,
        };
        value.map(Some).ok_or(())
    }

    /// Whether nothing is missing, and nothing stands without what it belongs to.
    fn is_whole(&self, problems: &mut Problems) -> bool {
        let has = |name| self.member(name).is_some();
        let reaches = matches!(
            self.member("take").map(|node| &node.kind),
            Some(Kind::Plain(Value::Text(word))) if word == "reach"
        );
        let wrong: Vec<String> = [
            (!has("compare")).then_some("`compare` is missing: two values, such as `compare = [\"before\", \"none\"]`"),
            (!has("expect")).then_some("`expect` is missing: `\"higher\"`, `\"lower\"` or `\"same\"`"),
            (has("over") && !has("take")).then_some("`take` is missing: what becomes of the values of `over`, such as `take = \"spread\"`"),
            (has("take") && !has("over")).then_some("`over` is missing: the swept key whose values are taken together"),
            (reaches && !has("at_least")).then_some("`at_least` is missing: how good the metric must be, such as `at_least = 0.9`"),
            (has("at_least") && !reaches).then_some("`at_least` means something only with `take = \"reach\"`; leave it out"),
        ]
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .collect();
        for text in &wrong {
            let text = format!("test {} of `claim.tests`: {text}", self.number);
            problems.add(self.node.place, text);
        }
        wrong.is_empty()
    }
}

/// Whether a test has a key of this name; it is a problem if not.
fn is_known(name: &str, node: &Node, problems: &mut Problems) -> bool {
    if PARTS.iter().any(|part| part.name == name) {
        return true;
    }
    let hint = nearest(name, PARTS.iter().map(|part| part.name));
    let hint = hint.map(|known| format!("did you mean `{known}`?"));
    let text = format!("unknown key `{}` in `claim.tests`", name.escape_debug());
    problems.add_with_hint(node.place, text, hint);
    false
}

/// Two different values of the key `by`.
fn compared(node: &Node, by: Option<&'static Key>, problems: &mut Problems) -> Option<Value> {
    // Without the key nothing can be said of its values, and its absence is told elsewhere.
    let by = by.filter(|key| key.can_be_swept())?;
    let Kind::List(items) = &node.kind else {
        refuse_compared(node, by, problems);
        return None;
    };
    let check = |item: &Node| {
        let subject = format!("`{}` in `compare` of `claim.tests`", item.kind.shown());
        by.rule.check(&subject, item, problems)
    };
    let values: Vec<Option<Value>> = items.iter().map(check).collect();
    let values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
    match &values[..] {
        [first, second] if first != second => Some(Value::List(values)),
        _ => {
            refuse_compared(node, by, problems);
            None
        }
    }
}

fn refuse_compared(node: &Node, by: &Key, problems: &mut Problems) {
    let text = format!(
        "`compare = {}` in `claim.tests`: must be a list of two different values of `{}`",
        node.kind.shown(),
        by.path
    );
    problems.add(node.place, text);
}

/// Keys, nested or dotted, each with the values that count.
fn only(node: &Node, problems: &mut Problems) -> Option<Value> {
    let mut found = Vec::new();
    let Kind::Table(members) = &node.kind else {
        let text = format!(
            "`where = {}` in `claim.tests`: must be a table such as `{{ \"train.batch_size\" = [2, 4] }}`",
            node.kind.shown()
        );
        problems.add(node.place, text);
        return None;
    };
    let mut sound = true;
    for (name, node) in members {
        sound &= term(name, node, &mut found, problems).is_some();
    }
    sound.then_some(Value::Table(found))
}

fn term(
    path: &str,
    node: &Node,
    found: &mut Vec<(&'static str, Value)>,
    problems: &mut Problems,
) -> Option<()> {
    if let Some(key) = keys::find(path).filter(|key| key.can_be_swept()) {
        found.push((key.path, allowed_values(key, node, problems)?));
        return Some(());
    }
    match &node.kind {
        Kind::Table(members) if keys::is_section(path) => members
            .iter()
            .try_for_each(|(name, node)| term(&format!("{path}.{name}"), node, found, problems)),
        _ => {
            let hint = keys::hint(path);
            let text = format!(
                "`{}` in `where` of `claim.tests`: must be a key that can be swept",
                path.escape_debug()
            );
            problems.add_with_hint(node.place, text, hint);
            None
        }
    }
}

/// One value, or a list of several. A list that is itself a value of the key is one value.
fn allowed_values(key: &Key, node: &Node, problems: &mut Problems) -> Option<Value> {
    if let Some(value) = key.rule.accept(&node.kind) {
        return Some(Value::List(vec![value]));
    }
    let one = std::slice::from_ref(node);
    let items = match &node.kind {
        Kind::List(items) if !items.is_empty() => items,
        _ => one,
    };
    let check = |item: &Node| {
        let shown = item.kind.shown();
        let subject = format!("`{} = {shown}` in `where` of `claim.tests`", key.path);
        key.rule.check(&subject, item, problems)
    };
    let values: Vec<Option<Value>> = items.iter().map(check).collect();
    values.into_iter().collect::<Option<_>>().map(Value::List)
}

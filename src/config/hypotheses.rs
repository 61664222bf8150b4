//! Checks the tests of a claim as an experiment file gives them: a list of small tables, each about two
//! values of an axis.

use super::checked::{check, check_all, check_one_or_several};
use super::key::Key;
use super::key_lookup;
use super::problem::Problems;
use super::spec::{AT_LEAST, BY, COMPARE, EXPECT, MOST_TESTS, OVER, TAKE, TEST_KEYS, TESTS, WHERE};
use super::suggest;
use super::value::Value;
use super::wire::{Kind, Node};

/// Checks the value of any key: by its rule or, for the tests of a claim, by their own keys.
pub(super) fn check_value(
    key: &Key,
    subject: &str,
    node: &Node,
    problems: &mut Problems,
) -> Option<Value> {
    if key.path == TESTS.0.path {
        // Each mistake is reported at its own place.
        return check_tests(node, problems);
    }
    check(&key.rule, subject, node, problems)
}

/// The tests with every default filled in; `None` where there is a problem.
fn check_tests(node: &Node, problems: &mut Problems) -> Option<Value> {
    let items = match &node.kind {
        Kind::List(items) if items.len() <= MOST_TESTS => items,
        other => {
            let allowed = TESTS.0.rule.allowed();
            let text = format!("`claim.tests = {}`: must be {allowed}", other.shown());
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
    /// The test's number, from 1.
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
        let names: Vec<&str> = TEST_KEYS.iter().map(|key| key.path).collect();
        let within = "in `claim.tests`";
        let mut sound = suggest::has_known_keys(self.members, &names, within, None, problems);
        let mut values = Vec::new();
        for key in TEST_KEYS {
            match self.member(key) {
                Some(node) => match self.value(key, node, problems) {
                    Some(value) => values.push((key.path, value)),
                    None => sound = false,
                },
                None => values.extend(key.default.literal().map(|value| (key.path, value))),
            }
        }
        sound = sound && self.is_complete(problems);
        sound.then_some(Value::Table(values))
    }

    fn member(&self, key: &Key) -> Option<&Node> {
        let member = self.members.iter().find(|(known, _)| known == key.path);
        member.map(|(_, node)| node)
    }

    /// The key whose values are compared, if it is one that can be swept.
    fn by(&self) -> Option<&'static Key> {
        let path = match self.member(BY.0).map(|node| &node.kind) {
            None => BY.0.default.literal()?,
            Some(Kind::Plain(value)) => value.clone(),
            Some(_) => return None,
        };
        key_lookup::find(&path.to_string()).filter(|key| key.can_be_swept())
    }

    fn value(&self, key: &Key, node: &Node, problems: &mut Problems) -> Option<Value> {
        if key.path == COMPARE.0.path {
            // Without `by` the values cannot be checked, and its absence is reported at `by`.
            return compared(node, self.by()?, problems);
        }
        if key.path == WHERE.0.path {
            return only(node, problems);
        }
        let shown = node.kind.shown();
        let subject = format!("`{} = {shown}` in test {} of `claim.tests`", key.path, self.number);
        check(&key.rule, &subject, node, problems)
    }

    /// Whether no key is missing, and none is given without the key that it depends on.
    fn is_complete(&self, problems: &mut Problems) -> bool {
        let has = |key: &Key| self.member(key).is_some();
        let (over, take, at_least) = (has(OVER.0), has(TAKE.0), has(AT_LEAST.0));
        let reaches = matches!(
            self.member(TAKE.0).map(|node| &node.kind),
            Some(Kind::Plain(Value::Text(word))) if word == "reach"
        );
        let mistakes = [
            (
                !has(COMPARE.0),
                "`compare` is missing: two values, such as `compare = [\"before\", \"none\"]`",
            ),
            (!has(EXPECT.0), "`expect` is missing: `\"higher\"`, `\"lower\"` or `\"same\"`"),
            (
                over && !take,
                "`take` is missing: what becomes of the values of `over`, such as `take = \"spread\"`",
            ),
            (take && !over, "`over` is missing: the swept key whose values are taken together"),
            (
                reaches && !at_least,
                "`at_least` is missing: how good the metric must be, such as `at_least = 0.9`",
            ),
            (
                at_least && !reaches,
                "`at_least` means something only with `take = \"reach\"`; leave it out",
            ),
        ];
        for (_, text) in mistakes.iter().filter(|(is_made, _)| *is_made) {
            let text = format!("test {} of `claim.tests`: {text}", self.number);
            problems.add(self.node.place, text);
        }
        mistakes.iter().all(|(is_made, _)| !is_made)
    }
}

/// Two different values of the key `by`.
fn compared(node: &Node, by: &Key, problems: &mut Problems) -> Option<Value> {
    let items = match &node.kind {
        Kind::List(items) => &items[..],
        _ => &[],
    };
    let subject = |item: &Node| format!("`{}` in `compare` of `claim.tests`", item.kind.shown());
    let values = check_all(&by.rule, items, subject, problems)?;
    if let [first, second] = &values[..]
        && first != second
    {
        return Some(Value::List(values));
    }
    let text = format!(
        "`compare = {}` in `claim.tests`: must be a list of two different values of `{}`",
        node.kind.shown(),
        by.path
    );
    problems.add(node.place, text);
    None
}

/// Keys, nested or dotted, each with the values to which the test is restricted.
fn only(node: &Node, problems: &mut Problems) -> Option<Value> {
    let within = "in `where` of `claim.tests`";
    let Kind::Table(members) = &node.kind else {
        let text = format!(
            "`where = {}` in `claim.tests`: must be a table such as `{{ \"train.batch_size\" = [2, 4] }}`",
            node.kind.shown()
        );
        problems.add(node.place, text);
        return None;
    };
    let mut terms = Vec::new();
    let mut sound = true;
    for (name, node) in members {
        let found = key_lookup::descend(name, node, within, &key_lookup::find, problems);
        sound &= !found.is_empty();
        for (key, node) in found {
            match term(key, node, within, problems) {
                Some(values) => terms.push((key.path, Value::List(values))),
                None => sound = false,
            }
        }
    }
    sound.then_some(Value::Table(terms))
}

fn term(key: &Key, node: &Node, within: &str, problems: &mut Problems) -> Option<Vec<Value>> {
    if key.can_be_swept() {
        return check_one_or_several(key, node, within, problems);
    }
    let text = format!("`{}` {within}: must be a key that can be swept", key.path);
    problems.add(node.place, text);
    None
}

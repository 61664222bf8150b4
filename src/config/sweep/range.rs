//! Ranges of values: `{ from = 1e-4, to = 1e-1, count = 4, scale = "log" }`.

use super::decimal::{Decimal, twelve_digits};
use crate::config::checked::check;
use crate::config::key::Key;
use crate::config::problem::Problems;
use crate::config::rule::{Numbers, Rule};
use crate::config::suggest;
use crate::config::value::Value;
use crate::config::wire::{Kind, Node};

/// Most values of an axis.
pub(super) const MOST_VALUES: usize = 100_000;

const KEYS: [&str; 5] = ["from", "to", "count", "step", "scale"];
const SCALES: [&str; 3] = ["linear", "log", "powers-of-two"];

/// How the values of a range are spaced.
enum Way {
    /// This many values at equal distances.
    Linear(usize),
    /// This many values at equal ratios.
    Log(usize),
    /// Values with this difference.
    Step(Decimal),
    /// Doubling, or halving.
    PowersOfTwo,
}

/// A range whose parts have been checked separately.
struct Range {
    from: Decimal,
    to: Decimal,
    way: Way,
    /// Whether its values are written without decimals.
    whole: bool,
}

/// The values of the range `members` of `key`, both ends included; `None` where there is a
/// problem. `budget` is the count of a range that states none.
pub(super) fn values(
    key: &Key,
    node: &Node,
    members: &[(String, Node)],
    budget: Option<usize>,
    problems: &mut Problems,
) -> Option<Vec<Value>> {
    let mut reader = RangeReader { key, node, members, problems, sound: true };
    let range = reader.range(budget)?;
    let numbers = match range.numbers() {
        Ok(numbers) => numbers,
        Err(reason) => {
            let text = format!("`sweep.{}`: {reason}", key.path);
            problems.add(node.place, text);
            return None;
        }
    };
    let mut values = Vec::new();
    for number in numbers {
        let whole = number.to_whole().filter(|_| range.whole);
        let value = whole.map_or_else(|| Value::Float(number.to_float()), Value::Integer);
        let node = Node { kind: Kind::Plain(value), place: node.place };
        let subject = format!("`{}` in the range `sweep.{}`", node.kind.shown(), key.path);
        values.push(check(&key.rule, &subject, &node, problems)?);
    }
    Some(values)
}

impl Range {
    /// Its numbers, or the reason why there are none.
    fn numbers(&self) -> Result<Vec<Decimal>, String> {
        match &self.way {
            Way::Linear(count) => self.linear(*count),
            Way::Log(count) => self.log(*count),
            Way::Step(step) => self.steps(*step),
            Way::PowersOfTwo => self.powers_of_two(),
        }
    }

    fn linear(&self, count: usize) -> Result<Vec<Decimal>, String> {
        let nth = |n| Decimal::between(self.from, self.to, n, count - 1);
        let numbers: Option<Vec<Decimal>> = (0..count).map(nth).collect();
        numbers.ok_or_else(|| "`from` and `to` of the range lie too far apart".to_owned())
    }

    /// Values are rounded to 12 significant digits, so that 0.001 is exact; those of a whole-number
    /// key to whole numbers.
    fn log(&self, count: usize) -> Result<Vec<Decimal>, String> {
        let (from, to) = (self.from.to_float(), self.to.to_float());
        if from <= 0.0 || to <= 0.0 {
            return Err("a logarithmic range needs `from` and `to` above 0".to_owned());
        }
        let nth = |n: usize| {
            let share = n as f64 / (count - 1) as f64;
            let exact = (from.ln() * (1.0 - share) + to.ln() * share).exp();
            let rounded = if self.whole { exact.round() } else { twelve_digits(exact) };
            Decimal::shortest(rounded)
        };
        let numbers: Option<Vec<Decimal>> = (0..count).map(nth).collect();
        numbers.ok_or_else(|| "the values of the range are not finite".to_owned())
    }

    fn steps(&self, step: Decimal) -> Result<Vec<Decimal>, String> {
        let (from, to, by) = (self.from.to_float(), self.to.to_float(), step.to_float());
        let Some(numbers) = Decimal::steps(self.from, self.to, step, MOST_VALUES) else {
            return Err(format!("steps of `{by}` do not lead from `{from}` to `{to}`"));
        };
        match numbers.len() {
            1 => Err(format!("a step of `{by}` is longer than the way from `{from}` to `{to}`")),
            2..=MOST_VALUES => Ok(numbers),
            _ => Err(format!(
                "steps of `{by}` from `{from}` to `{to}` make more than {MOST_VALUES} values"
            )),
        }
    }

    fn powers_of_two(&self) -> Result<Vec<Decimal>, String> {
        let exponent = |name: &str, end: Decimal| {
            let whole = end.to_whole().and_then(|n| u64::try_from(n).ok());
            let power = whole.filter(|n| n.is_power_of_two());
            power.map(u64::trailing_zeros).ok_or_else(|| {
                format!("`{name} = {}` is no power of two: 1, 2, 4, 8, 16, …", end.to_float())
            })
        };
        let (first, last) = (exponent("from", self.from)?, exponent("to", self.to)?);
        let nth = |n: u32| Decimal::whole(1 << n);
        Ok(if first <= last {
            (first..=last).map(nth).collect()
        } else {
            (last..=first).rev().map(nth).collect()
        })
    }
}

struct RangeReader<'a> {
    key: &'a Key,
    node: &'a Node,
    members: &'a [(String, Node)],
    problems: &'a mut Problems,
    sound: bool,
}

impl RangeReader<'_> {
    fn range(&mut self, budget: Option<usize>) -> Option<Range> {
        let Some(numbers) = self.key.rule.numbers() else {
            let path = self.key.path;
            let text =
                format!("`sweep.{path}`: a range needs a key that takes numbers; give a list");
            self.problems.add(self.node.place, text);
            return None;
        };
        let within = format!("in the range `sweep.{}`", self.key.path);
        let otherwise = Some("a range has `from`, `to`, `count` or `step`, and `scale`");
        self.sound &=
            suggest::has_known_keys(self.members, &KEYS, &within, otherwise, self.problems);
        let (from, to) = (self.number("from"), self.number("to"));
        let way = self.way(budget);
        let ((from, from_whole), (to, to_whole), way) = (from?, to?, way?);
        let is_whole = match numbers {
            Numbers::Whole => true,
            Numbers::Decimal => false,
            Numbers::Either => from_whole && to_whole,
        };
        if matches!(way, Way::PowersOfTwo) && !is_whole {
            let text = format!(
                "the range `sweep.{}`: powers of two are for keys that take whole numbers; take `scale = \"log\"` with a `count`",
                self.key.path
            );
            self.problems.add(self.node.place, text);
            return None;
        }
        self.sound.then_some(Range { from, to, way, whole: is_whole })
    }

    fn way(&mut self, budget: Option<usize>) -> Option<Way> {
        let scale = self.scale()?;
        let (count, step) = (self.get("count").is_some(), self.get("step").is_some());
        match scale.as_str() {
            "powers-of-two" if count || step => {
                self.refuse("powers of two need neither `count` nor `step`")
            }
            "powers-of-two" => Some(Way::PowersOfTwo),
            "log" if step => self.refuse("a logarithmic range takes a `count`, not a `step`"),
            _ if count && step => self.refuse("give `count` or `step`, not both"),
            _ if step => self.number("step").map(|(step, _)| Way::Step(step)),
            "log" => self.count(budget).map(Way::Log),
            _ => self.count(budget).map(Way::Linear),
        }
    }

    fn get(&self, name: &str) -> Option<&Node> {
        let member = self.members.iter().find(|(key, _)| key == name);
        member.map(|(_, node)| node)
    }

    /// A number, and whether it is written as a whole one.
    fn number(&mut self, name: &str) -> Option<(Decimal, bool)> {
        let number = match self.get(name).map(|node| &node.kind) {
            Some(Kind::Plain(Value::Integer(n))) => Some((Decimal::whole(*n), true)),
            Some(Kind::Plain(Value::Float(x))) => Decimal::shortest(*x).map(|x| (x, false)),
            _ => None,
        };
        number.or_else(|| self.must_be(name, "a finite number"))
    }

    fn count(&mut self, budget: Option<usize>) -> Option<usize> {
        let count = match self.get("count").map(|node| &node.kind) {
            Some(Kind::Plain(Value::Integer(n))) => usize::try_from(*n).ok(),
            Some(_) => None,
            None => budget,
        };
        let allowed = format!("a whole number from 2 to {MOST_VALUES}");
        count
            .filter(|count| (2..=MOST_VALUES).contains(count))
            .or_else(|| self.must_be("count", &allowed))
    }

    fn scale(&mut self) -> Option<String> {
        let scale = Rule::Choice(&SCALES);
        match self.get("scale").map(|node| scale.accept(&node.kind)) {
            None => Some("linear".to_owned()),
            Some(Some(Value::Text(word))) => Some(word),
            Some(_) => self.must_be("scale", &scale.allowed()),
        }
    }

    fn refuse<T>(&mut self, reason: &str) -> Option<T> {
        let text = format!("the range `sweep.{}`: {reason}", self.key.path);
        self.problems.add(self.node.place, text);
        self.sound = false;
        None
    }

    fn must_be<T>(&mut self, name: &str, allowed: &str) -> Option<T> {
        let path = self.key.path;
        let (place, text) = match self.get(name) {
            Some(node) => {
                let shown = node.kind.shown();
                (
                    node.place,
                    format!("`{name} = {shown}` in the range `sweep.{path}`: must be {allowed}"),
                )
            }
            None => {
                (self.node.place, format!("the range `sweep.{path}` lacks `{name}`, {allowed}"))
            }
        };
        self.problems.add(place, text);
        self.sound = false;
        None
    }
}

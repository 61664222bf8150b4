//! Reads the parts of a sweep: keys with their values, and the tables of `zip`, `when`, `include`
//! and `exclude`.

use std::collections::HashMap;
use std::collections::HashSet;

use super::part::{Member, Part};
use super::pattern::Pattern;
use super::points::{Axis, Dimension, Include, Sweep, When};
use super::values::{self, all_different};
use crate::config::checked::check;
use crate::config::key::Key;
use crate::config::key_lookup;
use crate::config::problem::{Place, Problems};
use crate::config::value::Value;
use crate::config::wire::{Kind, Node};
use crate::units::counted;

/// Checks the parts of a sweep; those that have a problem are left out. `budget` is the key that is
/// tuned, and the number of its values where its range states none.
pub(in crate::config) fn read(
    parts: &[(Part, Node)],
    budget: Option<(&str, usize)>,
    problems: &mut Problems,
) -> Sweep {
    SweepReader { sweep: Sweep::default(), budget, problems }.sweep(parts)
}

/// Builds a [`Sweep`] from its parts.
struct SweepReader<'a> {
    sweep: Sweep,
    /// The key that is tuned, and the number of its values where its range states none.
    budget: Option<(&'a str, usize)>,
    problems: &'a mut Problems,
}

impl SweepReader<'_> {
    fn sweep(mut self, parts: &[(Part, Node)]) -> Sweep {
        for (part, node) in parts {
            match part {
                Part::Key(key) => {
                    let dimension = self.dimension(&[Member { key, node }], node, "");
                    self.sweep.dimensions.extend(dimension);
                }
                Part::Zip => self.zip(node),
                // They are read below, since they need the axes of all others.
                Part::When | Part::Include | Part::Exclude => {}
            }
        }
        let of = |wanted| {
            let parts = parts.iter().filter(move |(part, _)| *part == wanted);
            parts.map(|(_, node)| node)
        };
        of(Part::When).for_each(|node| self.when(node));
        for axis in &mut self.sweep.axes {
            axis.listed = axis.values.len();
        }
        of(Part::Include).for_each(|node| self.include(node));
        of(Part::Exclude).for_each(|node| self.exclude(node));
        self.sweep
    }

    fn zip(&mut self, node: &Node) {
        for group in self.tables(node, Part::Zip) {
            let members = self.members(group, "zip");
            if members.is_empty() {
                continue;
            }
            let dimension = self.dimension(&members, group, "zip");
            self.sweep.dimensions.extend(dimension);
        }
    }

    fn when(&mut self, node: &Node) {
        for table in self.tables(node, Part::When) {
            let Kind::Table(all) = &table.kind else {
                continue;
            };
            let condition = all.iter().find(|(name, _)| name == "if");
            let Some((_, condition)) = condition else {
                let hint = "for example `if = { \"norm.placement\" = [\"before\", \"after\"] }`";
                let text = "`sweep.when`: lacks `if`, the pattern where its keys vary";
                let hint = Some(hint.to_owned());
                self.problems.add_with_hint(table.place, text, hint);
                continue;
            };
            let terms = self.members(condition, "when");
            let pattern = Pattern::read(&terms, condition.place, "when", self.problems);
            let mut dimensions = Vec::new();
            let members = self.members(table, "when");
            if members.is_empty() {
                let text = "`sweep.when`: names no key that varies";
                self.problems.add(table.place, text);
            }
            for member in members {
                self.refuse_second(member.key, member.node.place);
                dimensions.extend(self.dimension(&[member], table, "when"));
            }
            if let Some(pattern) = pattern {
                let place = table.place;
                self.sweep.when.push(When { pattern, dimensions, place });
            }
        }
    }

    fn include(&mut self, node: &Node) {
        let mut points = Vec::new();
        for table in self.tables(node, Part::Include) {
            let members = self.members(table, "include");
            if members.is_empty() {
                let text = "`sweep.include`: a point without any key is in the sweep anyway";
                self.problems.add(table.place, text);
            }
            points.push((members, table.place));
        }
        // In the order of the list of keys, so that it does not depend on which point names a key first.
        for key in key_lookup::all() {
            let members = points.iter().flat_map(|(members, _)| members);
            if let Some(first) = members.into_iter().find(|m| m.key.path == key.path) {
                self.axis(key, first.node.place);
            }
        }
        for (members, place) in points {
            let cells = members.iter().filter_map(|member| self.cell(member));
            let cells = cells.collect();
            self.sweep.include.push(Include { cells, place });
        }
    }

    /// The index of a key's axis and the position of its value.
    fn cell(&mut self, Member { key, node }: &Member<'_>) -> Option<(usize, u32)> {
        let subject = format!("`{} = {}` in `sweep.include`", key.path, node.kind.shown());
        values::can_be_swept(key, node.place, self.problems)?;
        let value = check(&key.rule, &subject, node, self.problems)?;
        let axis = self.axis(key, node.place);
        Some((axis, self.sweep.axes[axis].position(&value)))
    }

    fn exclude(&mut self, node: &Node) {
        for table in self.tables(node, Part::Exclude) {
            let members = self.members(table, "exclude");
            let pattern = Pattern::read(&members, table.place, "exclude", self.problems);
            self.sweep.exclude.extend(pattern);
        }
    }

    /// Keys that vary together, or a single key. `word` is the name of the group; empty outside groups.
    fn dimension(&mut self, members: &[Member<'_>], group: &Node, word: &str) -> Option<Dimension> {
        let is_zip = word == "zip";
        let mut lists: Vec<(&Member<'_>, Vec<Value>)> = Vec::new();
        for member in members {
            if word != "when" {
                self.refuse_second(member.key, member.node.place);
            }
            let budget = self.budget.filter(|(key, _)| *key == member.key.path);
            let budget = budget.map(|(_, budget)| budget);
            let values = values::values(member.key, member.node, budget, self.problems);
            lists.push((member, values?));
        }
        if is_zip {
            self.check_rows(&lists, group)?;
        } else {
            for (member, values) in &lists {
                all_different(member.key, member.node, values, self.problems);
            }
        }
        let mut columns = Vec::new();
        for (member, values) in lists {
            let axis = self.axis(member.key, member.node.place);
            let position = |value| self.sweep.axes[axis].position(value);
            columns.push((axis, values.iter().map(position).collect()));
        }
        Some(Dimension { columns, is_zip })
    }

    /// The lists of a zip group must be equally long, and no row may appear twice.
    fn check_rows(&mut self, lists: &[(&Member<'_>, Vec<Value>)], group: &Node) -> Option<()> {
        let lengths = || lists.iter().map(|(_, values)| values.len());
        if lengths().min() != lengths().max() {
            let count = |(member, values): &(&Member<'_>, Vec<Value>)| {
                format!("`{}` has {}", member.key.path, counted(values.len(), "value", "values"))
            };
            let counts: Vec<String> = lists.iter().map(count).collect();
            let text = format!(
                "`sweep.zip`: keys that move together need equally many values, and {}",
                counts.join(", ")
            );
            self.problems.add(group.place, text);
            return None;
        }
        let mut seen = HashSet::new();
        for row in 0..lengths().next()? {
            let cells = lists
                .iter()
                .map(|(member, values)| format!("{} = {}", member.key.path, values[row].to_toml()));
            let row = cells.collect::<Vec<_>>().join(", ");
            let text = format!("`sweep.zip`: `{row}` appears twice");
            if !seen.insert(row) {
                self.problems.add(group.place, text);
                return None;
            }
        }
        Some(())
    }

    /// Refuses a second part of the sweep that varies a key of the product.
    fn refuse_second(&mut self, key: &'static Key, place: Place) {
        if !self.sweep.is_in_product(key.path) {
            return;
        }
        let earlier = self.sweep.axis(key.path).map_or(place, |axis| axis.place);
        let text = format!(
            "`{}` is swept {} and {}; keep one",
            key.path,
            earlier.on_line(),
            place.on_line()
        );
        let hint = matches!(place, Place::Override(_)).then(|| {
            "`-o 'sweep.zip=[]'` and `-o 'sweep.when=[]'` take a file's groups away".into()
        });
        self.problems.add_with_hint(place, text, hint);
    }

    /// The index of a key's axis, which is added where it is new.
    fn axis(&mut self, key: &'static Key, place: Place) -> usize {
        let axes = &mut self.sweep.axes;
        let known = axes.iter().position(|axis| axis.key.path == key.path);
        known.unwrap_or_else(|| {
            axes.push(Axis {
                key,
                place,
                values: Vec::new(),
                listed: 0,
                positions: HashMap::new(),
            });
            axes.len() - 1
        })
    }

    /// The tables of a part: a list of them, or a single one.
    fn tables<'n>(&mut self, node: &'n Node, part: Part) -> Vec<&'n Node> {
        let word = part.name();
        let mut refuse = |node: &Node| {
            let text = format!("`sweep.{word} = {}`: must be a list of tables", node.kind.shown());
            let hint = format!("for example `sweep.{word} = [{}]`", example(part));
            self.problems.add_with_hint(node.place, text, Some(hint));
        };
        match &node.kind {
            Kind::Table(_) => vec![node],
            Kind::List(items) => {
                let (tables, others): (Vec<&Node>, Vec<&Node>) =
                    items.iter().partition(|item| matches!(item.kind, Kind::Table(_)));
                others.into_iter().for_each(&mut refuse);
                tables
            }
            _ => {
                refuse(node);
                Vec::new()
            }
        }
    }

    /// The known keys of a table, dotted or nested, without `if`.
    fn members<'n>(&mut self, table: &'n Node, word: &str) -> Vec<Member<'n>> {
        let Kind::Table(members) = &table.kind else {
            let shown = table.kind.shown();
            let text = format!("`if = {shown}` in `sweep.{word}`: must be a table of keys");
            self.problems.add(table.place, text);
            return Vec::new();
        };
        let within = format!("in `sweep.{word}`");
        let mut found: Vec<Member<'n>> = Vec::new();
        for (name, node) in members.iter().filter(|(name, _)| name != "if" || word != "when") {
            let known = &key_lookup::find;
            for (key, node) in key_lookup::descend(name, node, &within, known, self.problems) {
                if found.iter().any(|member| member.key.path == key.path) {
                    let path = key.path;
                    let text = format!("`{path}` is given twice in one table of `sweep.{word}`");
                    self.problems.add(node.place, text);
                } else {
                    found.push(Member { key, node });
                }
            }
        }
        found
    }
}

/// An example of a table of this part, for hints.
fn example(part: Part) -> &'static str {
    match part {
        Part::Zip => "{ \"train.batch_size\" = [16, 64], \"train.learning_rate\" = [0.01, 0.04] }",
        Part::When => {
            "{ if = { \"norm.placement\" = \"before\" }, \"train.learning_rate\" = [0.01, 0.1] }"
        }
        Part::Include | Part::Exclude | Part::Key(_) => {
            "{ \"norm.placement\" = \"none\", \"train.learning_rate\" = 0.1 }"
        }
    }
}

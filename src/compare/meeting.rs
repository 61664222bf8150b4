//! Finds the rows of cells that match another row, without comparing every pair.

use std::collections::HashMap;

/// Rows of cells, in their order. Two rows match where no cell differs; an empty cell, of an axis that
/// does not apply there, matches any. So rows are grouped by which of their cells are empty, and found
/// in each group by the cells that are filled in both.
#[derive(Debug, Default)]
pub struct Meeting<'c> {
    rows: Vec<Vec<&'c str>>,
    groups: Vec<Group<'c>>,
}

/// Rows with the same empty cells.
#[derive(Debug)]
struct Group<'c> {
    empty: Vec<bool>,
    members: Vec<usize>,
    /// The positions of the members by their compared cells, for each set of compared cells that was used.
    tables: HashMap<Vec<bool>, Table<'c>>,
}

type Table<'c> = HashMap<Vec<&'c str>, Vec<usize>>;

impl<'c> Meeting<'c> {
    /// Adds a row. Its position is the number of rows before it.
    pub fn push(&mut self, row: Vec<&'c str>) {
        let (at, empty) = (self.rows.len(), empty(&row));
        // There are few groups: where an axis does not apply, it does not for many rows.
        let known = self.groups.iter().position(|group| group.empty == empty);
        let known = known.unwrap_or_else(|| {
            self.groups.push(Group { empty, members: Vec::new(), tables: HashMap::new() });
            self.groups.len() - 1
        });
        let group = &mut self.groups[known];
        group.members.push(at);
        for (skipped, table) in &mut group.tables {
            table.entry(filled(&row, skipped)).or_default().push(at);
        }
        self.rows.push(row);
    }

    /// The positions of the rows that match `row`, in their order.
    pub fn of(&mut self, row: &[&str]) -> Vec<usize> {
        let asked = empty(row);
        let mut found = Vec::new();
        for group in &mut self.groups {
            let both = asked.iter().zip(&group.empty);
            let skipped: Vec<bool> = both.map(|(one, other)| *one || *other).collect();
            let cells = filled(row, &skipped);
            if !group.tables.contains_key(&skipped) {
                let table = table(&self.rows, &group.members, &skipped);
                group.tables.insert(skipped.clone(), table);
            }
            let table: Option<&Table<'_>> = group.tables.get(&skipped);
            let members = table.and_then(|table| table.get(&cells));
            found.extend(members.into_iter().flatten());
        }
        found.sort_unstable();
        found
    }
}

impl<'c> FromIterator<Vec<&'c str>> for Meeting<'c> {
    fn from_iter<R: IntoIterator<Item = Vec<&'c str>>>(rows: R) -> Self {
        let mut meeting = Self::default();
        for row in rows {
            meeting.push(row);
        }
        meeting
    }
}

fn table<'c>(rows: &[Vec<&'c str>], members: &[usize], skipped: &[bool]) -> Table<'c> {
    let mut table = Table::new();
    for &at in members {
        table.entry(filled(&rows[at], skipped)).or_default().push(at);
    }
    table
}

fn empty(row: &[&str]) -> Vec<bool> {
    row.iter().map(|cell| cell.is_empty()).collect()
}

/// The cells that are compared.
fn filled<'s>(row: &[&'s str], skipped: &[bool]) -> Vec<&'s str> {
    let cells = row.iter().zip(skipped);
    let counted = cells.filter(|(_, skipped)| !**skipped);
    counted.map(|(cell, _)| *cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::pairing::meet;

    /// All rows of a value, and two axes of three values and of none.
    fn rows() -> Vec<Vec<&'static str>> {
        let mut all = Vec::new();
        for value in ["none", "before", "after"] {
            for one in ["", "1", "2", "3"] {
                for other in ["", "8", "16", "32"] {
                    all.push(vec![value, one, other]);
                }
            }
        }
        all
    }

    fn owned(row: &[&str]) -> Vec<String> {
        row.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn the_found_rows_are_those_of_a_linear_search() {
        let all = rows();
        let mut at_once: Meeting<'_> = all.iter().cloned().collect();
        let mut one_by_one = Meeting::default();
        for (count, row) in all.iter().enumerate() {
            one_by_one.push(row.clone());
            for asked in &all {
                let met = |other: &&Vec<&str>| meet(&owned(asked), &owned(other)).is_some();
                let each = |rows: &[Vec<&str>]| -> Vec<usize> {
                    let rows = rows.iter().enumerate();
                    rows.filter(|(_, row)| met(row)).map(|(at, _)| at).collect()
                };
                assert_eq!(one_by_one.of(asked), each(&all[..=count]));
                assert_eq!(at_once.of(asked), each(&all));
            }
        }
    }

    #[test]
    fn rows_are_put_in_order_once_and_not_for_every_question() {
        let all = rows();
        let mut meeting: Meeting<'_> = all.iter().cloned().collect();
        for asked in all.iter().cycle().take(10_000) {
            meeting.of(asked);
        }
        let tables = meeting.groups.iter().map(|group| group.tables.len());
        // At most one for each combination of two rows with two cells that may be empty.
        assert!(tables.sum::<usize>() <= 16);
    }
}

//! Finds the nearest of many fingerprints for each of many others, without comparing every pair.
//!
//! The fingerprints of a sweep differ from each other in few positions: the keys that it varies. In every other
//! position all of them are equally far from another one, so only these few matter. The nearest is the one
//! that agrees in most of them: it is looked up by all of them, then by all but one, and so on.

use std::collections::HashMap;

use rayon::prelude::*;

use crate::results::status::fingerprints::{Fingerprint, at, distance};

/// Most tables at a time: with more of them, comparing with every fingerprint is faster.
const MOST_TABLES: usize = 64;

/// For each of `from` the nearest of `among`; in a tie, the one whose numbers come first. `None`
/// where `among` is empty.
pub(in crate::results) fn nearest<'a>(
    from: &[&Fingerprint],
    among: &[&'a Fingerprint],
) -> Vec<Option<&'a Fingerprint>> {
    let mut among = among.to_vec();
    among.sort_unstable();
    among.dedup();
    let varied = varied(&among);
    let decisive = |prints: &[&Fingerprint]| -> Vec<Vec<u32>> {
        let prints = prints.par_iter();
        prints.map(|print| numbers(print, &varied)).collect()
    };
    let found = by_places(&decisive(from), &decisive(&among), varied.len());
    found.into_iter().map(|at| at.map(|at| among[at])).collect()
}

/// The positions in which these differ.
fn varied(among: &[&Fingerprint]) -> Vec<usize> {
    let longest = among.iter().map(|print| print.len()).max().unwrap_or(0);
    let varies = |place: &usize| {
        let mut numbers = among.iter().map(|print| at(print, *place));
        let first = numbers.next();
        numbers.any(|number| Some(number) != first)
    };
    (0..longest).filter(varies).collect()
}

/// The indices of the nearest rows. Rows that agree in all numbers but some are looked up by the other
/// numbers, as long as that takes few tables; rows that are not found so are compared with every row.
fn by_places(from: &[Vec<u32>], among: &[Vec<u32>], length: usize) -> Vec<Option<usize>> {
    let mut found = vec![None; from.len()];
    let mut open: Vec<usize> = (0..from.len()).collect();
    for left_out in 0..=length {
        let choices = choices(length, left_out, MOST_TABLES);
        if choices.is_empty() || open.is_empty() {
            break;
        }
        let tables: Vec<(&[usize], Table)> =
            choices.par_iter().map(|places| (places.as_slice(), table(among, places))).collect();
        let look = |index: &usize| {
            let known = tables.iter().filter_map(|(places, table)| {
                let numbers = numbers(&from[*index], places);
                table.get(&numbers).copied()
            });
            (*index, known.min())
        };
        let looked: Vec<(usize, Option<usize>)> = open.par_iter().map(look).collect();
        open.clear();
        for (index, nearest) in looked {
            found[index] = nearest;
            if nearest.is_none() {
                open.push(index);
            }
        }
    }
    let rest: Vec<(usize, Option<usize>)> =
        open.par_iter().map(|&index| (index, by_all(&from[index], among))).collect();
    for (index, nearest) in rest {
        found[index] = nearest;
    }
    found
}

/// The first of the nearest rows, found by comparing with all.
fn by_all(row: &[u32], among: &[Vec<u32>]) -> Option<usize> {
    let distances = among.iter().map(|other| distance(other, row));
    let nearest = distances.enumerate().min_by_key(|(_, distance)| *distance);
    nearest.map(|(at, _)| at)
}

/// The index of the first row with given numbers.
type Table = HashMap<Vec<u32>, usize>;

fn table(among: &[Vec<u32>], places: &[usize]) -> Table {
    let mut table = Table::new();
    for (at, row) in among.iter().enumerate() {
        table.entry(numbers(row, places)).or_insert(at);
    }
    table
}

fn numbers(print: &[u32], places: &[usize]) -> Vec<u32> {
    places.iter().map(|&place| at(print, place)).collect()
}

/// Every choice of `length` positions without `left_out` of them; none where there are more than `most`.
fn choices(length: usize, left_out: usize, most: usize) -> Vec<Vec<usize>> {
    let mut choices: Vec<Vec<usize>> = vec![(0..length).collect()];
    for _ in 0..left_out {
        // The positions that are left out are ordered, so that no choice occurs twice.
        let shorter = choices.iter().flat_map(|places| {
            let gone = (0..length).rev().find(|place| !places.contains(place));
            let next = gone.map_or(0, |place| place + 1)..length;
            next.map(move |place| places.iter().copied().filter(|other| *other != place).collect())
        });
        choices = shorter.take(most + 1).collect();
    }
    if choices.len() > most { Vec::new() } else { choices }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pseudorandom numbers that are the same in every run.
    fn prints(count: usize, length: usize, values: u32, mut state: u64) -> Vec<Fingerprint> {
        let mut roll = || {
            // Knuth's multiplier; the high bits are the better ones.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u32
        };
        let print = |_| {
            let length = length - (roll() % 3) as usize;
            (0..length).map(|_| roll() % values).collect()
        };
        (0..count).map(print).collect()
    }

    #[test]
    fn the_nearest_is_the_one_of_a_linear_search() {
        for (length, values) in [(4, 2), (5, 4), (8, 3), (14, 3), (40, 2)] {
            let (from, among) = (prints(200, length, values, 1), prints(60, length, values, 2));
            let from: Vec<&Fingerprint> = from.iter().collect();
            let among: Vec<&Fingerprint> = among.iter().collect();
            let by_distance = |print: &&Fingerprint| {
                let all = among.iter().map(|other| (distance(other, print), *other));
                all.min().map(|(_, nearest)| nearest)
            };
            let expected: Vec<Option<&Fingerprint>> = from.iter().map(by_distance).collect();
            assert_eq!(nearest(&from, &among), expected, "{length} places");
        }
        assert_eq!(nearest(&[&vec![1]], &[]), [None]);
    }

    #[test]
    fn every_choice_is_made_once_and_too_many_are_none() {
        let made = choices(5, 2, 64);
        let different: std::collections::BTreeSet<_> = made.iter().collect();
        assert_eq!((made.len(), different.len()), (10, 10));
        assert!(made.iter().all(|places| places.len() == 3));
        assert_eq!(choices(3, 0, 64), [[0, 1, 2]]);
        assert_eq!(choices(1, 1, 64), [[0; 0]]);
        assert_eq!(choices(0, 0, 64), [[0; 0]]);
        assert!(choices(100, 2, 64).is_empty());
    }

    #[test]
    fn places_in_which_all_agree_are_not_looked_at() {
        let among: Vec<Fingerprint> = (0..1000).map(|n| vec![7, n % 10, 7, n / 10, 7]).collect();
        let among: Vec<&Fingerprint> = among.iter().collect();
        assert_eq!(varied(&among), [1, 3]);
    }
}

//! Settings as short vectors of numbers, so that thousands of trials are compared quickly:
//! one position for each key that any of them has, and there a number for the key's value.

use std::collections::HashMap;

use serde::Serialize;

/// The values of one trial or condition, by [`Fingerprints::add`]; a position beyond its end is empty.
pub(in crate::results) type Fingerprint = Vec<u32>;

/// The number of a position without a value.
const ABSENT: u32 = 0;

/// The meaning of the positions and the numbers.
#[derive(Debug, Default)]
pub(in crate::results) struct Fingerprints {
    keys: Vec<String>,
    places: HashMap<String, usize>,
    /// The values of each key as JSON texts; number n stands for the n-th, from 1.
    values: Vec<Vec<String>>,
    numbers: Vec<HashMap<String, u32>>,
}

impl Fingerprints {
    /// The fingerprint of some settings.
    pub(in crate::results) fn add<K: AsRef<str>, V: Serialize>(
        &mut self,
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> Fingerprint {
        let mut print = vec![ABSENT; self.keys.len()];
        for (key, value) in settings {
            let place = self.place(key.as_ref());
            // Writing plain values to memory: serialising cannot fail.
            let text = serde_json::to_string(&value).unwrap_or_default();
            if print.len() <= place {
                print.resize(place + 1, ABSENT);
            }
            print[place] = self.number(place, text);
        }
        print
    }

    fn place(&mut self, key: &str) -> usize {
        if let Some(&place) = self.places.get(key) {
            return place;
        }
        let place = self.keys.len();
        self.keys.push(key.to_owned());
        self.values.push(Vec::new());
        self.numbers.push(HashMap::new());
        self.places.insert(key.to_owned(), place);
        place
    }

    fn number(&mut self, place: usize, text: String) -> u32 {
        if let Some(&number) = self.numbers[place].get(&text) {
            return number;
        }
        self.values[place].push(text.clone());
        let number = self.values[place].len() as u32;
        self.numbers[place].insert(text, number);
        number
    }

    /// The positions of the keys that are `wanted`.
    pub(in crate::results) fn places(&self, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        let places = 0..self.keys.len();
        places.filter(|&place| wanted(&self.keys[place])).collect()
    }

    /// The keys in which two fingerprints differ, each with the value of `one` and of `other` as
    /// text for people.
    pub(in crate::results) fn differences<'a>(
        &'a self,
        one: &'a [u32],
        other: &'a [u32],
    ) -> impl Iterator<Item = (&'a str, Option<String>, Option<String>)> + 'a {
        (0..self.keys.len()).filter(|&place| at(one, place) != at(other, place)).map(|place| {
            let shown = |print| self.shown(place, at(print, place));
            (self.keys[place].as_str(), shown(one), shown(other))
        })
    }

    /// A value without the quotes of its JSON text.
    fn shown(&self, place: usize, number: u32) -> Option<String> {
        let text = self.values[place].get((number as usize).checked_sub(1)?)?;
        Some(serde_json::from_str(text).unwrap_or_else(|_| text.clone()))
    }
}

/// The number at a position.
pub(in crate::results) fn at(print: &[u32], place: usize) -> u32 {
    print.get(place).copied().unwrap_or(ABSENT)
}

/// The number of keys in which two fingerprints differ.
pub(in crate::results) fn distance(one: &[u32], other: &[u32]) -> usize {
    let common = one.len().min(other.len());
    let differ = |(a, b): &(&u32, &u32)| a != b;
    let rest = |print: &[u32]| print[common..].iter().filter(|&&n| n != ABSENT).count();
    let shared = one.iter().zip(other).filter(differ).count();
    shared + rest(one) + rest(other)
}

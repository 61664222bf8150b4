//! Damages valid inputs: bits and bytes, blocks, numbers, lengths, nesting.

/// Bytes that have a meaning in some format.
const BYTES: &[u8] = b"\0\x01\x7f\x80\xff09-+.eE,;:=\"'\\/[]{}()#\n\r\t xunl\x1f\x8b\xc3\xef";
/// Numbers at the limits of parsers.
const NUMBERS: [&str; 18] = [
    "0",
    "-1",
    "-0.0",
    "255",
    "256",
    "65537",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
    "1e308",
    "1e-320",
    "1e999",
    "0.1",
    "100000",
    "nan",
    "inf",
];
/// Text that opens something, and so nests when it is repeated.
const OPENERS: [&str; 9] = ["[", "{\"a\":", "{a=", "a.", "[[", "\"\"\"", "[{\"a\":", "\n[a.", "-"];
/// The lengths of blocks: mostly short ones.
const BLOCKS: [usize; 4] = [4, 16, 64, 4096];

/// Pseudorandom numbers that are the same in every run.
pub(super) struct Dice(u64);

impl Dice {
    /// A number from 0 to `below` − 1; 0 where `below` is 0.
    pub(super) fn roll(&mut self, below: usize) -> usize {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        (bits % below.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

/// Makes inputs from a corpus.
pub(super) struct Mutator<'a> {
    corpus: &'a [Vec<u8>],
    words: &'a [Vec<u8>],
}

impl<'a> Mutator<'a> {
    pub(super) fn new(corpus: &'a [Vec<u8>], words: &'a [Vec<u8>]) -> Self {
        Self { corpus, words }
    }

    /// The input of this number: a valid one with one to eight mutations.
    pub(super) fn input(&self, index: usize) -> Vec<u8> {
        let mut dice = Dice(index as u64);
        let mut bytes = dice.pick(self.corpus).clone();
        let mutations = 1 << dice.roll(4);
        for _ in 0..mutations {
            self.mutate(&mut bytes, &mut dice);
        }
        bytes
    }

    fn mutate(&self, bytes: &mut Vec<u8>, dice: &mut Dice) {
        let place = dice.roll(bytes.len() + 1);
        match dice.roll(14) {
            0 => set(bytes, place, |byte| byte ^ 1 << dice.roll(8)),
            1 => set(bytes, place, |_| *dice.pick(BYTES)),
            2 => set(bytes, place, |_| dice.roll(256) as u8),
            3 => drop(bytes.drain(block(bytes, place, dice))),
            4 => {
                let copy = bytes[block(bytes, place, dice)].to_vec();
                insert(bytes, dice.roll(bytes.len() + 1), &copy);
            }
            5 => {
                let cut: Vec<u8> = bytes.drain(block(bytes, place, dice)).collect();
                insert(bytes, dice.roll(bytes.len() + 1), &cut);
            }
            6 => bytes.truncate(place),
            7 => insert(bytes, place, &[*dice.pick(BYTES)]),
            8 => number(bytes, place, dice.pick(&NUMBERS).as_bytes()),
            9 => length(bytes, place, dice),
            10 => self.splice(bytes, place, dice),
            11 if !self.words.is_empty() => insert(bytes, place, dice.pick::<Vec<u8>>(self.words)),
            12 => repeat(bytes, place, dice),
            _ => number(bytes, place, &dice.roll(300).to_string().into_bytes()),
        }
    }

    /// Joins the start of this input and the end of another.
    fn splice(&self, bytes: &mut Vec<u8>, place: usize, dice: &mut Dice) {
        let other = dice.pick(self.corpus);
        bytes.truncate(place);
        bytes.extend_from_slice(&other[dice.roll(other.len() + 1)..]);
    }
}

fn set(bytes: &mut [u8], place: usize, change: impl FnOnce(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(place) {
        *byte = change(*byte);
    }
}

fn insert(bytes: &mut Vec<u8>, place: usize, piece: &[u8]) {
    drop(bytes.splice(place..place, piece.iter().copied()));
}

fn block(bytes: &[u8], place: usize, dice: &mut Dice) -> std::ops::Range<usize> {
    let most = *dice.pick(&BLOCKS);
    let length = 1 + dice.roll(most);
    place..(place + length).min(bytes.len())
}

/// Replaces the first number after `place`.
fn number(bytes: &mut Vec<u8>, place: usize, other: &[u8]) {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    if let Some(start) = bytes[place..].iter().position(is_digit) {
        let start = place + start;
        let length = bytes[start..].iter().take_while(|b| is_digit(b)).count();
        drop(bytes.splice(start..start + length, other.iter().copied()));
    }
}

/// Writes a length into four or eight bytes, in either byte order; headers are aligned to four bytes.
fn length(bytes: &mut [u8], place: usize, dice: &mut Dice) {
    let place = if dice.roll(2) == 0 { place / 4 % 16 * 4 } else { place };
    let values = [0, 1, 255, 1 << 16, 1 << 28, 1 << 31, u64::MAX >> 32, u64::MAX];
    let value = *dice.pick(&values);
    let written = match dice.roll(4) {
        0 => value.to_le_bytes().to_vec(),
        1 => value.to_be_bytes().to_vec(),
        2 => (value as u32).to_le_bytes().to_vec(),
        _ => (value as u32).to_be_bytes().to_vec(),
    };
    for (byte, new) in bytes.iter_mut().skip(place).zip(written) {
        *byte = new;
    }
}

/// Repeats something many times: an opening text, a letter, or the bytes at `place`.
fn repeat(bytes: &mut Vec<u8>, place: usize, dice: &mut Dice) {
    let piece = match dice.roll(4) {
        0 | 1 => dice.pick(&OPENERS).as_bytes().to_vec(),
        2 => b"x".to_vec(),
        _ => bytes[block(bytes, place, dice)].to_vec(),
    };
    // Each ten times rarer than the one before.
    let most = match dice.roll(1000) {
        0 => 100_000,
        1..10 => 10_000,
        10..100 => 1000,
        _ => 100,
    };
    let times = dice.roll(most).min(400_000 / piece.len().max(1));
    insert(bytes, place, &piece.repeat(times));
}

#[test]
fn inputs_are_the_same_in_every_run_and_mostly_different_from_each_other() {
    let corpus = [b"count = 12".to_vec(), b"[1, 2, 3]".to_vec()];
    let words = [b"sweep".to_vec()];
    let inputs = || -> Vec<Vec<u8>> {
        let mutator = Mutator::new(&corpus, &words);
        (0..200).map(|index| mutator.input(index)).collect()
    };
    let first = inputs();
    assert_eq!(first, inputs());
    let different: std::collections::BTreeSet<&Vec<u8>> = first.iter().collect();
    assert!(different.len() > 150, "{}", different.len());
}

//! Divides a plan into parts for several runs: each trial's part depends on its id alone,
//! so that every run can compute it by itself.

use std::fmt;
use std::str::FromStr;

use super::Trial;

/// Part `index` of `count`, as in `--shard 2/4`.
///
/// A trial belongs to part `h mod count + 1`, where `h` is its id read as a hexadecimal number. That
/// depends neither on the order of the plan nor on the other trials in it, so a trial stays in its
/// part when the experiment grows. Ids are hashes, so the parts are of about equal size:
/// of `N` trials each has `N / count`, with a deviation of about the square root of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// Part `index`, from 1, of `count`; `None` where that is not a part.
    pub fn new(index: u64, count: u64) -> Option<Self> {
        (1..=count).contains(&index).then_some(Self { index, count })
    }

    /// Whether the trial belongs to this part. Every trial belongs to exactly one.
    pub fn has(self, trial: &Trial) -> bool {
        self.has_id(&trial.id)
    }

    fn has_id(self, id: &str) -> bool {
        // An id is hexadecimal by construction; any other text would be in the first part
        // only.
        let hash = u64::from_str_radix(id, 16).unwrap_or(0);
        hash % self.count + 1 == self.index
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.parse::<u64>().ok();
        let parts =
            text.split_once('/').and_then(|(index, count)| Some((number(index)?, number(count)?)));
        let Some((index, count)) = parts else {
            return Err("write it as `2/4`: the second of four parts".to_owned());
        };
        Self::new(index, count).ok_or_else(|| {
            format!("there is no part {index} of {count}; parts are counted from 1 (`1/{count}` is the first)", count = count.max(1))
        })
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// Ids as in a plan.
    fn ids(count: u32) -> Vec<String> {
        let id = |i: u32| {
            let digest = Sha256::digest(i.to_le_bytes());
            let mut hash = [0; 8];
            hash.copy_from_slice(&digest[..8]);
            format!("{:016x}", u64::from_be_bytes(hash))
        };
        (0..count).map(id).collect()
    }

    #[test]
    fn every_trial_is_in_exactly_one_part() {
        for count in 1..=40 {
            let parts: Vec<Shard> =
                (1..=count).map(|index| Shard::new(index, count).expect("a part")).collect();
            for id in ids(500) {
                let having = parts.iter().filter(|part| part.has_id(&id)).count();
                assert_eq!(having, 1, "{id} of {count}");
            }
        }
    }

    #[test]
    fn parts_are_of_about_the_same_size() {
        let ids = ids(10_000);
        for count in [2, 3, 7, 16, 64] {
            let expected = 10_000.0 / count as f64;
            for index in 1..=count {
                let part = Shard::new(index, count).expect("a part");
                let size = ids.iter().filter(|id| part.has_id(id)).count() as f64;
                // Five standard deviations of a binomial.
                assert!(
                    (size - expected).abs() < 5.0 * expected.sqrt(),
                    "part {part} has {size}, expected about {expected}"
                );
            }
        }
    }

    #[test]
    fn the_formula_is_the_one_that_is_documented() {
        // Python: int("f1e72e2e1862730e", 16) % 4 + 1 == 3
        let part = |text: &str| text.parse::<Shard>().expect("a part");
        assert!(part("3/4").has_id("f1e72e2e1862730e"));
        assert!(part("1/1").has_id("f1e72e2e1862730e"));
        assert!(part("2/16").has_id("0000000000000011"));
        assert!(part("16/16").has_id("ffffffffffffffff"));
    }

    #[test]
    fn what_is_no_part_is_refused_and_what_is_reads_as_it_is_written() {
        for wrong in ["0/4", "5/4", "0/0", "x", "1", "1/", "/4", "1/x", "-1/4", "1/2/3", ""] {
            wrong.parse::<Shard>().expect_err(wrong);
        }
        for right in ["1/1", "4/4", "7/100"] {
            assert_eq!(right.parse::<Shard>().expect("a part").to_string(), right);
        }
    }
}

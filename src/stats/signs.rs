//! Tests of paired differences by their signs. Their only assumption is that, without an
//! effect, each difference would have either sign with equal probability.

/// Up to this number of differences, all sign flips are evaluated; beyond it [`SAMPLED_FLIPS`] random ones.
pub const EXACT_UP_TO: usize = 16;

/// Number of random sign flips.
pub const SAMPLED_FLIPS: usize = 19_999;

/// The method of a p-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestKind {
    /// All combinations of the differences' signs.
    SignFlip,
    /// A random sample of them.
    SampledSignFlip,
    /// The sign test of wins and losses.
    Sign,
}

/// The result of a two-sided test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The method.
    pub kind: TestKind,
    /// The p-value: the probability of a result at least as far from 0, without an effect.
    pub p: f64,
    /// The smallest p-value that is possible with this number of differences.
    pub floor: f64,
}

/// The sign-flip permutation test of the mean of paired differences (Fisher 1935, "The Design of
/// Experiments", section 21); `None` for no differences.
///
/// The share of the 2ⁿ combinations of signs for which `|Σ ± dᵢ| ≥ |Σ dᵢ|`. Beyond [`EXACT_UP_TO`] it is
/// `(1 + k) / (1 + m)`, where this holds for k of m random ones (Phipson & Smyth 2010), so that it is never 0. A
/// difference of 0 has no sign: with m others the smallest p-value is 2/2ᵐ.
pub fn sign_flip_test(differences: &[f64], mut draw: impl FnMut(usize) -> usize) -> Option<Test> {
    if differences.is_empty() {
        return None;
    }
    let moved: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    let size: f64 = moved.iter().map(|d| d.abs()).sum();
    // Sums that differ only by rounding errors are treated as equal: accuracies have few digits.
    let observed = moved.iter().sum::<f64>().abs() - 1e-12 * size;
    if moved.len() <= EXACT_UP_TO {
        return Some(Test {
            kind: TestKind::SignFlip,
            p: share_of_flips(&moved, observed),
            floor: smallest(moved.len()),
        });
    }
    let mut flipped = || -> f64 {
        let signed = moved.iter().map(|d| if draw(2) == 0 { *d } else { -d });
        signed.sum()
    };
    let extreme = (0..SAMPLED_FLIPS).filter(|_| flipped().abs() >= observed);
    Some(Test {
        kind: TestKind::SampledSignFlip,
        p: (1 + extreme.count()) as f64 / (1 + SAMPLED_FLIPS) as f64,
        floor: (1.0 / (1 + SAMPLED_FLIPS) as f64).max(smallest(moved.len())),
    })
}

/// The first sign is fixed, since flipping all of them changes no magnitude.
fn share_of_flips(moved: &[f64], observed: f64) -> f64 {
    let ways = 1_usize << moved.len().saturating_sub(1);
    let sum = |way: usize| -> f64 {
        let signed = moved.iter().enumerate().map(|(at, d)| {
            let is_flipped = (way << 1) >> at & 1 == 1;
            if is_flipped { -d } else { *d }
        });
        signed.sum()
    };
    let extreme = (0..ways).filter(|&way| sum(way).abs() >= observed);
    extreme.count() as f64 / ways as f64
}

/// The sign test (Arbuthnott 1710; Dixon & Mood 1946, ties left out): the probability that of `wins +
/// losses` tosses of a fair coin at least as many have the same side, `2 Σ_{k ≥ max} C(n, k) / 2ⁿ`, at most 1.
pub fn sign_test(wins: usize, losses: usize) -> Test {
    let n = wins + losses;
    let mut chance = half_to_the(n);
    let mut tail = 0.0;
    // `chance` is the probability of exactly k on one side; the other tail is as long.
    for k in 0..=wins.min(losses) {
        tail += chance;
        chance *= (n - k) as f64 / (k + 1) as f64;
    }
    Test { kind: TestKind::Sign, p: (2.0 * tail).min(1.0), floor: smallest(n) }
}

/// The smallest p-value of n pairs, 2/2ⁿ.
fn smallest(n: usize) -> f64 {
    (2.0 * half_to_the(n)).min(1.0)
}

fn half_to_the(n: usize) -> f64 {
    0.5_f64.powi(i32::try_from(n).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_draw(_: usize) -> usize {
        unreachable!("all ways are counted")
    }

    #[test]
    fn the_smallest_p_of_n_pairs_is_2_by_2_to_the_n() {
        for (n, floor) in [(3, 0.25), (5, 0.0625), (6, 0.03125), (8, 0.007_812_5)] {
            let differences: Vec<f64> = (1..=n).map(|d| d as f64).collect();
            let test = sign_flip_test(&differences, no_draw).expect("a test");
            let by_wins = sign_test(n, 0);
            assert_eq!((test.p, test.floor, by_wins.p), (floor, floor, floor));
        }
    }

    #[test]
    fn differences_of_0_count_for_nothing() {
        let test = sign_flip_test(&[0.0, 0.1, 0.0, 0.2, 0.1], no_draw).expect("a test");
        assert_eq!((test.p, test.floor), (0.25, 0.25));
        let test = sign_flip_test(&[0.0, 0.0], no_draw).expect("a test");
        assert_eq!((test.p, test.floor), (1.0, 1.0));
        assert_eq!(sign_flip_test(&[], no_draw), None);
        assert_eq!(Some(sign_test(0, 0).p), Some(1.0));
    }

    #[test]
    fn sums_that_differ_by_rounding_alone_are_equal() {
        // 0.1 + 0.2 − 0.3 is 5.6e-17, and 0.3 − 0.1 − 0.2 is −2.8e-17.
        let p = |differences: &[f64]| sign_flip_test(differences, no_draw).map(|test| test.p);
        assert_eq!(p(&[0.1, 0.2, -0.3]), Some(1.0));
        // 12 of 16 sums are at least 0.3 from 0.
        assert_eq!(p(&[0.1, 0.2, 0.3, -0.3]), Some(0.75));
    }

    #[test]
    fn a_sample_of_flips_comes_near_the_share_of_all() {
        let mut state = 1_u64;
        // Knuth's multiplier (MMIX); the high bits are the better ones.
        let mut draw = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        let mut differences = vec![1.0; 13];
        differences.extend([-1.0; 5]);
        let test = sign_flip_test(&differences, &mut draw).expect("a test");
        assert_eq!(test.kind, TestKind::SampledSignFlip);
        // All differences are equal, so that the sign test counts the same combinations.
        let exact = sign_test(13, 5).p;
        let deviation = (exact * (1.0 - exact) / SAMPLED_FLIPS as f64).sqrt();
        assert!((test.p - exact).abs() < 4.0 * deviation, "{} is not {exact}", test.p);
        let all = sign_flip_test(&[1.0; 40], &mut draw).expect("a test");
        assert_eq!((all.p, all.floor), (5e-5, 5e-5));
    }
}

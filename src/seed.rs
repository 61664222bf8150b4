//! Named random streams: the only source of randomness in the program.
//!
//! A stream is determined by `(seed, replicate, name)` and by nothing else: not by the condition, so
//! that every placement of a replicate draws the same initial weights and sees the same batches;
//! not by time, thread or device, so that trials may run in any order. The key of a stream is
//! `SHA-256("bn-lab stream 1" ‖ seed ‖ replicate ‖ name)` (integers as 8 little-endian bytes), and
//! the generator is ChaCha with 8 rounds, whose output is part of its definition. The
//! distributions are written out here, because a library may change how it draws a normal
//! deviate between versions, and then an experiment would no longer repeat.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// The random streams of one replicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
    replicate: u64,
}

impl Streams {
    /// The streams of replicate `replicate` (counted from 1) of an experiment with `seed`.
    pub fn new(seed: u64, replicate: u64) -> Self {
        Self { seed, replicate }
    }

    /// The streams that all replicates share (`replicate` 0): a generated dataset, a fixed split.
    pub fn shared(seed: u64) -> Self {
        Self::new(seed, 0)
    }

    /// The replicate's number, from 1; 0 for streams that all replicates share.
    pub fn replicate(&self) -> u64 {
        self.replicate
    }

    /// The stream called `name`, from its beginning.
    pub fn stream(&self, name: &str) -> Stream {
        let mut hash = Sha256::new();
        hash.update(b"bn-lab stream 1");
        hash.update(self.seed.to_le_bytes());
        hash.update(self.replicate.to_le_bytes());
        hash.update(name.as_bytes());
        Stream { generator: ChaCha8Rng::from_seed(hash.finalize().into()), spare_normal: None }
    }
}

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
    spare_normal: Option<f64>,
}

impl Stream {
    /// Uniform in `[0, 1)`, with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `[low, high)`, as one draw of [`Stream::uniform`].
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Standard normal, by the Box–Muller transform: `√(−2 ln u₁) · (cos, sin)(2π u₂)`.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        // 1 − u lies in (0, 1], so the logarithm is finite.
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare_normal = Some(radius * sine);
        radius * cosine
    }

    /// Uniform in `0..bound` without bias (Lemire 2019, by rejection).
    ///
    /// # Panics
    ///
    /// If `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "a draw needs at least one outcome");
        let bound = bound as u64;
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.generator.next_u64()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// Puts `items` into a uniformly random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(streams: Streams, name: &str) -> Vec<f64> {
        let mut stream = streams.stream(name);
        (0..8).map(|_| stream.uniform()).collect()
    }

    #[test]
    fn a_stream_depends_on_seed_replicate_and_name_and_on_nothing_else() {
        let base = draws(Streams::new(7, 1), "order");
        assert_eq!(base, draws(Streams::new(7, 1), "order"));
        assert_ne!(base, draws(Streams::new(8, 1), "order"));
        assert_ne!(base, draws(Streams::new(7, 2), "order"));
        assert_ne!(base, draws(Streams::new(7, 1), "init"));
    }

    #[test]
    fn the_first_draws_never_change() {
        // Recorded once: stored results can be reproduced only as long as these draws stay the same.
        let mut stream = Streams::new(0, 1).stream("order");
        let drawn: Vec<usize> = (0..6).map(|_| stream.below(1000)).collect();
        assert_eq!(drawn, [450, 974, 163, 613, 578, 481]);
    }

    #[test]
    fn normal_deviates_have_mean_0_variance_1_and_normal_tails() {
        let mut stream = Streams::new(1, 1).stream("normal");
        let n = 200_000;
        let sample: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let mean = sample.iter().sum::<f64>() / f64::from(n);
        let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        let beyond_two = sample.iter().filter(|x| x.abs() > 2.0).count() as f64 / f64::from(n);
        assert!(mean.abs() < 0.01, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.02, "variance {variance}");
        assert!((beyond_two - 0.0455).abs() < 0.002, "beyond two sigma {beyond_two}");
    }

    #[test]
    fn a_shuffle_is_a_permutation_and_every_position_is_reached() {
        let mut counts = [[0u32; 4]; 4];
        let mut stream = Streams::new(3, 1).stream("shuffle");
        for _ in 0..4000 {
            let mut items = [0usize, 1, 2, 3];
            stream.shuffle(&mut items);
            for (place, &item) in items.iter().enumerate() {
                counts[item][place] += 1;
            }
        }
        // Each of the 16 cells expects 1000 with a standard deviation of 27.
        assert!(counts.iter().flatten().all(|&n| (880..1120).contains(&n)), "{counts:?}");
    }
}

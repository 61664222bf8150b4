//! The most multiply-additions that a core does in a second.

use std::hint::black_box;
use std::time::Instant;

use pulp::{Simd, WithSimd};

use super::instruction_set::dispatch;
use super::panels::PANEL;

/// Number of links of each chain: some 0.2 milliseconds.
const LINKS: usize = 100_000;

/// Fused multiply-additions of 32-bit numbers that this core does in a second, with the vectors that the kernels use:
/// chains in registers that do not wait for each other, and no access to memory.
pub fn peak() -> f64 {
    let started = Instant::now();
    let (sum, count) = dispatch(PANEL, Chains { factor: black_box(0.5), term: black_box(0.5) });
    let seconds = started.elapsed().as_secs_f64();
    black_box(sum);
    count as f64 / seconds
}

/// `x ← factor · x + term`, over and over.
struct Chains {
    factor: f32,
    term: f32,
}

impl WithSimd for Chains {
    type Output = (f32, usize);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        // As many as the registers hold: 32 of NEON, 16 of AVX2.
        match S::F32_LANES {
            4 => self.run::<S, 24>(simd),
            _ => self.run::<S, 12>(simd),
        }
    }
}

impl Chains {
    /// The sum of `N` chains, and the number of multiply-additions.
    #[inline(always)]
    fn run<S: Simd, const N: usize>(self, simd: S) -> (f32, usize) {
        let [factor, term] = [self.factor, self.term].map(|x| simd.splat_f32s(x));
        let mut chains = [simd.splat_f32s(0.0); N];
        for _ in 0..LINKS {
            for chain in &mut chains {
                *chain = simd.mul_add_f32s(factor, *chain, term);
            }
        }
        let sums = chains.iter().map(|&chain| simd.reduce_sum_f32s(chain));
        (sums.sum(), N * LINKS * S::F32_LANES)
    }
}

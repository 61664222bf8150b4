//! The two register tiles that every matrix product and convolution consists of.

use pulp::Simd;

/// Number of products of a row between two checks of its bounds.
const UNROLLED: usize = 8;

/// `sums[r][v] + Σₖ x[at[r] + k] · b[k][v]`: rows of `x` times a panel.
#[inline(always)]
pub(super) fn product<S: Simd, const R: usize, const V: usize>(
    simd: S,
    mut sums: [[S::f32s; V]; R],
    x: &[f32],
    at: [usize; R],
    b: &[[S::f32s; V]],
) -> [[S::f32s; V]; R] {
    let (whole, rest) = b.as_chunks::<UNROLLED>();
    for (chunk, b) in whole.iter().enumerate() {
        let mut a = [&[0.0; UNROLLED]; R];
        for r in 0..R {
            let row = x[at[r] + chunk * UNROLLED..].first_chunk();
            let Some(row) = row else { unreachable!("a row is as long as the panel is deep") };
            a[r] = row;
        }
        for k in 0..UNROLLED {
            for r in 0..R {
                let a = simd.splat_f32s(a[r][k]);
                for v in 0..V {
                    sums[r][v] = simd.mul_add_f32s(a, b[k][v], sums[r][v]);
                }
            }
        }
    }
    for (k, b) in rest.iter().enumerate() {
        let k = whole.len() * UNROLLED + k;
        for r in 0..R {
            let a = simd.splat_f32s(x[at[r] + k]);
            for v in 0..V {
                sums[r][v] = simd.mul_add_f32s(a, b[v], sums[r][v]);
            }
        }
    }
    sums
}

/// `sums[r][v] + Σₚ a[p · a_step + r] · d[p · d_step + v]` over `count` positions.
#[inline(always)]
pub(super) fn outer<S: Simd, const R: usize, const V: usize>(
    simd: S,
    mut sums: [[S::f32s; V]; R],
    (a, a_step): (&[f32], usize),
    (d, d_step): (&[f32], usize),
    count: usize,
) -> [[S::f32s; V]; R] {
    for (p, d) in d.chunks(d_step).take(count).enumerate() {
        let d = S::as_simd_f32s(d).0.first_chunk::<V>();
        let (Some(d), Some(a)) = (d, a[p * a_step..].first_chunk::<R>()) else {
            unreachable!("every position has its inputs and its gradients")
        };
        for r in 0..R {
            let a = simd.splat_f32s(a[r]);
            for v in 0..V {
                sums[r][v] = simd.mul_add_f32s(a, d[v], sums[r][v]);
            }
        }
    }
    sums
}

/// The tile at the start of rows that lie `step` apart.
#[inline(always)]
pub(super) fn load<S: Simd, const R: usize, const V: usize>(
    simd: S,
    from: &[f32],
    step: usize,
) -> [[S::f32s; V]; R] {
    let mut tile = [[simd.splat_f32s(0.0); V]; R];
    for r in 0..R {
        tile[r].copy_from_slice(&S::as_simd_f32s(&from[r * step..]).0[..V]);
    }
    tile
}

/// Writes a tile to the start of rows that lie `step` apart.
#[inline(always)]
pub(super) fn store<S: Simd, const R: usize, const V: usize>(
    tile: &[[S::f32s; V]; R],
    to: &mut [f32],
    step: usize,
) {
    for r in 0..R {
        S::as_mut_simd_f32s(&mut to[r * step..]).0[..V].copy_from_slice(&tile[r]);
    }
}

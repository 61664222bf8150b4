//! The update rules on plain slices: one pass over the weights, in loops that the compiler
//! vectorises for the processor at hand. Each element is computed on its own, in 32-bit floats, so
//! the width of the vectors decides no bit of the result.
//!
//! In every rule `w` are the weights, `g` the gradient and `η` the rate. Weight decay enters in one
//! of its two ways: `g ← g + λ w` (an L2 penalty), or `w ← κ w` before the update (decoupled).
//! Running means are written as `m ← m + (1 − β)(x − m)`: with `1 − β` rounded only once, the
//! weights in the mean still add up to the bias that Adam corrects.

use pulp::Arch;

/// Weight decay of one step; `λ = 0, κ = 1` is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decay {
    /// λ, added to the gradient.
    pub(super) penalty: f32,
    /// κ, multiplied into the weights.
    pub(super) keep: f32,
}

/// What a running mean forgets. The mean of a unit that has died shrinks for ever, and arithmetic
/// on numbers below 1e-38 takes a processor ten times as long as on others.
const NOTHING: f32 = 1e-30;

fn or_nothing(mean: f32) -> f32 {
    if mean.abs() < NOTHING { 0.0 } else { mean }
}

/// `w ← w − η g`
pub(super) fn descend(w: &mut [f32], g: &[f32], rate: f32, decay: Decay) {
    Arch::new().dispatch(|| {
        for (w, g) in w.iter_mut().zip(g) {
            let g = g + decay.penalty * *w;
            *w = decay.keep * *w - rate * g;
        }
    });
}

/// `v ← μ v + g`, then `w ← w − η v` or, looking ahead (`NESTEROV`), `w ← w − η (g + μ v)`.
pub(super) fn momentum<const NESTEROV: bool>(
    w: &mut [f32],
    g: &[f32],
    v: &mut [f32],
    [rate, mu]: [f32; 2],
    decay: Decay,
) {
    Arch::new().dispatch(|| {
        for ((w, g), v) in w.iter_mut().zip(g).zip(v) {
            let g = g + decay.penalty * *w;
            *v = or_nothing(mu * *v + g);
            let step = if NESTEROV { g + mu * *v } else { *v };
            *w = decay.keep * *w - rate * step;
        }
    });
}

/// `s ← s + a (g² − s)` with `a = 1 − ρ`, then `w ← w − η g / (√s + ε)`
pub(super) fn rms_prop(
    w: &mut [f32],
    g: &[f32],
    s: &mut [f32],
    [rate, a, epsilon]: [f32; 3],
    decay: Decay,
) {
    Arch::new().dispatch(|| {
        for ((w, g), s) in w.iter_mut().zip(g).zip(s) {
            let g = g + decay.penalty * *w;
            *s = or_nothing(*s + a * (g * g - *s));
            *w = decay.keep * *w - rate * (g / (s.sqrt() + epsilon));
        }
    });
}

/// `m ← m + a₁ (g − m)` and `s ← s + a₂ (g² − s)` with `a = 1 − β`, then `w ← w − η m / (√s + ε)`;
/// the caller has put both bias corrections into `η` and `ε`.
pub(super) fn adam(
    w: &mut [f32],
    g: &[f32],
    [m, s]: [&mut [f32]; 2],
    [rate, a_1, a_2, epsilon]: [f32; 4],
    decay: Decay,
) {
    Arch::new().dispatch(|| {
        for (((w, g), m), s) in w.iter_mut().zip(g).zip(m).zip(s) {
            let g = g + decay.penalty * *w;
            *m = or_nothing(*m + a_1 * (g - *m));
            *s = or_nothing(*s + a_2 * (g * g - *s));
            *w = decay.keep * *w - rate * (*m / (s.sqrt() + epsilon));
        }
    });
}

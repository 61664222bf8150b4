//! Which vector instructions the kernels use.

use std::sync::atomic::{AtomicBool, Ordering};

use pulp::{Arch, WithSimd};

use super::panels::PANEL;

/// Whether AVX-512 is not used even where the processor has it.
static CAPPED: AtomicBool = AtomicBool::new(false);

/// Whether this processor has vectors with fused multiply-additions. Without them, each one would be a call of a
/// function.
pub fn available() -> bool {
    !matches!(Arch::new(), Arch::Scalar)
}

/// Uses at most AVX2 from here on, to measure what processors without AVX-512 do. Results do not change.
pub fn cap_at_avx2() {
    CAPPED.store(true, Ordering::Relaxed);
}

/// The name of the vectors that the kernels use; the architecture's where they use none.
pub fn instruction_set() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" if has_avx512() && !is_capped() => "AVX-512",
        "x86_64" if available() => "AVX2",
        "aarch64" if available() => "NEON",
        architecture => architecture,
    }
}

/// Whether this processor has wider vectors than the kernels use.
pub fn is_limited() -> bool {
    has_avx512() && is_capped()
}

fn is_capped() -> bool {
    CAPPED.load(Ordering::Relaxed)
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    pulp::x86::V4::try_new().is_some()
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx512() -> bool {
    false
}

/// Runs `work`, a loop over plain slices, compiled for the widest vectors of this processor.
#[inline(always)]
pub fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    dispatch(PANEL, work)
}

/// Runs `op` with the widest vectors that divide `columns`, a multiple of half a panel.
#[inline(always)]
pub(super) fn dispatch<Op: WithSimd>(columns: usize, op: Op) -> Op::Output {
    debug_assert!(columns.is_multiple_of(PANEL / 2), "padded");
    #[cfg(test)]
    match emulated::lanes() {
        Some(1) => return pulp::Simd::vectorize(pulp::Scalar, op),
        Some(4) => return pulp::Simd::vectorize(pulp::Scalar128b, op),
        Some(8) => return pulp::Simd::vectorize(pulp::Scalar256b, op),
        Some(16) if columns.is_multiple_of(PANEL) => {
            return pulp::Simd::vectorize(pulp::Scalar512b, op);
        }
        _ => {}
    }
    #[cfg(target_arch = "x86_64")]
    if (!columns.is_multiple_of(PANEL) || is_capped())
        && let Some(simd) = pulp::x86::V3::try_new()
    {
        return pulp::Simd::vectorize(simd, op);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = columns.is_multiple_of(PANEL);
    Arch::new().dispatch(op)
}

/// Vectors of other processors, in plain Rust: without the instructions of this one, the tests take the paths that others take.
#[cfg(test)]
pub(super) mod emulated {
    use std::cell::Cell;

    thread_local! {
        static LANES: Cell<Option<usize>> = const { Cell::new(None) };
    }

    pub(in crate::kernels) fn lanes() -> Option<usize> {
        LANES.get()
    }

    /// Does `work` with vectors of 1, 4 (as NEON has), 8 or 16 values on this thread.
    pub(in crate::kernels) fn with<R>(lanes: usize, work: impl FnOnce() -> R) -> R {
        LANES.set(Some(lanes));
        let result = work();
        LANES.set(None);
        result
    }
}

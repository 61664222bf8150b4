//! Arithmetic on plain slices for the fused training step: matrix products, convolutions and normalisation, vectorised
//! once per instruction set and chosen at run time. Nothing here knows networks or burn.
//!
//! # Layouts
//!
//! Values are `[rows, columns]`, row-major, a row being an example or a position of a feature map (channels last); the
//! number of columns is [`padded`] to a multiple of 8, and the columns behind the real ones contain 0. A matrix of
//! weights `[depth, columns]` is stored in [panels](Panels) of 16 columns, so that every product reads it in the order
//! of memory.
//!
//! # Results do not depend on the vector width
//!
//! Every element of a product and every sum over rows is added up in an order that only the shapes determine: one chain of
//! (fused multiply-)additions, or a sum of such chains. Wider vectors compute more elements at a time, each in the same way.

#![expect(
    clippy::inline_always,
    reason = "vector instructions are compiled as such only inside the function that enables them"
)]

mod columns;
mod instruction_set;
mod panels;
mod peak;
mod pooling;
mod product;
mod tile;

pub use self::columns::{
    ColumnMap, Piecewise, activate, activation_gradient, add, centred_squares, gradient_sums,
    input_gradient, normalise, sums,
};
pub use self::instruction_set::{available, cap_at_avx2, instruction_set, is_limited, vectorised};
pub(crate) use self::panels::PANEL;
pub use self::panels::{Panels, padded};
pub use self::peak::peak;
pub use self::pooling::{Windows, max_pool, max_pool_gradient};
pub use self::product::{Line, Outer, Product, Rows};

#[cfg(test)]
mod tests;

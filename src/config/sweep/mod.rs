//! The `[sweep]` section. Its keys are combined; `zip` varies keys together, `when` varies a key only
//! where a pattern holds, `exclude` drops points, `include` adds some.
//!
//! ```text
//! keys and zip groups ─product─▶ points ─when─▶ more points ─exclude─▶ fewer ─include─▶ all
//! ```

mod decimal;
mod groups;
mod part;
mod pattern;
mod points;
mod range;
mod values;
mod write;

pub(super) use self::groups::read;
pub(super) use self::part::Part;
pub(super) use self::points::{Axis, MOST_POINTS, Sweep, SweepPoint, UNSET};
pub(super) use self::values::values_in;
pub(super) use self::write::write;

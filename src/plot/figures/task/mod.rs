//! A look at the task itself: the inputs, which classes the trained networks take for which, the mistakes, and the weights
//! that see the inputs. All of it comes from the files that `probe.predictions` keeps.

mod classes;
mod confusion;
mod pictures;
mod sheets;

pub(super) use confusion::{draw as confusion, draw_differences as confusion_differences};
pub(super) use pictures::{mistakes, samples, weights};
pub(super) use sheets::details;

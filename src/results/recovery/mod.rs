//! How runs share a results folder, and how an interrupted trial resumes. [`locks`] documents the protocol.

pub(in crate::results) mod attempts;
pub(in crate::results) mod ending;
pub(in crate::results) mod lease;
pub mod leases;
pub mod locks;
pub(in crate::results) mod opening;
pub mod ownership;
pub(in crate::results) mod partials;
pub(in crate::results) mod retrain;
pub(in crate::results) mod runs;
pub(in crate::results) mod state;
pub mod survey;
pub(in crate::results) mod takeover;
pub(in crate::results) mod trial_files;

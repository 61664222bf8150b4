//! The files of a results folder: their names, columns and fields, and how each is read and written.

pub(in crate::results) mod checkpoint;
pub mod compact;
pub(in crate::results) mod curves;
pub(in crate::results) mod datasets;
pub mod files;
pub mod layout;
pub mod manifest;
pub(in crate::results) mod marker;
pub mod numbers;
pub(in crate::results) mod predictions;
pub mod schema;
pub(in crate::results) mod tables;

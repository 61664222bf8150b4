//! `compact.json`, which marks a folder as a compact copy of another one.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::layout::Layout;

/// `compact.json`: that a folder is a compact copy, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::results) struct Marker {
    /// [`crate::results::format::schema::SCHEMA_VERSION`]
    pub(in crate::results) schema: u32,
    /// The experiment's name.
    pub(in crate::results) name: String,
    /// The folder that it was made of, as it was called; without the way to it where that began at
    /// the root.
    pub(in crate::results) of: PathBuf,
    /// Whether it is still being made, or its making was cut short: its files may be of two moments.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::results) unfinished: bool,
}

/// Whether the folder is a compact copy.
pub fn is_compact(layout: &Layout) -> bool {
    fs::is_file(&layout.compact())
}

/// What a compact copy says of itself; `None` where it is none, or is damaged.
pub(in crate::results) fn marker(layout: &Layout) -> Result<Option<Marker>> {
    let bytes = fs::read_if_exists(&layout.compact())?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Refuses a compact copy where a whole results folder is needed: `why` completes "is a compact copy
/// of a results folder: ".
pub fn refuse(layout: &Layout, why: &str) -> Result<()> {
    if !is_compact(layout) {
        return Ok(());
    }
    let whole = marker(layout)?.map_or_else(
        || "take the folder that it was made of".to_owned(),
        |marker| format!("it was made of `{}`: take that", marker.of.display()),
    );
    Err(Error::Folder {
        problem: format!(
            "`{}` is a compact copy of a results folder: {why}",
            layout.root().display()
        ),
        hint: format!("{whole}, or another folder"),
    })
}

/// Refuses a copy whose making was cut short.
pub(in crate::results) fn check_finished(layout: &Layout) -> Result<()> {
    let Some(marker) = marker(layout)?.filter(|marker| marker.unfinished) else {
        return Ok(());
    };
    Err(Error::Results(format!(
        "`{}` is a compact copy that was cut short: its files may not belong together\n  hint: `bn-lab publish DIR --into {}` makes it again, from the whole folder `{}`",
        layout.root().display(),
        layout.root().display(),
        marker.of.display()
    )))
}

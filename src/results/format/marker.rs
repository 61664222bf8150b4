//! `compact.json`, which marks a folder as a compact copy of another one.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::fs;
use crate::plan;
use crate::results::format::layout::Layout;

/// The content of `compact.json`: of which folder this is a compact copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::results) struct Marker {
    /// [`crate::results::format::schema::SCHEMA_VERSION`]
    pub(in crate::results) schema: u32,
    /// The experiment's name.
    pub(in crate::results) name: String,
    /// The numbers version of its trials; copies made by earlier versions have none.
    #[serde(default = "plan::unrecorded_numbers_version")]
    pub(in crate::results) numbers_version: u32,
    /// The folder that was copied, as the command line named it; only its name where that was an absolute
    /// path.
    pub(in crate::results) of: PathBuf,
    /// Whether the copy is not complete: its files may then be inconsistent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(in crate::results) unfinished: bool,
}

/// Whether the folder is a compact copy.
pub fn is_compact(layout: &Layout) -> bool {
    fs::is_file(&layout.compact())
}

/// The marker of a compact copy; `None` where the folder is none, or the marker is damaged.
pub(in crate::results) fn marker(layout: &Layout) -> Result<Option<Marker>> {
    let bytes = fs::read_if_exists(&layout.compact())?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Refuses a compact copy where a full results folder is needed: `why` completes "is a compact copy
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

/// Refuses a copy that is not complete.
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

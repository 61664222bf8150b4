//! The numbers version of the trials in a results folder. It is part of their ids: with it, the ids of an
//! experiment can be computed as the program computed them that trained it.

use crate::error::Result;
use crate::plan;
use crate::results::format::compact;
use crate::results::format::files;
use crate::results::format::layout::Layout;

/// The numbers version of the trials with these ids, of which the folder's table consists: from their records,
/// or in a compact copy from `compact.json`. This program's where none of them has ended.
pub fn version(layout: &Layout, ids: &[&str]) -> Result<u32> {
    if let Some(marker) = compact::marker(layout)? {
        return Ok(marker.numbers_version);
    }
    for id in ids {
        if let Some(record) = files::record_of(layout, id)? {
            return Ok(record.numbers_version);
        }
    }
    Ok(plan::NUMBERS_VERSION)
}

//! Partial files that killed processes left.

use rayon::prelude::*;

use crate::error::Result;
use crate::fs;
use crate::results::format::layout::Layout;

/// Deletes the partial files that killed processes left, in the folder and its subfolders; those that are
/// still being written are kept. To be called before writing into the folder.
pub(in crate::results) fn remove(layout: &Layout) -> Result<()> {
    fs::remove_partials(layout.root())?;
    fs::remove_partials(&layout.charts())?;
    fs::folders(&layout.trials())?.par_iter().try_for_each(|folder| {
        let id = folder.file_name().unwrap_or_default().to_string_lossy();
        let trial = layout.trial(&id);
        for trial in [&trial.again(), &trial] {
            fs::remove_partials(&trial.checkpoints())?;
            fs::remove_partials(trial.root())?;
        }
        Ok(())
    })
}

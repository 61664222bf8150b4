//! Files that killed processes left half-written.

use rayon::prelude::*;

use crate::error::Result;
use crate::fs;
use crate::results::format::layout::Layout;

/// Deletes the partial files that killed processes left, wherever in the folder they are; those that somebody
/// is still writing stay. For whoever is about to write into the folder.
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

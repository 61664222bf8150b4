//! Counts trainings that began and never ended, because the process ended with them: a trial that needs more
//! memory than there is ends every run that trains it. Such a trial is trained after all others, with none beside it.
//!
//! The count is in a small file in the trial's folder, from the beginning of its training until its end,
//! whatever that is. It counts attempts, not faults: a process that was killed for another
//! reason counts as well.

use crate::error::Result;
use crate::fs;
use crate::results::format::layout::TrialLayout;

/// After this number of attempts without an end a trial is trained last.
const MOST: u32 = 2;

/// Records that a training begins. Requires the lease of the trial.
pub(in crate::results) fn begin(trial: &TrialLayout) -> Result<()> {
    let count = count(trial)?.saturating_add(1);
    fs::replace_unsynced(&trial.attempts(), format!("{count}\n").as_bytes())
}

/// Records that the training ended.
pub(in crate::results) fn end(trial: &TrialLayout) -> Result<()> {
    fs::remove_if_exists(&trial.attempts())
}

/// The number of attempts that ended the process, if it is high enough that the trial is trained last. `is_live`
/// returns whether a run trains it now, and is called only where it matters.
pub(in crate::results) fn suspicion(
    trial: &TrialLayout,
    is_live: impl FnOnce() -> Result<bool>,
) -> Result<Option<u32>> {
    let mut count = count(trial)?;
    if count >= MOST && is_live()? {
        count -= 1;
    }
    Ok(Some(count).filter(|&count| count >= MOST))
}

/// The number of attempts; 0 where the file is not a number.
fn count(trial: &TrialLayout) -> Result<u32> {
    let bytes = fs::read_if_exists(&trial.attempts())?.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.trim().parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::format::layout::Layout;

    #[test]
    fn a_trial_comes_last_after_two_attempts_without_an_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let trial = Layout::new(folder.path()).trial("a");
        fs::create_folder(trial.root()).expect("writable");
        let last = || suspicion(&trial, || Ok(false)).expect("readable").is_some();
        let mut seen = Vec::new();
        for _ in 0..3 {
            seen.push(last());
            begin(&trial).expect("writable");
        }
        assert_eq!((seen, last()), (vec![false, false, true], true));
        assert_eq!(suspicion(&trial, || Ok(true)).expect("readable"), Some(2));
        end(&trial).expect("writable");
        end(&trial).expect("there is nothing to delete");
        assert!(!last() && !trial.attempts().exists());
        fs::replace(&trial.attempts(), b"many\xff").expect("writable");
        assert!(!last());
    }
}

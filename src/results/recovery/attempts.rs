//! How often a training began and never ended, because it took its process with it: one that needs more memory
//! than there is ends every run that comes to it. Such a trial comes after all others, with none beside it.
//!
//! The number stands in a small file of the trial's folder, from the beginning of its training until its
//! end, whatever that is. It is a number of attempts, not of faults: a process that was killed for another
//! reason counts as well.

use crate::error::Result;
use crate::fs;
use crate::results::format::layout::TrialLayout;

/// After so many attempts without an end a trial comes last.
const MOST: u32 = 2;

/// A training is about to begin. Only for who holds the trial.
pub(in crate::results) fn begin(trial: &TrialLayout) -> Result<()> {
    let count = count(trial)?.saturating_add(1);
    fs::replace_unsynced(&trial.attempts(), format!("{count}\n").as_bytes())
}

/// It came to an end.
pub(in crate::results) fn end(trial: &TrialLayout) -> Result<()> {
    fs::remove_if_exists(&trial.attempts())
}

/// How often its training ended its process, if so often that it comes last. `is_live` tells whether a run is at it
/// now, and is asked only where that decides.
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

/// A file that cannot be read as a number tells of no attempt.
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

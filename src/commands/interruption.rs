//! What a run says that the user has stopped: how the experiment stands, and the command that completes it.

use std::ffi::OsString;

use crate::error::Error;
use crate::results::format::layout::Layout;
use crate::results::query::Results;
use crate::shell;
use crate::units;

/// The error of a stopped run whose experiment has unfinished trials; `None` where all are finished.
pub(super) fn unfinished(layout: &Layout, results: &Results) -> Option<Error> {
    let all = results.trials.len();
    let left = results.trials.iter().filter(|trial| trial.status.is_left()).count();
    let finished = all - left;
    if left == 0 {
        return None;
    }
    let shown = match finished {
        0 => String::new(),
        _ => format!("; `bn-lab show {}` shows them", layout.root().display()),
    };
    Some(Error::Interrupted(format!(
        "{finished} of {} finished and recorded in `{}`{shown}\n  hint: {}, and trials under way resume where they stopped",
        units::counted(all, "trial is", "trials are"),
        layout.root().display(),
        completion()
    )))
}

/// The error of a run that was stopped after its last trial.
pub(super) fn finished() -> Error {
    Error::Interrupted("all trials are finished and recorded".to_owned())
}

/// The error of a run that was stopped before it could record its last measurements.
pub(super) fn unrecorded() -> Error {
    Error::Interrupted(format!("finished trials are recorded\n  hint: {}", completion()))
}

/// Which command completes the experiment: the one that this process was started with.
fn completion() -> String {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let (command, is_forced) = again(&arguments);
    let command = command.map_or("the same command".to_owned(), |command| format!("`{command}`"));
    let without = if is_forced { " (without `--force`, which would begin all anew)" } else { "" };
    format!("{command}{without} completes the rest")
}

/// The command line without `--force`, `None` where it cannot be pasted into a terminal; and whether it had that option.
fn again(arguments: &[OsString]) -> (Option<String>, bool) {
    let is_force = |word: &&OsString| {
        let word = word.to_string_lossy();
        word == "--force" || word.starts_with("--force=")
    };
    let kept = arguments.iter().filter(|word| !is_force(word));
    let words: Option<Vec<String>> =
        kept.map(|word| word.to_str().and_then(shell::pasted)).collect();
    (words.map(|words| words.join(" ")), arguments.iter().any(|word| is_force(&word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_repeated_without_what_would_begin_anew() {
        let again = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            again(&words)
        };
        assert_eq!(
            again(&["bn-lab", "run", "my file.toml", "--force=ab", "-j", "2"]),
            (Some("bn-lab run 'my file.toml' -j 2".to_owned()), true)
        );
        assert_eq!(again(&["bn-lab", "run", "x"]), (Some("bn-lab run x".to_owned()), false));
        assert_eq!(again(&["bn-lab", "run", "a\u{1b}[2J"]), (None, false));
    }
}

//! Checks whether results folders are of the same experiment, and if not, in which keys they differ.

use std::path::{Path, PathBuf};

use crate::config;
use crate::error::{Error, Result};
use crate::fs;
use crate::results::format::layout::Layout;
use crate::results::status::settings::{self, Setting};

/// The bytes of the experiment that all folders share.
pub(super) fn same_experiment(sources: &[Layout], target: &Layout) -> Result<Vec<u8>> {
    let mut first: Option<(PathBuf, Vec<u8>)> = None;
    for folder in sources.iter().chain([target]) {
        let path = folder.experiment();
        let Some(bytes) = fs::read_if_exists(&path)? else {
            if folder == target {
                continue;
            }
            return Err(Error::Results(format!(
                "`{}` is not a results folder: it has no `experiment.toml`",
                folder.root().display()
            )));
        };
        match &first {
            None => first = Some((path, bytes)),
            Some((one, text)) if !config::mean_the_same(text, &bytes) => {
                return Err(different_experiments(one, text, &path, &bytes));
            }
            Some(_) => {}
        }
    }
    first
        .map(|(_, text)| text)
        .ok_or_else(|| Error::Usage("there is no folder to merge".to_owned()))
}

/// Most differing settings that are listed; they suffice to recognise a wrong folder.
const MOST_TOLD: usize = 3;

fn different_experiments(one: &Path, text: &[u8], other: &Path, bytes: &[u8]) -> Error {
    let trees = (toml::from_slice(text), toml::from_slice(bytes));
    let settings = match trees {
        (Ok(one), Ok(other)) => {
            settings::differing(&config::by_content(one), &config::by_content(other))
        }
        _ => Vec::new(),
    };
    let told: Vec<String> = settings.iter().take(MOST_TOLD).map(Setting::to_string).collect();
    let difference = match settings.len() {
        0 => "their text".to_owned(),
        all if all > MOST_TOLD => format!("{all} settings, such as {}", told.join("; ")),
        _ => told.join("; "),
    };
    Error::Results(format!(
        "`{}` and `{}` are different experiments: they differ in {difference}\n  hint: only results of the same experiment can be merged; nothing was written",
        one.display(),
        other.display()
    ))
}

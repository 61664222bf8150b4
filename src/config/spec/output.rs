//! Keys outside all sections, and `[output]`.

use std::path::{Path, PathBuf};

use crate::config::declare::keys;
use crate::config::key::DefaultValue::{Number, Open, Text, Whole};
use crate::config::point::Point;
use crate::config::rule::{self, ABOVE_0_TO_1, Rule, count};
use crate::config::value::Value;

keys! { TOP_KEYS:
    NAME: Option<String> = "name", Rule::Name, default Open("the file's name without its extension");
        "Short name; names the default results folder.";
    QUESTION: String = "question", Rule::Text, default Text("");
        "The question that the experiment answers, in a sentence; stands on top of the charts.";
    REPLICATES: u64 = "replicates", count(10_000), default Whole(3);
        "Repetitions of every condition. Replicate k draws from the same random streams in every condition, so differences are paired.";
    SEED: u64 = "seed", rule::SEED, default Whole(0);
        "Base seed of every random stream.";
}

keys! { OUTPUT_KEYS:
    OUTPUT_DIR: Option<PathBuf> = "output.dir", Rule::Folder, default Open("`results/<name>`");
        "The results folder, relative to the working directory.";
    LOG_EVERY_STEPS: usize = "output.log_every_steps", count(1_000_000_000), default Whole(50);
        "A row in `steps.csv` every so many steps.";
    TARGET_ACCURACY: f64 = "output.target_accuracy", ABOVE_0_TO_1, default Number(0.97);
        "The accuracy whose first reaching is reported as epochs and seconds to target.";
}

/// The keys outside all sections.
pub(in crate::config) struct Top {
    pub(in crate::config) name: String,
    pub(in crate::config) question: String,
    pub(in crate::config) replicates: u64,
    pub(in crate::config) seed: u64,
}

impl Top {
    /// Reads the keys outside all sections; `file` gives the default name.
    pub(in crate::config) fn read(point: &Point<'_>, file: &Path) -> Self {
        let default = default_name(file);
        Self {
            name: point.get_or(NAME, Value::Text(default.clone())).unwrap_or(default),
            question: point.get(QUESTION),
            replicates: point.get(REPLICATES),
            seed: point.get(SEED),
        }
    }
}

/// The name of an experiment that states none.
pub(in crate::config) fn default_name(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The results folder of an experiment that states none.
pub(in crate::config) fn default_folder(name: &str) -> String {
    format!("results/{name}")
}

/// `[output]`: nothing here affects a number, so nothing here is part of a trial's id.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The results folder.
    pub dir: PathBuf,
    /// Number of steps between two rows in `steps.csv`; at least 1.
    pub log_every_steps: usize,
    /// The target accuracy of the metrics "epochs to target" and "seconds to target".
    pub target_accuracy: f64,
}

impl Output {
    /// Reads `[output]` of an experiment of that name.
    pub(in crate::config) fn read(point: &Point<'_>, name: &str) -> Self {
        Self {
            dir: point.get(OUTPUT_DIR).unwrap_or_else(|| default_folder(name).into()),
            log_every_steps: point.get(LOG_EVERY_STEPS),
            target_accuracy: point.get(TARGET_ACCURACY),
        }
    }
}

//! Arguments of `bn-lab report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::selection::Selection;

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// One file with the figures in it, for a browser
    Html,
    /// Text with the figures beside it, in `charts/`
    Md,
}

/// `bn-lab report`
#[derive(Debug, Args)]
pub struct Report {
    /// A results folder; or several, or a folder that holds such, for one report on all of them
    #[arg(value_name = "DIR", required_unless_present_any = ["splice", "check"], conflicts_with = "splice")]
    pub results: Vec<PathBuf>,
    /// The metric on which the answer is based: `test_accuracy`, `epochs_to_target` … (an unknown name lists them all) [default: what the
    /// experiment's claim is about, else `test_accuracy`]
    #[arg(long, value_name = "NAME", conflicts_with = "splice")]
    pub metric: Option<String>,
    /// Show these figures only, in this order [default: those that `plot` draws]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "splice")]
    pub figures: Vec<String>,
    /// The conditions.
    #[command(flatten)]
    pub selection: Selection,
    /// Write into another folder than the one that is given; of several, into this one
    #[arg(long, value_name = "DIR", conflicts_with = "splice")]
    pub output: Option<PathBuf>,
    /// What to write
    #[arg(
        long,
        value_name = "FORMATS",
        value_delimiter = ',',
        default_value = "html,md",
        conflicts_with = "splice"
    )]
    pub format: Vec<ReportFormat>,
    /// Open the HTML file in the browser
    #[arg(long, conflicts_with_all = ["splice", "check"])]
    pub open: bool,
    /// Rewrite what stands between `<!-- bn-lab: … -->` and `<!-- bn-lab: end -->` in a Markdown file
    /// from the results folders that it names
    #[arg(long, value_name = "FILE")]
    pub splice: Option<PathBuf>,
    /// With `--splice`: write nothing, and fail if anything would change
    #[arg(long)]
    pub check: bool,
}

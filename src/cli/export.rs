//! Arguments of `bn-lab export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The program that reads what is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Event files of TensorBoard: a run for each trial
    Tensorboard,
}

/// `bn-lab export`
#[derive(Debug, Args)]
pub struct Export {
    /// A results folder
    #[arg(value_name = "DIR")]
    pub results: PathBuf,
    /// The program that will read the files
    #[arg(long, value_name = "PROGRAM")]
    pub to: ExportFormat,
    /// Output folder [default: `tensorboard` in the results folder]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

//! The command line as types for clap.

mod bench;
mod configs;
mod explain;
mod export;
mod plot;
mod reading;
mod report;
mod selection;
mod slips;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::plan::kernels::Kernels;
use crate::plan::shard::Shard;
use crate::streams::ColourChoice;
use crate::submit::Memory;

pub use self::bench::{Bench, InstructionSet};
pub use self::configs::{Configs, ConfigsAction, Init, Keys};
pub use self::explain::{Explain, Order, Page, Preset};
pub use self::export::{Export, ExportFormat};
pub use self::plot::{Against, Plot, Show};
pub use self::report::{Report, ReportFormat};
pub use self::selection::{Labels, Selection};

/// The version, with the git revision that the program was built from.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("BN_LAB_REVISION"), ")");

/// Does batch normalisation help here, and does it belong before or after the activation?
#[derive(Debug, Parser)]
#[command(
    name = "bn-lab",
    version = VERSION,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Start with `bn-lab run quickstart`: no files, no network, under a minute. Then `bn-lab init` writes an \
                  experiment to change.\n\
                  Exit codes: 0 done · 1 files or folders · 2 command line · 3 experiment file · 4 dataset · \
                  5 some trials failed · 6 device · 130 interrupted"
)]
pub struct Cli {
    /// Colour the output: on a terminal (`auto`, which follows `NO_COLOR` and `CLICOLOR_FORCE`), always or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub color: ColourChoice,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train every trial of an experiment that is not finished yet, then draw its charts
    Run(Run),
    /// Show every trial, how it stands, and how long the rest will take; runs nothing
    Plan(Plan),
    /// Write a commented experiment file into the current folder, to be changed
    Init(Init),
    /// List the experiments that are built into the program, or print one
    Configs(Configs),
    /// Print a completion script: `bn-lab completions bash > ~/.local/share/bash-completion/completions/bn-lab`
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
    /// Print the manual page of the program or of one of its commands: `bn-lab man run | man -l -`
    Man {
        /// The command
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
    /// Print a JSON Schema of experiment files, for editors
    Schema,
    /// List the keys of an experiment file: values, default, meaning, where they apply
    Keys(Keys),
    /// Show the metrics of a results folder as a table: sorted, filtered, as CSV, JSON or Markdown
    Results(Results),
    /// Compare variants (conditions), paired by random seed (replicate): differences, intervals, tests, a verdict
    Compare(Compare),
    /// Print the verdict on the claim of each experiment, with its tests and effects
    Claims(Claims),
    /// Follow a run in another process or on another host, from its results folder
    Watch(Watch),
    /// List what an experiment no longer needs in its results folder; removes it only with `--remove`
    Clean(Clean),
    /// Draw figures of a results folder: choose the figures, their size and their theme
    Plot(Plot),
    /// Show the curves and the table of a results folder here in the terminal
    Show(Show),
    /// Write a report that answers the experiment's question: Markdown, and one HTML file with everything in it
    Report(Report),
    /// Put results folders of the same experiment together, as if one run had left them
    Merge(Merge),
    /// Make a compact copy of a results folder, fit to be committed or sent; charts and comparisons
    /// need no more
    Publish(Publish),
    /// Write the curves of every trial for another program: event files of TensorBoard
    Export(Export),
    /// Write a Slurm array or a Kubernetes job that trains an experiment in parts
    Submit(Submit),
    /// Show where the datasets are, download them, check them
    Data(Data),
    /// Print every number of batch normalisation for one unit and one batch, with its formula
    Explain(Explain),
    /// Time a training step of four networks on one core, part by part, beside what the core could do
    Bench(Bench),
}

impl Command {
    /// The option that names another folder to write into; `None` where the command writes none, or writes into
    /// a file that is named.
    pub fn elsewhere(&self) -> Option<&'static str> {
        match self {
            Self::Run(_) | Self::Plan(_) | Self::Submit(_) => Some("-o output.dir=DIR"),
            Self::Report(arguments) if arguments.splice.is_some() => None,
            Self::Plot(_) | Self::Report(_) | Self::Export(_) => Some("--output DIR"),
            Self::Merge(_) | Self::Publish(_) => Some("--into DIR"),
            Self::Data(Data { action: DataAction::Fetch { .. } }) => Some("--data-dir DIR"),
            Self::Init(_)
            | Self::Configs(_)
            | Self::Keys(_)
            | Self::Schema
            | Self::Completions { .. }
            | Self::Man { .. }
            | Self::Results(_)
            | Self::Compare(_)
            | Self::Claims(_)
            | Self::Watch(_)
            | Self::Clean(_)
            | Self::Show(_)
            | Self::Data(_)
            | Self::Explain(_)
            | Self::Bench(_) => None,
        }
    }
}

/// An experiment file and what overrides it.
#[derive(Debug, Args)]
pub struct ExperimentArgs {
    /// The experiment: a TOML or JSON file, or the name of a built-in experiment (`bn-lab configs` lists them,
    /// `bn-lab keys` what a file can say)
    #[arg(value_name = "FILE")]
    pub experiment: PathBuf,
    /// Override a key: `-o train.epochs=2`, `-o sweep.train.batch_size=[16,64]`; the value is TOML.
    /// May be given several times
    #[arg(short = 'o', long = "override", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
}

/// Where datasets are looked for.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// Look for dataset files here first (else in `$BN_LAB_DATA`, the user's cache, and where Keras keeps them)
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// What `bn-lab run` prints to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// The table of conditions, in the end
    Human,
    /// One JSON object a line for every event
    Json,
}

/// Most threads of a trial. More of them wait for each other longer than they compute.
const MOST_THREADS: i64 = 256;

/// `bn-lab run`
#[derive(Debug, Args)]
pub struct Run {
    /// The experiment.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// The datasets.
    #[command(flatten)]
    pub data: DataArgs,
    /// Trials to train at a time [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Threads of each trial's kernels; small networks gain nothing from more than one
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS))]
    pub threads: u16,
    /// Memory that all trials together may take, such as `512M`, `8G` or `8GB` [default: what the machine or
    /// the container has]
    #[arg(long, value_name = "SIZE", allow_negative_numbers = true)]
    pub memory: Option<Memory>,
    /// Where to compute: `cpu`, or `ndarray`, `wgpu`, `wgpu:1` in a build with that feature. Several
    /// devices of one kind share the trials: `wgpu:0,wgpu:1`
    #[arg(long, value_name = "NAME", default_value = "cpu")]
    pub device: String,
    /// How the steps are computed: `fused`, several tensor operations at once (for networks without recurrence, without a
    /// norm or with batch normalisation, on the CPU; all others are composed), or `composed`, one operation after the
    /// other, which is slower. The last digits differ
    #[arg(long, value_name = "KIND", default_value = "fused")]
    pub kernels: Kernels,
    /// Train trials that failed before once more
    #[arg(long)]
    pub retry_failed: bool,
    /// Train finished trials anew: all, or those whose id begins with PATTERN or whose label (as
    /// `plan` shows it) contains it
    #[arg(long, value_name = "PATTERN", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub force: Option<String>,
    /// Stop at the first trial that fails [default: the others go on]
    #[arg(long, conflicts_with = "max_failures")]
    pub fail_fast: bool,
    /// Stop when N trials have failed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_failures: Option<u32>,
    /// What goes to stdout: `human`, the table at the end; or `json`, one event per line
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub message_format: MessageFormat,
    /// Train only part I of N of the trials, from 1: `--shard 2/4`. A trial's id decides its part,
    /// so that several runs share the work without coordination
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// What follows the last trial.
    #[command(flatten)]
    pub at_end: AtEnd,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// What follows the last trial of a run, besides its charts and its table.
#[derive(Debug, Args)]
pub struct AtEnd {
    /// Write the report at the end as well, as `bn-lab report` does
    #[arg(long)]
    pub report: bool,
    /// Write the report at the end and open it in the browser
    #[arg(long)]
    pub open: bool,
}

impl AtEnd {
    /// Whether the report is written.
    pub fn has_report(&self) -> bool {
        self.report || self.open
    }
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns for people: the most important ones, rounded
    Table,
    /// Every column, every digit
    Csv,
    /// All columns and digits, as JSON
    Json,
    /// The columns of `table`, as Markdown
    Md,
    /// For a paper: tables with `booktabs`, intervals and marks of significance
    Latex,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// Aligned columns for people
    Table,
    /// Every column, every digit
    Csv,
    /// All columns and digits, as JSON
    Json,
    /// The columns of `table`, as Markdown
    Md,
}

/// `bn-lab plan`
#[derive(Debug, Args)]
pub struct Plan {
    /// The experiment.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// The datasets.
    #[command(flatten)]
    pub data: DataArgs,
    /// Trials at a time that the estimated time is for [default: one per core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: PlanFormat,
}

/// What a row of a table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// One training
    Trial,
    /// All replicates of a condition together
    Condition,
}

/// `bn-lab results`
#[derive(Debug, Args)]
pub struct Results {
    /// A results folder; a run may be writing into it
    #[arg(value_name = "DIR")]
    pub results: PathBuf,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// What a row is about
    #[arg(long, value_name = "WHAT", default_value = "trial")]
    pub by: By,
    /// Keep the rows for which an expression is true: `--filter 'placement = before'`, with = != < <= > >=.
    /// May be given several times; all must hold
    #[arg(long, value_name = "CONDITION")]
    pub filter: Vec<String>,
    /// Order the rows by a column, `--sort test_accuracy`, or the other way round, `--sort
    /// -test_accuracy`; by several with commas
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', allow_hyphen_values = true)]
    pub sort: Vec<String>,
    /// Show these columns only, in this order: `--columns placement,test_accuracy`
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// What readers see.
    #[command(flatten)]
    pub labels: Labels,
}

/// `bn-lab compare`
#[derive(Debug, Args)]
pub struct Compare {
    /// A results folder
    #[arg(value_name = "DIR")]
    pub results: PathBuf,
    /// A second folder of the same seed, whose conditions are compared with the same ones of the first
    #[arg(value_name = "DIR2", conflicts_with = "by")]
    pub second: Option<PathBuf>,
    /// Compare the values of this axis, at each setting of the others
    #[arg(long, value_name = "AXIS", default_value = "norm.placement")]
    pub by: String,
    /// What to compare: `test_accuracy`, `best_test_accuracy`, `epochs_to_target`, `seconds_per_step` …
    /// (an unknown name lists them all)
    #[arg(long, value_name = "NAME", default_value = "test_accuracy")]
    pub metric: String,
    /// Differences up to this do not matter: in percentage points for accuracies, else in the metric's
    /// unit [default: 0.2 points; 0.01 nats of loss; 5 % of what takes time]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub margin: Option<f64>,
    /// The conditions.
    #[command(flatten)]
    pub selection: Selection,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// `bn-lab claims`
#[derive(Debug, Args)]
pub struct Claims {
    /// Results folders whose experiments claim something, or folders that hold such: `results/claims`
    #[arg(value_name = "DIR", required = true)]
    pub results: Vec<PathBuf>,
    /// Print every test of each claim, with its effect in each setting, in place of one line for each claim
    #[arg(long)]
    pub details: bool,
    /// Output format; `csv`, `json` and `md` always have the details
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// `bn-lab watch`
#[derive(Debug, Args)]
pub struct Watch {
    /// A results folder
    #[arg(value_name = "DIR")]
    pub results: PathBuf,
    /// Print the present state once, and exit
    #[arg(long)]
    pub once: bool,
    /// Write the state as a page, too, again and again until the end: progress, curves and the table so far. A browser
    /// that shows the page reloads it by itself
    #[arg(long, value_name = "FILE.html")]
    pub html: Option<PathBuf>,
}

/// `bn-lab clean`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").multiple(true))]
pub struct Clean {
    /// An experiment file, whose results folder is checked; or a results folder, whose
    /// `experiment.toml` defines which trials are needed
    #[arg(value_name = "FILE|DIR")]
    pub target: PathBuf,
    /// Override a key of the experiment, as for `run`
    #[arg(short = 'o', long = "override", value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Only trials that the experiment does not have: of earlier versions of it
    #[arg(long, group = "what")]
    pub stale: bool,
    /// Only incomplete files of runs that were killed
    #[arg(long, group = "what")]
    pub debris: bool,
    /// Delete what is listed, for good; needs `--stale` or `--debris`
    #[arg(long, requires = "what")]
    pub remove: bool,
}

/// `bn-lab merge`
#[derive(Debug, Args)]
pub struct Merge {
    /// Results folders of one experiment
    #[arg(value_name = "DIR", required = true)]
    pub sources: Vec<PathBuf>,
    /// The folder that gets all of it: a new one, or one of the same experiment
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// `bn-lab publish`
#[derive(Debug, Args)]
pub struct Publish {
    /// A results folder
    #[arg(value_name = "DIR")]
    pub results: PathBuf,
    /// The folder that becomes the compact copy: a new one, or an earlier copy of the same experiment
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// Keep the training loss between epochs as well (`steps.csv`)
    #[arg(long)]
    pub steps: bool,
    /// Leave out the measurements of probes inside the networks (`layers.csv`)
    #[arg(long)]
    pub no_layers: bool,
    /// Round the numbers of `layers.csv` to so many significant digits [default: all are kept]
    #[arg(long, value_name = "N", conflicts_with = "no_layers", value_parser = clap::value_parser!(u8).range(1..=17))]
    pub layer_digits: Option<u8>,
    /// Keep these quantities of `layers.csv` only: `--quantities weight_gradient_norm,dead`
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "no_layers")]
    pub quantities: Vec<String>,
    /// Leave out the predictions for the test set and the pictures (`predictions.csv`, `pictures.csv`)
    #[arg(long)]
    pub no_predictions: bool,
}

/// An engine that runs jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// A job array, and a job for the charts after it
    Slurm,
    /// A Kubernetes Indexed Job
    Kubernetes,
}

/// `bn-lab submit`
#[derive(Debug, Args)]
pub struct Submit {
    /// The experiment.
    #[command(flatten)]
    pub experiment: ExperimentArgs,
    /// The datasets.
    #[command(flatten)]
    pub data: DataArgs,
    /// What runs the tasks
    #[arg(long)]
    pub engine: Engine,
    /// Tasks that share the trials
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub tasks: u32,
    /// Cores of each task, and trials that it trains at a time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub cpus: u16,
    /// Memory of each task
    #[arg(long, value_name = "SIZE", default_value = "2G", allow_negative_numbers = true)]
    pub memory: Memory,
    /// GPUs of each task; `-- --device wgpu` uses them, in a build with that feature
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub gpus: Option<u16>,
    /// Tasks that run at the same time [default: as many as the cluster has room for]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub array_limit: Option<u32>,
    /// Slurm: time limit of each task, or minutes alone; a task that reaches it is requeued and resumes
    /// [default: 01:00:00]
    #[arg(long, value_name = "HH:MM:SS", allow_hyphen_values = true)]
    pub time: Option<String>,
    /// Slurm: the partition [default: Slurm's]
    #[arg(long, value_name = "NAME")]
    pub partition: Option<String>,
    /// Slurm: the account that is charged [default: the user's own]
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Slurm: the quality of service
    #[arg(long, value_name = "NAME")]
    pub qos: Option<String>,
    /// Slurm: a further option of `sbatch` for all jobs, in its long form: `--engine-option=--constraint=avx512`. May be
    /// given several times
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    pub engine_option: Vec<String>,
    /// Slurm: call `sbatch` as well, and print the numbers of the jobs
    #[arg(long)]
    pub submit: bool,
    /// Kubernetes: the image, with `bn-lab` on its path [default: bn-lab]
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,
    /// Kubernetes: the volume claim that holds results and data [default: bn-lab]
    #[arg(long, value_name = "NAME")]
    pub claim: Option<String>,
    /// Further arguments of `bn-lab run`, after `--`
    #[arg(last = true, value_name = "ARGUMENT")]
    pub run_arguments: Vec<String>,
}

/// `bn-lab data`
#[derive(Debug, Args)]
pub struct Data {
    /// What to do with the datasets.
    #[command(subcommand)]
    pub action: DataAction,
}

/// What to do with the datasets.
#[derive(Debug, Subcommand)]
pub enum DataAction {
    /// Show each dataset and where it is
    List(DataArgs),
    /// Download a dataset and check it
    Fetch {
        /// A dataset of files, by its name in `bn-lab data list`
        #[arg(value_name = "NAME")]
        name: String,
        /// Put it into `DIR/NAME` [default: the user's cache]
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
    },
    /// Verify the SHA-256 checksums of every dataset file that exists
    Verify(DataArgs),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_the_option_that_its_hints_name() {
        for line in [
            "run x.toml",
            "plan x.toml",
            "submit x.toml --engine slurm",
            "report x",
            "plot x",
            "merge x --into y",
            "publish x --into y",
            "data fetch mnist",
        ] {
            let words = || ["bn-lab"].into_iter().chain(line.split(' '));
            let parsed = Cli::try_parse_from(words()).expect(line);
            let option = parsed.command.elsewhere().expect(line);
            // An option that is given already may be an error, or be repeatable.
            let given = words().chain(option.split(' '));
            let refusal = Cli::try_parse_from(given).err().map(|error| error.kind());
            let twice = Some(clap::error::ErrorKind::ArgumentConflict);
            assert!(refusal.is_none() || refusal == twice, "{line} {option}");
        }
    }
}

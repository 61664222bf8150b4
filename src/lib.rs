//! # bn-lab
//!
//! Experiments on one question: *does batch normalisation help here, and should it stand before or
//! after the activation?* The program reads an experiment file, trains every variant several times
//! with paired random streams, and writes tables and charts.
//!
//! ## How data flows
//!
//! ```text
//! configs/x.toml ─config─▶ Experiment ─plan─▶ [Trial …]
//!                                               │
//!                        ┌──── runner (jobs) ───┘
//!                        ▼
//!               Trainer (train │ scripted) ──Event…──▶ observers: results::writer, progress
//!                                                           │
//! results/x/ {experiment.toml, manifest.json, trials.csv, summary.csv, trials/<id>/…}
//!                                                           │
//!                                  results::reader ──Results──▶ stats, compare, plot, report
//! ```
//!
//! | layer | modules | may import |
//! |---|---|---|
//! | application | `main`, [`cli`], [`commands`] | all |
//! | reports | [`report`], [`export`] | analysis, charts, storage |
//! | charts | [`plot`] | analysis, storage |
//! | analysis | [`stats`], [`mod@compare`], [`wording`] | storage, and `seed` to resample |
//! | execution | [`runner`], [`panics`], [`scripted`], [`progress`], [`submit`] | the plan and the events |
//! | storage | [`results`] | the plan, the events, `config` and `stats` |
//! | training | [`device`], [`data`], [`model`], [`optim`], [`train`] | `config::spec`, `seed`, `event`, `plan`, the kernels, and burn |
//! | kernels | [`kernels`] | no other module |
//! | plain data that training produces and others print | [`event`], [`explain`], [`description`] | the plan |
//! | configuration | [`config`], [`plan`], [`seed`] | support |
//! | support | [`fs`], [`error`], [`units`], [`shell`], [`threads`], [`machine`], [`streams`] | no other module |
//!
//! Storage, analysis, charts and reports never import training, so that they work on a folder that was
//! copied from another machine. `tests/architecture.rs` enforces the table. Some decisions need a reason:
//!
//! - `data` contains no tensor: the training step uploads plain rows.
//! - The `Trainer` and `Observer` traits live in [`event`], so that neither side imports the runner.
//! - Storage imports `stats`, because `summary.csv` is a file like the others.
//! - Experiment files are not read by serde, which stops at the first problem; [`config`] decodes a
//!   tree with line numbers itself and reports all problems together.
//! - All text that is printed is filtered in [`streams`], which removes control characters.
//!
//! ## Where to start reading
//!
//! - The normalisation layers: [`model::norm`]. Their position: [`model::placement`]. `bn-lab explain`
//!   prints both for one unit, number by number; it uses [`train::step::trace`].
//! - The fused training step that feed-forward networks take on the CPU: `train::step::fused` (layers and their gradients)
//!   and [`kernels`] (arithmetic on plain slices). Everything else is trained with the composed operations of [`model`].
//! - The measurements inside a network: `train::probe`, one file for each probe.
//! - What determines a trial's numbers: [`plan`] (its id), [`seed`] (its random streams),
//!   [`train::step`] (the arithmetic).
//! - The state from which an interrupted trial resumes, to the last bit: `train::position` (the loop)
//!   and `train::step::state` (network and optimiser); `results::recovery::takeover` finds it on disk.
//! - The memory that a training takes: [`train::memory`].
//! - The interval and the test of a comparison: [`stats`], file `paired.rs`. The words of its verdict:
//!   `wording::verdicts` in tables and charts, `report::page::answer` in reports.
//! - Tables for LaTeX: `report::latex` (writing, escaping) and the file `latex.rs` beside each table. PDF: `plot::render::pdf`. Colours of the
//!   terminal: `streams::ink`. Kept predictions: `train::predictions`, `compare::confusion`. The live page: `report::page::live`.
//! - The axes of a chart: `plot::figures::axes` (range and ticks) and `plot::render::axes` (drawing).
//! - The format of each file in a results folder: [`results::format::schema`].
//! - How runs on several hosts share a folder, and what happens to a process that was suspended:
//!   [`results::recovery::locks`].
//! - The content of a report: `report::page`, one file for each section, written by `html` and `markdown`.
//! - Robustness to damaged files: `fuzz_tests` and, in each module that reads files, the module of
//!   that name. `tests/README.md` describes how to run it.
//!
//! ## To add something
//!
//! The compiler names every match that lacks a new variant, and the tests every table that lacks it. Besides tests
//! and the tables in `configs/README.md` and `docs/`, these files change:
//!
//! | a new | files |
//! |---|---|
//! | optimiser | `config/spec/train.rs` (its name and settings), `optim/rules.rs`, and its rule in `optim/rules/` |
//! | published dataset | `config/spec/data.rs`, `data/published.rs` (files and checksums), `data/origin.rs` |
//! | kind of norm | `config/spec/{norm,norm_keys}.rs`, `config/combinations/norm.rs`, `model/norm/mod.rs`, and its formula in `model/norm/`; without a fused form (`norm` in `train/step/fused/build.rs`, `normalisation.rs` beside it, the texts of `--kernels`), it is trained composed |
//! | layer of feed-forward networks | `model/operation.rs`; `forward` and `operations` of the networks that have it; `border`, the layer's `Layout` if it has weights, and the layer in `train/step/fused/`; `case` in its `tests.rs`; `train/memory.rs`, `commands/bench/arithmetic.rs` |
//! | key | its declaration in `config/spec/`, and the code that uses it |
//! | figure | its file in `plot/figures/`; in `plot/figures/mod.rs` a row of the catalogue, and its name in `defaults`, `LAYER_FIGURES` or `TASK_FIGURES` if a run draws it |
//!
//! Where existing settings give other numbers than before, `NUMBERS_VERSION` is raised.
//!
//! A key that did not exist when results were published must be declared with `added later` (see `config::key`):
//! otherwise it changes the id of every trial.

pub mod cli;
pub mod commands;
pub mod compare;
pub mod config;
pub mod data;
pub mod description;
pub mod device;
pub mod error;
pub mod event;
pub mod explain;
pub mod export;
pub mod fault;
pub mod fs;
#[cfg(test)]
mod fuzz_tests;
pub mod kernels;
pub mod machine;
pub mod model;
pub mod optim;
pub mod panics;
pub mod plan;
pub mod plot;
pub mod progress;
pub mod report;
pub mod results;
pub mod runner;
pub mod scripted;
pub mod seed;
pub mod shell;
pub mod stats;
pub mod streams;
pub mod submit;
pub mod threads;
pub mod train;
pub mod units;
pub mod wording;

/// Runs the command that the command line names.
pub fn run(cli: cli::Cli) -> error::Result<()> {
    commands::apply_instruction_set(&cli.command)?;
    commands::let_long_files_fail();
    fs::tell_of_waits(streams::say);
    threads::start();
    match cli.command {
        cli::Command::Run(arguments) => commands::run::run(&arguments),
        cli::Command::Plan(arguments) => commands::plan::run(&arguments),
        cli::Command::Init(arguments) => commands::configs::init(&arguments),
        cli::Command::Configs(arguments) => commands::configs::run(&arguments),
        cli::Command::Keys(arguments) => commands::keys::run(&arguments),
        cli::Command::Completions { shell } => commands::shells::completions(shell),
        cli::Command::Man { command } => commands::shells::manual(command.as_deref()),
        cli::Command::Schema => streams::print(&config::schema::text()),
        cli::Command::Results(arguments) => commands::results::run(&arguments),
        cli::Command::Compare(arguments) => commands::compare::run(&arguments),
        cli::Command::Claims(arguments) => commands::claims::run(&arguments),
        cli::Command::Watch(arguments) => commands::watch::run(&arguments),
        cli::Command::Clean(arguments) => commands::clean::run(&arguments),
        cli::Command::Plot(arguments) => commands::plot::run(&arguments),
        cli::Command::Show(arguments) => commands::show::run(&arguments),
        cli::Command::Report(arguments) => commands::report::run(&arguments),
        cli::Command::Merge(arguments) => commands::merge::run(&arguments),
        cli::Command::Publish(arguments) => commands::publish::run(&arguments),
        cli::Command::Export(arguments) => commands::export::run(&arguments),
        cli::Command::Submit(arguments) => commands::submit::run(&arguments),
        cli::Command::Data(arguments) => commands::data::run(&arguments),
        cli::Command::Explain(arguments) => commands::explain::run(&arguments),
        cli::Command::Bench(arguments) => commands::bench::run(&arguments),
    }
}

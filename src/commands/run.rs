//! `bn-lab run`: train every trial that is not finished yet, then draw the charts and print the
//! table.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli;
use crate::commands::{data, load, print, say};
use crate::data::Places;
use crate::device::OpenDevice;
use crate::error::{Error, Result};
use crate::event::Stop;
use crate::plan::{self, Trial};
use crate::plot;
use crate::progress;
use crate::record::layout::Layout;
use crate::record::manifest::{self, RunEntry};
use crate::record::reader;
use crate::record::writer::Writer;
use crate::report;
use crate::runner::{self, Tally};
use crate::train::BurnTrainer;

/// Runs an experiment from its file to its charts.
pub fn run(arguments: &cli::Run) -> Result<()> {
    let experiment = load(&arguments.experiment)?;
    let trials = plan::trials(&experiment);
    let threads = usize::from(arguments.threads);
    let jobs = jobs(arguments, threads);
    let device = OpenDevice::open(&arguments.device)?;
    let entry = RunEntry::begin(device.name(), jobs, threads);
    let mut writer = Writer::open(&experiment, &trials, entry)?;
    let to_run = writer.to_run();
    let trainer = BurnTrainer::new(device, threads);
    provide_data(&trainer, &to_run, arguments)?;
    let stop = stop_on_signal()?;
    let mut display = progress::display(arguments.quiet);
    let skipped = trials.len() - to_run.len();
    let tally = runner::run(
        &to_run,
        skipped,
        &trainer,
        jobs,
        &stop,
        &mut [&mut writer, display.as_mut()],
    )?;
    drop(writer);
    conclude(
        &Layout::new(&experiment.output.dir),
        tally,
        to_run.len(),
        arguments.quiet,
    )
}

/// One trial per core, unless the trials have several threads each or the user says otherwise.
fn jobs(arguments: &cli::Run, threads: usize) -> usize {
    arguments
        .jobs
        .map_or_else(|| (manifest::cores() / threads).max(1), usize::from)
}

/// Loads what the trials need, downloading it if it must, before any of them starts.
fn provide_data(trainer: &BurnTrainer, trials: &[Arc<Trial>], arguments: &cli::Run) -> Result<()> {
    let places = Places::from_environment(arguments.data.data_dir.clone());
    for trial in trials {
        trainer.provide(&trial.condition, || {
            data::load(&trial.condition.settings.data, &places, arguments.quiet)
        })?;
    }
    Ok(())
}

/// The first Ctrl-C (or SIGTERM) lets every trial finish its step and be recorded; the second ends
/// the process at once.
fn stop_on_signal() -> Result<Stop> {
    let stop = Stop::default();
    let (request, asked) = (stop.clone(), AtomicBool::new(false));
    ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Error::Interrupted.exit_code()));
        }
        request.request();
        say("stopping after the current steps; again to stop at once");
    })
    .map_err(|e| {
        Error::io(
            "listen for signals in",
            Path::new("this process"),
            std::io::Error::other(e),
        )
    })?;
    Ok(stop)
}

/// Charts, table, and whether all went well.
fn conclude(layout: &Layout, tally: Tally, total: usize, quiet: bool) -> Result<()> {
    let results = reader::read(layout.root())?;
    let charts = plot::figures::all(&results);
    let drawn = !charts.is_empty();
    if drawn {
        plot::write_all(&results, &layout.charts())?;
    }
    if !quiet {
        print(&format!("\n{}\n", report::conditions::table(&results)))?;
        print(&format!("results  {}\n", layout.root().display()))?;
        if drawn {
            print(&format!(
                "charts   {}\n",
                layout.charts().join("overview.png").display()
            ))?;
        }
    }
    if tally.interrupted > 0 {
        return Err(Error::Interrupted);
    }
    if tally.failed > 0 {
        return Err(Error::TrialsFailed {
            failed: tally.failed,
            total,
        });
    }
    if total == 0 {
        say("note: every trial was finished before; nothing was trained");
    }
    Ok(())
}

//! `bn-lab run`: train every trial that is not finished yet, then draw the charts and print the
//! table.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::cli;
use crate::commands::{NOTHING_TO_DRAW, data, load, print, say};
use crate::data::Places;
use crate::device::OpenDevice;
use crate::error::{Error, Result};
use crate::event::{Event, Observer, Stop};
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
    let quiet = arguments.quiet;
    let experiment = load(&arguments.experiment, quiet)?;
    let trials = plan::trials(&experiment);
    let threads = usize::from(arguments.threads);
    let jobs = jobs(arguments, threads);
    let device = OpenDevice::open(&arguments.device)?;
    let entry = RunEntry::begin(device.name(), jobs, threads);
    let trainer = BurnTrainer::new(device, threads);
    let unfinished = reader::unfinished(&Layout::new(&experiment.output.dir), &trials)?;
    provide_data(&trainer, &unfinished, arguments)?;
    let mut writer = Writer::open(&experiment, &trials, entry)?;
    // Fewer than above only if another run finished some meanwhile.
    let to_run = writer.to_run();
    let earlier = writer.begin(|trial| trainer.digest(&trial.condition))?;
    if let Some(earlier) = earlier.filter(|_| !quiet) {
        say(&format!(
            "note: another experiment ran here before; its trials stay, its tables and charts are replaced, and it is kept as `{}`",
            earlier.display()
        ));
    }
    let again = writer.to_look_into();
    if again > 0 && !quiet {
        say(&format!(
            "note: {again} finished trials lack the probes or checkpoints that are asked for now; they are trained again, to the same numbers"
        ));
    }
    let stop = stop_on_signal()?;
    let mut farewell = Farewell {
        stop: stop.clone(),
        is_said: quiet,
    };
    let mut display = progress::display(quiet);
    let tally = runner::run(
        &to_run,
        trials.len() - to_run.len(),
        &trainer,
        jobs,
        &stop,
        &mut [&mut writer, display.as_mut(), &mut farewell],
    )?;
    // The writer, and with it the folder's lock, is kept until the charts show its tables.
    conclude(
        &Layout::new(&experiment.output.dir),
        tally,
        to_run.len(),
        quiet,
    )
}

/// One trial per core, unless the trials have several threads each or the user says otherwise.
fn jobs(arguments: &cli::Run, threads: usize) -> usize {
    arguments
        .jobs
        .map_or_else(|| (manifest::cores() / threads).max(1), usize::from)
}

/// Loads what the trials need, downloading it if it must, and checks that they can be trained on
/// it, before any of them starts.
fn provide_data(trainer: &BurnTrainer, trials: &[Arc<Trial>], arguments: &cli::Run) -> Result<()> {
    let places = Places::from_environment(arguments.data.data_dir.clone());
    let Some(first) = trials.first() else {
        return Ok(());
    };
    for trial in trials {
        trainer.provide(&trial.condition, || {
            data::load(&trial.condition.settings.data, &places, arguments.quiet)
        })?;
        // All replicates have as many examples.
        if trial.replicate == first.replicate {
            trainer.check(trial)?;
        }
    }
    Ok(())
}

/// The first Ctrl-C (or SIGTERM) lets every trial finish its step and be recorded; the second ends
/// the process at once.
fn stop_on_signal() -> Result<Stop> {
    let flag = Arc::new(AtomicBool::new(false));
    let code = i32::from(Error::Interrupted.exit_code());
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // In this order: the first signal finds the flag down, and raises it.
        signal_hook::flag::register_conditional_shutdown(signal, code, Arc::clone(&flag))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&flag)))
            .map_err(|e| Error::Usage(format!("cannot listen for Ctrl-C: {e}")))?;
    }
    Ok(Stop::on(flag))
}

/// Says once that a request to stop was heard.
struct Farewell {
    stop: Stop,
    is_said: bool,
}

impl Observer for Farewell {
    fn observe(&mut self, _: &Event) -> Result<()> {
        if self.stop.is_requested() && !self.is_said {
            self.is_said = true;
            say("stopping after the current steps; Ctrl-C again stops at once");
        }
        Ok(())
    }
}

/// Charts, table, and whether all went well.
fn conclude(layout: &Layout, tally: Tally, total: usize, quiet: bool) -> Result<()> {
    let results = reader::read(layout.root())?;
    let charts = plot::write_all(&results, &layout.charts())?;
    if !quiet {
        print(&format!("\n{}\n", report::conditions::table(&results)))?;
        print(&format!("results  {}\n", layout.root().display()))?;
        match charts.iter().find(|path| path.ends_with("overview.png")) {
            Some(overview) => print(&format!("charts   {}\n", overview.display()))?,
            None => say(NOTHING_TO_DRAW),
        }
        if total == 0 {
            say("note: every trial was finished before; nothing was trained");
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
    Ok(())
}

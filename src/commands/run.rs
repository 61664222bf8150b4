//! `bn-lab run`: trains every trial that is not finished yet, then draws the charts and prints the
//! table.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::{self, MessageFormat};
use crate::commands::interruption;
use crate::commands::present;
use crate::commands::report as report_command;
use crate::commands::signals::Signals;
use crate::commands::{
    OUTPUT_DIR, browser, datasets, load, memory, print, provenance, refuse_compact, say, settling,
};
use crate::data::Places;
use crate::device::spread::Devices;
use crate::error::{Error, Result};
use crate::event::{Observer, Stop};
use crate::machine;
use crate::panics;
use crate::plan::shard::Shard;
use crate::plan::{self, Trial};
use crate::progress::{self, messages::Messages};
use crate::report;
use crate::results::format::layout::Layout;
use crate::results::format::manifest::{self, RunEntry};
use crate::results::recovery::ownership;
use crate::results::recovery::survey::{Selection, Survey, survey};
use crate::results::writer::Writer;
use crate::runner::{self, Sweep, Tally};
use crate::submit::Memory;
use crate::train::BurnTrainer;
use crate::units;

/// Runs an experiment from its file to its charts.
pub fn run(arguments: &cli::Run) -> Result<()> {
    panics::keep_quietly();
    let signals = Signals::listen()?;
    let stop = signals.stop();
    let quiet = arguments.quiet;
    let experiment = load(&arguments.experiment, quiet)?;
    refuse_compact(&experiment)?;
    present::check(&Layout::new(&experiment.output.dir), OUTPUT_DIR)?;
    if arguments.at_end.has_report() {
        report_command::check(&experiment.output.dir)?;
    }
    let trials = plan::trials(&experiment);
    let threads = usize::from(arguments.threads);
    let devices = Devices::open(&arguments.device)?;
    let jobs = at_most(jobs(arguments, threads, devices.count()), quiet);
    let kind = devices.kind().to_owned();
    let trainer = BurnTrainer::new(devices, threads).with_kernels(arguments.kernels);
    let mut entry = RunEntry::begin(&kind, trainer.kernels(), jobs, threads);
    let (asked, there_is) = (arguments.memory.map(Memory::bytes), machine::memory());
    if let Some(note) = memory::note_of_more(asked, there_is).filter(|_| !quiet) {
        say(&note);
    }
    let memory = asked.or(there_is);
    let trainer = trainer.within(memory);
    let layout = Layout::new(&experiment.output.dir);
    let selection = Selection {
        retry_failed: arguments.retry_failed,
        force: arguments.force.clone(),
        shard: arguments.shard,
    };
    let places = Places::from_environment(arguments.data.data_dir.clone());
    provenance::check(&experiment, &trials, &places, arguments.force.is_some())?;
    let survey = survey(&layout, &trials, &selection)?;
    check_force(&survey, arguments)?;
    ownership::check_trials(&layout, survey.to_run.iter().map(|trial| trial.id.as_str()))?;
    if !quiet {
        datasets::tell_of_unused_folder(&trials, &places);
    }
    datasets::provide(&trainer, &survey.to_run, &places, quiet)?;
    entry.datasets = datasets::files(&survey.to_run, &places, quiet)?;
    let why = provenance::named_by_path(&experiment, &survey.to_run)?;
    let mut writer =
        Writer::open(&experiment, &trials, entry, &survey, arguments.retry_failed, stop)?;
    let described = trainer.describe(&trials);
    for line in report::dataset::lines(described.values()).iter().filter(|_| !quiet) {
        say(line);
    }
    writer.describe_data(described);
    let digest = |trial: &Trial| trainer.digest(&trial.condition);
    let earlier = begin(&mut writer, &survey.to_run, digest)?;
    if !quiet {
        tell(&survey, earlier.as_deref());
        let notes = [
            why,
            settling::note(&survey.to_run, |trial| trainer.examples(&trial.condition)),
            memory::too_large(&trainer, &survey.to_run),
            memory::note(&trainer, &survey.to_run, jobs, memory),
        ];
        notes.iter().flatten().for_each(|note| say(note));
    }
    let logs = layout.clone();
    let log_of = move |trial: &Trial| logs.trial(&trial.id).failure_log();
    let mut display = progress::display(quiet, survey.failed, stop, log_of.clone());
    let gate = writer.gate();
    let sweep = Sweep {
        trials: &survey.to_run,
        skipped: trials.len() - survey.others - survey.to_run.len(),
        alone: survey.last,
        jobs,
        max_failures: max_failures(arguments),
    };
    let mut messages = Messages::new(print, layout.root(), log_of);
    // The writer comes first, so that what the others report is on disk.
    let mut observers: Vec<&mut dyn Observer> = vec![&mut writer, display.as_mut()];
    if arguments.message_format == MessageFormat::Json {
        observers.push(&mut messages);
    }
    let train = || runner::run(&sweep, &trainer, gate.as_ref(), stop, &mut observers);
    let tally = signals.while_training(train).map_err(|error| match error {
        // The writer does not know the arguments.
        Error::Interrupted(_) => interruption::unrecorded(),
        other => other,
    })?;
    let left = check_left(&writer, &trainer, trials.len())?;
    // The writer, whose lock shows that this run is alive, is kept until the charts show its
    // tables.
    let ending = Ending {
        tally,
        failed_before: survey.failed,
        to_run: survey.to_run.len(),
        trials: trials.len(),
        stop: stop.clone(),
    };
    if let Some(shard) = arguments.shard.filter(|_| !quiet) {
        say_what_others_have(&layout, &trials, shard)?;
    }
    let concluded = signals.while_drawing(|| conclude(&layout, &ending, arguments));
    match (concluded, left) {
        (Err(error), Some(left)) => {
            say(&format!("note: {left}"));
            Err(error)
        }
        (concluded, left) => concluded.and(left.map_or(Ok(()), Err)),
    }
}

/// The error of a run in which no trial failed but which is not complete or not sound: second trainings with other
/// numbers, trials that need more memory than there is, and those that other runs took over and did not finish.
/// `None` where there are none of these.
fn check_left(writer: &Writer, trainer: &BurnTrainer, total: usize) -> Result<Option<Error>> {
    let (finished, unfinished) = writer.taken_over()?;
    if finished > 0 {
        say(&format!(
            "note: {} that ended here had been taken over by other runs, since this process was suspended for too long; their records count",
            units::trials(finished)
        ));
    }
    let too_large = writer.too_large()?;
    let reason = too_large.iter().find_map(|trial| trainer.too_large(trial));
    let too_large = reason.map(|reason| Error::TooLarge { trials: too_large.len(), total, reason });
    let taken_over = (unfinished > 0).then(|| {
        Error::Results(format!(
            "{} that ended here had been taken over by another run, which has not finished them\n  hint: run the same command again once no other run is under way",
            units::trials(unfinished)
        ))
    });
    let mut errors = [writer.other_numbers(), too_large, taken_over].into_iter().flatten();
    let first = errors.next();
    errors.for_each(|error| say(&format!("note: {error}")));
    Ok(first)
}

/// Begins the run. Where that is refused because of a run that may be dead, it waits until it is known
/// whether that run is alive.
fn begin(
    writer: &mut Writer,
    to_run: &[Arc<Trial>],
    digest: impl Fn(&Trial) -> Option<String>,
) -> Result<Option<PathBuf>> {
    let begun = writer.begin(to_run, &digest);
    if begun.is_ok() || !writer.has_unclear_runs()? {
        return begun;
    }
    writer.settle(say)?;
    writer.begin(to_run, digest)
}

/// Prints which trials other runs still train. This run has done its part, so it succeeds.
fn say_what_others_have(layout: &Layout, trials: &[Arc<Trial>], shard: Shard) -> Result<()> {
    let selection = Selection { shard: Some(shard), ..Selection::default() };
    let others = survey(layout, trials, &selection)?.others;
    if others > 0 {
        say(&format!(
            "note: this was part {shard}; {others} of {} belong to other parts and are not finished in `{}`",
            units::trials(trials.len()),
            layout.root().display()
        ));
    }
    Ok(())
}

/// Refuses a pattern that matches no trial: it is most likely mistyped.
fn check_force(survey: &Survey, arguments: &cli::Run) -> Result<()> {
    match &arguments.force {
        Some(pattern) if survey.forced() == 0 && arguments.shard.is_none() => {
            Err(Error::Usage(format!(
                "`--force={pattern}`: no trial's id begins so, and no label contains it; `bn-lab plan` shows both"
            )))
        }
        _ => Ok(()),
    }
}

fn max_failures(arguments: &cli::Run) -> Option<usize> {
    let given = arguments.max_failures.map(|most| most as usize);
    given.or(arguments.fail_fast.then_some(1))
}

/// Prints what this run does besides training new trials.
fn tell(survey: &Survey, earlier: Option<&Path>) {
    tell_of_other_machines(survey);
    if let Some(earlier) = earlier {
        say(&format!(
            "note: another experiment ran here before; its trials stay, its tables and charts are replaced, and it is kept as `{}`",
            earlier.display()
        ));
    }
    for (count, text) in [
        (
            survey.lacking,
            "without the probes or checkpoints that are asked for now, to the same numbers",
        ),
        (survey.damaged, "of which files were lost or changed, to the same numbers"),
    ] {
        if count > 0 {
            let trials = units::counted(count, "finished trial", "finished trials");
            say(&format!("note: training {trials} again, {text}"));
        }
    }
    if survey.last > 0 {
        say(&format!(
            "note: {} last and by itself: the process was killed twice while training {}, perhaps because memory ran out (`bn-lab plan` estimates it)",
            units::counted(survey.last, "trial comes", "trials come"),
            if survey.last == 1 { "it" } else { "them" }
        ));
    }
}

/// Prints a note where finished trials were trained with another CPU instruction set than this run's.
fn tell_of_other_machines(survey: &Survey) {
    let ours = manifest::instruction_set();
    let mut others = survey.instruction_sets();
    others.remove(ours);
    if !survey.to_run.is_empty() && !others.is_empty() {
        say(&format!(
            "note: trials here were trained with the vector instruction set {}, and this run uses {ours}: the same trial may have other digits, so differences between trials may also come from the processors; the report says so",
            others.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
}

/// Number of trials at a time: one for each core and at least one for each device, unless the trials have
/// several threads each or the user sets it.
fn jobs(arguments: &cli::Run, threads: usize, devices: usize) -> usize {
    arguments.jobs.map_or_else(|| (manifest::cores() / threads).max(devices), usize::from)
}

/// Most files that a trial has open while it is trained.
const FILES_OF_TRIAL: u64 = 8;

/// Number of other open files.
const OTHER_FILES: u64 = 64;

/// `jobs`, reduced to the number of trials for which files can be open.
fn at_most(jobs: usize, quiet: bool) -> usize {
    let Some(files) = machine::descriptors() else {
        return jobs;
    };
    let most = (files.saturating_sub(OTHER_FILES) / FILES_OF_TRIAL).max(1);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if jobs > most && !quiet {
        say(&format!(
            "note: {most} trials at a time instead of {jobs}: this process may have {files} files open (`ulimit -n`)"
        ));
    }
    jobs.min(most)
}

/// How a run ended.
struct Ending {
    tally: Tally,
    /// Number of trials that failed in earlier runs and were not trained again.
    failed_before: usize,
    to_run: usize,
    /// Number of trials in the plan.
    trials: usize,
    stop: Stop,
}

/// Draws the charts, prints the table, writes the report where it is asked for, and returns an error where trials failed
/// or the run was stopped.
fn conclude(layout: &Layout, ending: &Ending, arguments: &cli::Run) -> Result<()> {
    let (results, charts) = present::draw(layout, OUTPUT_DIR)?;
    if ending.stop.is_requested_by_user()
        && let Some(unfinished) = interruption::unfinished(layout, &results)
    {
        return Err(unfinished);
    }
    let is_asked = arguments.at_end.has_report();
    let prints = !arguments.quiet && arguments.message_format == MessageFormat::Human;
    if prints {
        present::print_results(layout, &results, &charts, !is_asked)?;
    }
    if is_asked {
        write_report(layout, prints, arguments)?;
    }
    if !arguments.quiet {
        remark(ending);
    }
    let failed = ending.tally.failed + ending.failed_before;
    // A signal that came while the charts were drawn counts as well.
    if ending.stop.is_requested_by_user() {
        return Err(interruption::finished());
    }
    if failed > 0 {
        return Err(Error::TrialsFailed {
            failed,
            total: ending.trials,
            is_cut_short: ending.tally.interrupted > 0,
        });
    }
    Ok(())
}

/// Writes the report, says where it is, and opens it where that is asked for.
fn write_report(layout: &Layout, prints: bool, arguments: &cli::Run) -> Result<()> {
    for path in report_command::write_both(layout.root())? {
        let line = format!("report   {}", path.display());
        if prints {
            print(&format!("{line}\n"))?;
        } else if !arguments.quiet {
            say(&line);
        }
        if arguments.at_end.open && path.extension().is_some_and(|extension| extension == "html") {
            browser::open(&path);
        }
    }
    Ok(())
}

/// Prints notes on failed and unfinished trials.
fn remark(ending: &Ending) {
    let Tally { elsewhere, finished_elsewhere, without_thread, .. } = ending.tally;
    if without_thread > 0 {
        say(&format!(
            "note: {} fewer were trained at a time than `--jobs` asks for: the system gave no more threads (`ulimit -u`)",
            units::trials(without_thread)
        ));
    }
    if ending.to_run == 0 && ending.failed_before == 0 {
        say("note: every trial was finished before; nothing was trained");
    }
    if finished_elsewhere > 0 {
        say(&format!(
            "note: {} finished by other runs meanwhile",
            units::counted(finished_elsewhere, "trial was", "trials were")
        ));
    }
    if elsewhere > 0 {
        say(&format!(
            "note: {} being trained by other runs; the last run to end draws the whole charts",
            units::counted(elsewhere, "trial is", "trials are")
        ));
    }
}

//! The observer that writes the results: the files of each trial, the tables of the sweep, the
//! manifest.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::config::spec::Experiment;
use crate::description::DatasetDescription;
use crate::error::{Error, Result};
use crate::event::{Event, Leases, Observer, Outcome, Stop};
use crate::fs;
use crate::plan::Trial;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::manifest::{self, RunEntry};
use crate::results::format::schema::TrialRecord;
use crate::results::format::tables::{self, Records};
use crate::results::recovery::attempts;
use crate::results::recovery::ending::{Ended, Ending};
use crate::results::recovery::leases::FolderLeases;
use crate::results::recovery::locks::TrialLocks;
use crate::results::recovery::opening;
use crate::results::recovery::retrain;
use crate::results::recovery::survey::{self, Survey};
use crate::results::recovery::takeover;
use crate::results::recovery::trial_files::{Facts, TrialFiles};

/// Least time between two writes of the tables while trials end in quick succession.
const TABLE_INTERVAL: Duration = Duration::from_secs(1);

/// Also limits the share of the time spent on writing tables to one part in this number.
const TABLE_SHARE: u32 = 100;

/// Writes one run's results into a folder, which other runs of the same experiment may share.
pub struct Writer {
    layout: Layout,
    experiment: Experiment,
    plan: Vec<Arc<Trial>>,
    /// The records of all trials that ended: about 2.5 kB a trial (129 MB resident for 20 000 trials). The
    /// tables are rewritten while the run goes on, and reading all `trial.json` each time instead would
    /// take a time that grows with the square of the number of trials.
    records: Records,
    open: HashMap<String, TrialFiles>,
    /// Trials whose records do not count until this run has trained them, by id.
    anew: BTreeSet<String>,
    gate: Arc<FolderLeases>,
    run: RunEntry,
    /// Descriptions of the datasets, by their digests.
    data: BTreeMap<String, DatasetDescription>,
    started: Instant,
    /// The earliest time of the next write of the tables.
    tables_due: Instant,
    /// Trials that other runs took over between their last step and their record.
    taken: Vec<Arc<Trial>>,
    /// Trials that do not fit into this machine's memory.
    too_large: Vec<Arc<Trial>>,
    /// Messages about second trainings that gave other numbers than the first.
    other_numbers: Vec<String>,
    /// A write failed: nothing is written after it, so that no trial whose rows are missing
    /// counts as finished.
    is_broken: bool,
}

impl Writer {
    /// Opens a results folder for one run, which `stop` stops, and announces the run in it. Nothing else is
    /// written yet.
    pub fn open(
        experiment: &Experiment,
        plan: &[Arc<Trial>],
        mut run: RunEntry,
        survey: &Survey,
        retries_failed: bool,
        stop: &Stop,
    ) -> Result<Self> {
        let layout = Layout::new(&experiment.output.dir);
        fs::create_folder(layout.root())?;
        let claims = TrialLocks::announce(&layout)?.stopped_by(stop);
        claims.run().clone_into(&mut run.run);
        let gate = FolderLeases {
            layout: layout.clone(),
            claims,
            device: run.device.clone(),
            kernels: run.kernels,
            log_every_steps: experiment.output.log_every_steps,
            forced: survey.forced.clone(),
            retries_failed,
            digests: Mutex::default(),
            left: Mutex::default(),
            begun: Mutex::default(),
        };
        Ok(Self {
            records: survey.records.clone(),
            layout,
            experiment: experiment.clone(),
            plan: plan.to_vec(),
            open: HashMap::new(),
            anew: survey.anew.clone(),
            gate: Arc::new(gate),
            run,
            data: BTreeMap::new(),
            started: Instant::now(),
            tables_due: Instant::now(),
            taken: Vec::new(),
            too_large: Vec::new(),
            other_numbers: Vec::new(),
            is_broken: false,
        })
    }

    /// Stores descriptions of the datasets, by their digests, for the manifest.
    pub fn describe_data(&mut self, data: BTreeMap<String, DatasetDescription>) {
        self.data.extend(data);
    }

    /// The number of trials that ended here and were not recorded, since another run had taken them over: first those
    /// that the other run finished, then those that it did not.
    pub fn taken_over(&self) -> Result<(usize, usize)> {
        let unfinished = survey::unfinished(&self.layout, &self.taken)?.len();
        Ok((self.taken.len() - unfinished, unfinished))
    }

    /// The trials that do not fit into this machine's memory, and that no other machine has trained either.
    pub fn too_large(&self) -> Result<Vec<Arc<Trial>>> {
        survey::unfinished(&self.layout, &self.too_large)
    }

    /// The error of a sweep in which second trainings gave other numbers than the first, if any did.
    pub fn other_numbers(&self) -> Option<Error> {
        retrain::error_of(&self.other_numbers)
    }

    /// The leases of this run's trials.
    pub fn gate(&self) -> Arc<FolderLeases> {
        Arc::clone(&self.gate)
    }

    /// Writes the experiment, the manifest and the tables. Refuses a folder in which another
    /// experiment is running, and one whose finished trials were trained on another device, with other
    /// kernels, or on other data under the same name (`digest` gives the digest of a trial's dataset, where
    /// it was loaded): their numbers would not be paired.
    ///
    /// Returns the path to which the folder's earlier experiment was moved, if it was another one.
    pub fn begin(
        &mut self,
        to_run: &[Arc<Trial>],
        digest: impl Fn(&Trial) -> Option<String>,
    ) -> Result<Option<PathBuf>> {
        self.note_data(to_run, &digest);
        let gate = Arc::clone(&self.gate);
        let earlier = gate.claims.patiently(|| {
            opening::check_concurrent_runs(&self.layout, &self.experiment, &gate.claims)?;
            opening::check_force(&self.layout, &gate)?;
            gate.with_digests(|digests| {
                opening::check_declarations(&self.layout, &gate.claims, &self.run, digests)
            })?;
            if !to_run.is_empty() {
                // Since the folder was surveyed, datasets were loaded, and other runs may have ended.
                self.adopt_records()?;
                let finished = |trial: &Trial| self.result(&trial.id);
                opening::check_provenance(&self.layout, &self.plan, &self.run, finished, digest)?;
            }
            let earlier = opening::keep_earlier_experiment(&self.layout, &self.experiment)?;
            let resolved = self.experiment.resolved.as_bytes();
            fs::replace(&self.layout.experiment(), resolved)?;
            manifest::enter(&self.layout, &self.run, &self.data)?;
            self.write_tables()?;
            Ok(earlier)
        })?;
        let has_result = |trial: &Trial| self.result(&trial.id).is_some();
        opening::clear_leftovers(&self.layout, &self.plan, to_run, has_result, &gate.claims)?;
        Ok(earlier)
    }

    /// Whether it is not known yet of another run in the folder whether it is alive: then what
    /// [`Writer::begin`] refuses may be possible once it is known.
    pub fn has_unclear_runs(&self) -> Result<bool> {
        self.gate.claims.has_unclear()
    }

    /// Waits until it is known; reports the wait through `tell`.
    pub fn settle(&self, tell: impl FnOnce(&str)) -> Result<()> {
        self.gate.claims.settle(tell)
    }

    /// Passes the digests of the data of this run's trials to the leases.
    fn note_data(&self, to_run: &[Arc<Trial>], digest: impl Fn(&Trial) -> Option<String>) {
        let mut digests: BTreeMap<usize, Arc<str>> = BTreeMap::new();
        for trial in to_run {
            // The data of a trial that does not fit into memory are not loaded.
            if let Entry::Vacant(place) = digests.entry(trial.condition.index)
                && let Some(digest) = digest(trial)
            {
                place.insert(digest.into());
            }
        }
        self.gate.note_digests(digests);
    }

    /// The record of a finished trial, whatever else was recorded.
    fn result(&self, id: &str) -> Option<&TrialRecord> {
        let record = self.records.get(id).filter(|_| !self.anew.contains(id));
        record.filter(|record| record.outcome.is_finished())
    }

    /// The record that is kept when a trial is trained again: its result before a second training, or
    /// before a training that failed at its start.
    fn earlier(&self, trial: &Trial, has_begun: bool) -> Result<Option<TrialRecord>> {
        if has_begun && self.result(&trial.id).is_none() {
            return Ok(None);
        }
        let record = files::record(&self.layout, trial)?;
        Ok(record.filter(|record| record.outcome.is_finished()))
    }

    fn start(&mut self, trial: &Arc<Trial>, steps: usize, facts: Facts) -> Result<()> {
        let gate = Arc::clone(&self.gate);
        let layout = self.layout.trial(&trial.id);
        let own = layout.of_run(gate.claims.run());
        let has_result = self.result(&trial.id).is_some();
        let files = match gate.take_left(&trial.id) {
            Some(left) => TrialFiles::resume(&own, left, facts),
            None => TrialFiles::start(&own, has_result, gate.origin(trial), facts),
        };
        let Some(files) = gate.unless_taken(trial, files)? else {
            return Ok(());
        };
        let is_ours = gate.claims.patiently(|| {
            let is_ours = gate.is_ours(trial, Some(&files))?;
            if is_ours {
                takeover::clear(&layout, &own, has_result)?;
            }
            Ok(is_ours)
        });
        if gate.unless_taken(trial, is_ours)? != Some(true) {
            return Ok(());
        }
        if !has_result {
            self.records.remove(&trial.id);
        }
        self.open.insert(trial.id.clone(), files);
        gate.note_begun(&trial.id);
        let claims = &gate.claims;
        claims.progress(&trial.id, |running| running.steps = steps);
        Ok(())
    }

    /// Leaves a trial to the run that has taken it over.
    fn leave(&mut self, trial: &Trial) {
        drop(self.open.remove(&trial.id));
        self.gate.clear_taken(trial);
    }

    fn end(&mut self, trial: &Arc<Trial>, outcome: &Outcome, details: Option<&str>) -> Result<()> {
        let files = self.open.remove(&trial.id);
        // A trial has no files if the run was stopped before they were begun; then it has no result either.
        let is_without_files = files.is_none() && outcome.is_finished();
        let outcome = if is_without_files { &Outcome::Interrupted } else { outcome };
        let synced = files.as_ref().map_or(Ok(()), TrialFiles::sync);
        let gate = Arc::clone(&self.gate);
        gate.unless_taken(trial, synced)?;
        let earlier = self.earlier(trial, files.is_some())?;
        let ending = Ending {
            layout: &self.layout.trial(&trial.id),
            trial,
            kernels: self.run.kernels,
            outcome,
            details,
            earlier: earlier.as_ref(),
        };
        // Waits as long as necessary: measurements must not be lost because another process was suspended.
        let ended = gate.claims.patiently(|| {
            if !gate.is_ours(trial, files.as_ref())? {
                return Ok(None);
            }
            attempts::end(ending.layout)?;
            let ended = ending.record(files)?;
            // The claim after the record, so that no run finds the trial without both where locks are not visible.
            gate.claims.release(&trial.id)?;
            Ok(Some(ended))
        });
        let ended = gate.unless_taken(trial, ended)?.flatten();
        let Some(Ended { mut record, other_numbers }) = ended else {
            self.taken.push(Arc::clone(trial));
            gate.leave(trial)?;
            self.leave(trial);
            return Ok(());
        };
        self.other_numbers.extend(other_numbers);
        record.forget_details();
        self.anew.remove(&record.id);
        self.records.insert(record.id.clone(), record);
        self.run.trained += usize::from(outcome.is_finished());
        if Instant::now() >= self.tables_due {
            // If the lock is not free, the tables are written when the next trial ends.
            let seconds = gate.claims.if_free(|| {
                let writing = Instant::now();
                self.write_tables().map(|()| writing.elapsed())
            })?;
            if let Some(seconds) = seconds {
                self.tables_due = Instant::now() + TABLE_INTERVAL.max(TABLE_SHARE * seconds);
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        let gate = Arc::clone(&self.gate);
        self.run.finished = manifest::now();
        self.run.wall_seconds = Some(self.started.elapsed().as_secs_f64());
        gate.claims.patiently(|| {
            // Another run may have trained a trial again that was finished here before.
            self.records.retain(|id, _| self.open.contains_key(id));
            self.write_tables()?;
            // Where locks are not visible, another run may have written its tables meanwhile, or ended a
            // trial: the last writer must have included all of them.
            while self.adopt_records()? {
                self.write_tables()?;
            }
            manifest::enter(&self.layout, &self.run, &self.data)
        })
    }

    /// Writes the tables, including trials that other runs have finished. Requires the folder's lock.
    fn write_tables(&mut self) -> Result<()> {
        self.adopt_records()?;
        tables::write(&self.layout, &self.experiment, &self.plan, &self.records)
    }

    /// Reads the records that other runs have written meanwhile; returns whether there were any.
    fn adopt_records(&mut self) -> Result<bool> {
        let is_open = |trial: &&Arc<Trial>| {
            let known = self.records.get(&trial.id);
            !known.is_some_and(|record| record.outcome.is_finished())
                && !self.open.contains_key(&trial.id)
        };
        let found: Vec<TrialRecord> = self
            .plan
            .par_iter()
            .filter(is_open)
            .filter_map(|trial| files::record(&self.layout, trial).transpose())
            .collect::<Result<_>>()?;
        let mut is_changed = false;
        for mut record in found {
            record.forget_details();
            is_changed |= self.records.get(&record.id) != Some(&record);
            self.records.insert(record.id.clone(), record);
        }
        Ok(is_changed)
    }

    /// The open files of a trial under way; `None` where it is not under way.
    fn files(
        &mut self,
        trial: &Trial,
        write: impl FnOnce(&mut TrialFiles) -> Result<()>,
    ) -> Result<()> {
        let written = self.open.get_mut(&trial.id).map_or(Ok(()), write);
        self.gate.unless_taken(trial, written).map(drop)
    }

    fn step(&mut self, event: &Event) -> Result<()> {
        let Event::Step { trial, step, epoch, batch } = event else {
            return Ok(());
        };
        self.gate.claims.progress(&trial.id, |running| {
            running.step = *step;
            running.epoch = *epoch;
        });
        let every = self.experiment.output.log_every_steps;
        if *step == 1 || step.is_multiple_of(every) {
            return self.files(trial, |files| files.step(*step, *epoch, *batch));
        }
        Ok(())
    }

    fn write(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::SweepStarted { skipped, .. } => {
                self.run.skipped = *skipped;
                Ok(())
            }
            Event::TrialStarted { trial, steps, examples, parameters, data } => {
                let facts = Facts {
                    device: self.run.device.clone(),
                    instruction_set: self.run.instruction_set.clone(),
                    data: data.clone(),
                    examples: *examples,
                    parameters: *parameters,
                };
                self.start(trial, *steps, facts)
            }
            Event::Step { .. } => self.step(event),
            Event::Order { trial, step, epoch, examples } => {
                self.files(trial, |files| files.order(*step, *epoch, examples))
            }
            Event::Checkpoint { trial, point, tensors } => {
                self.files(trial, |files| files.checkpoint(*point, tensors))
            }
            Event::Probed { trial, step, readings } => {
                self.files(trial, |files| files.readings(*step, readings))
            }
            Event::Predicted { trial, predictions, pictures } => {
                self.files(trial, |files| files.predictions(predictions, pictures))
            }
            Event::EpochEnded { trial, epoch, seconds } => {
                self.files(trial, |files| files.epoch(*epoch, *seconds))
            }
            Event::State { trial, state } => self.files(trial, |files| files.state(state)),
            Event::TrialEnded { trial, outcome, details } => {
                self.end(trial, outcome, details.as_deref())
            }
            Event::TrialTaken { trial } => {
                self.leave(trial);
                Ok(())
            }
            Event::TrialPassed { trial, is_finished } => {
                if *is_finished {
                    // The record may be the one from before another run trained it again.
                    self.records.remove(&trial.id);
                    self.anew.remove(&trial.id);
                }
                Ok(())
            }
            Event::TrialTooLarge { trial, .. } => {
                self.too_large.push(Arc::clone(trial));
                Ok(())
            }
            Event::TrialAwaited { .. } => Ok(()),
            Event::SweepEnded => self.finish(),
        }
    }
}

impl Observer for Writer {
    fn observe(&mut self, event: &Event) -> Result<()> {
        if self.is_broken {
            return Ok(());
        }
        // An interrupted wait for the lock has damaged no files: those of other trials are still written.
        self.write(event)
            .inspect_err(|error| self.is_broken |= !matches!(error, Error::Interrupted(_)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config;
    use crate::event::Examples;
    use crate::fs::Lock;
    use crate::plan::{self, kernels::Kernels};
    use crate::results::recovery::survey::{Selection, survey};
    use crate::runner::{self, Sweep};
    use crate::scripted::ScriptedTrainer;

    fn writer(folder: &Path) -> (Writer, Vec<Arc<Trial>>) {
        let (mut writer, to_run) = opened(folder, "cpu", Kernels::Fused);
        writer.begin(&to_run, |_| None).expect("a writable folder");
        (writer, to_run)
    }

    fn opened(folder: &Path, device: &str, kernels: Kernels) -> (Writer, Vec<Arc<Trial>>) {
        let text = "[data]\ndataset = \"glyphs\"\n[train]\nepochs = 3\n";
        let output = format!("output.dir={}", folder.display());
        let loaded = config::parse(Path::new("x.toml"), text, &[output]).expect("valid");
        let plan = plan::trials(&loaded.experiment);
        let run = RunEntry::begin(device, kernels, 1, 1);
        let survey = survey(&Layout::new(folder), &plan, &Selection::default()).expect("readable");
        let stop = Stop::default();
        let writer = Writer::open(&loaded.experiment, &plan, run, &survey, false, &stop);
        (writer.expect("a writable folder"), survey.to_run)
    }

    #[test]
    fn a_trial_whose_rows_could_not_be_written_is_never_taken_for_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, trials) = writer(folder.path());
        // A folder has the path of a file of the second trial, so that its start fails.
        let blocked = writer.layout.trial(&trials[1].id).steps();
        fs::create_folder(&blocked).expect("a writable folder");
        let trainer = ScriptedTrainer::default();
        let gate = writer.gate();
        let sweep = Sweep { trials: &trials, skipped: 0, alone: 0, jobs: 1, max_failures: None };
        runner::run(&sweep, &trainer, gate.as_ref(), &Stop::default(), &mut [&mut writer])
            .expect_err("the second trial cannot be recorded");
        let layout = writer.layout.clone();
        let recorded = |i: usize| fs::is_file(&layout.trial(&trials[i].id).trial());
        assert_eq!((recorded(0), recorded(1), recorded(2)), (true, false, false));
        drop(writer);
        let (_, to_run) = self::writer(folder.path());
        assert_eq!(to_run.len(), 2, "the first is kept, the others are to be trained");
    }

    fn begin(writer: &mut Writer, trial: &Arc<Trial>) {
        let claim = writer.gate().claim(trial).expect("a writable folder");
        assert!(matches!(claim, crate::event::Lease::Granted(_)));
        let started = Event::TrialStarted {
            trial: Arc::clone(trial),
            steps: 1,
            examples: Examples::default(),
            parameters: 1,
            data: String::new(),
        };
        writer.observe(&started).expect("a writable folder");
    }

    fn end(writer: &mut Writer, trial: &Arc<Trial>, outcome: Outcome) -> Result<()> {
        writer.observe(&Event::TrialEnded { trial: Arc::clone(trial), outcome, details: None })
    }

    #[test]
    fn an_end_is_written_down_however_long_another_process_holds_the_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, trials) = writer(folder.path());
        begin(&mut writer, &trials[0]);
        let lock = Lock::try_take(&writer.layout.lock()).expect("writable").expect("free");
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(200));
                drop(lock);
            });
            end(&mut writer, &trials[0], Outcome::Completed).expect("it waits");
        });
        assert!(fs::is_file(&writer.layout.trial(&trials[0].id).trial()));
    }

    #[test]
    fn a_second_training_with_other_numbers_ends_no_other_trial() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, trials) = writer(folder.path());
        for trial in &trials[..2] {
            begin(&mut writer, trial);
            end(&mut writer, trial, Outcome::Completed).expect("a writable folder");
        }
        let diverged =
            Outcome::Diverged { step: 1, reason: "large".to_owned(), last_finite_loss: None };
        for trial in &trials[..2] {
            // A trial with a record is trained a second time.
            let path = writer.layout.trial(&trial.id).trial();
            let record = fs::read_text(&path).expect("recorded");
            writer.records.insert(trial.id.clone(), serde_json::from_str(&record).expect("JSON"));
            fs::remove_if_exists(&writer.layout.trial(&trial.id).steps()).expect("writable");
            begin(&mut writer, trial);
            end(&mut writer, trial, diverged.clone()).expect("it is of this trial alone");
            assert_eq!(fs::read_text(&path).expect("recorded"), record);
            assert!(fs::is_folder(writer.layout.trial(&trial.id).again().root()));
        }
        begin(&mut writer, &trials[2]);
        end(&mut writer, &trials[2], Outcome::Completed).expect("a writable folder");
        assert!(fs::is_file(&writer.layout.trial(&trials[2].id).trial()));
        let told = writer.other_numbers().expect("two").to_string();
        assert!(told.starts_with("2 of the trials that were trained again gave"), "{told}");
        assert!(told.contains(&*trials[0].id) && told.contains("again"), "{told}");
    }

    #[test]
    fn nothing_is_published_where_it_cannot_be_read_whose_the_trial_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, trials) = writer(folder.path());
        begin(&mut writer, &trials[0]);
        let trial = writer.layout.trial(&trials[0].id);
        fs::remove_if_exists(&trial.running()).expect("writable");
        // The system refuses to read a folder as a file.
        fs::create_folder(&trial.running()).expect("writable");
        end(&mut writer, &trials[0], Outcome::Completed).expect_err("nobody knows");
        assert!(!fs::is_file(&trial.trial()));
    }

    #[test]
    fn what_could_not_be_begun_because_the_run_was_stopped_has_no_result() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, trials) = writer(folder.path());
        let claim = writer.gate().claim(&trials[0]).expect("a writable folder");
        assert!(matches!(claim, crate::event::Lease::Granted(_)));
        end(&mut writer, &trials[0], Outcome::Completed).expect("a writable folder");
        let record = files::record(&writer.layout, &trials[0]).expect("readable");
        assert_eq!(record.expect("recorded").outcome, Outcome::Interrupted);
    }

    #[test]
    fn a_result_stays_where_training_it_anew_ended_before_it_began() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, trials) = self::writer(folder.path());
        begin(&mut writer, &trials[0]);
        end(&mut writer, &trials[0], Outcome::Completed).expect("a writable folder");
        drop(writer);
        let (mut writer, _) = self::writer(folder.path());
        writer.anew.insert(trials[0].id.clone());
        let path = writer.layout.trial(&trials[0].id).trial();
        let before = fs::read_if_exists(&path).expect("readable");
        for outcome in [Outcome::Interrupted, Outcome::Failed { message: "no".to_owned() }] {
            end(&mut writer, &trials[0], outcome).expect("a writable folder");
            assert_eq!(fs::read_if_exists(&path).expect("readable"), before);
        }
        assert!(before.is_some());
    }

    #[test]
    fn the_last_table_has_what_another_run_made_of_a_finished_trial_meanwhile() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, trials) = self::writer(folder.path());
        begin(&mut writer, &trials[0]);
        end(&mut writer, &trials[0], Outcome::Completed).expect("a writable folder");
        let path = writer.layout.trial(&trials[0].id).trial();
        let record = fs::read_text(&path).expect("readable");
        let anew = record.replace("\"completed\"", "\"interrupted\"");
        fs::replace(&path, anew.as_bytes()).expect("writable");
        writer.observe(&Event::SweepEnded).expect("a writable folder");
        let table = fs::read_text(&writer.layout.trials_table()).expect("readable");
        assert!(table.contains("interrupted") && !table.contains("completed"), "{table}");
    }

    #[test]
    fn runs_at_once_with_different_devices_kernels_or_data_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = |digest: &str| {
            let digest = digest.to_owned();
            move |_: &Trial| Some(digest.clone())
        };
        let (mut first, trials) = opened(folder.path(), "cpu", Kernels::Fused);
        first.begin(&trials, data("a")).expect("it is alone");
        for (device, kernels, digest, says) in [
            ("gpu", Kernels::Fused, "a", Some("are trained on device `cpu`")),
            ("cpu", Kernels::Composed, "a", Some("are trained with kernels `fused`")),
            ("cpu", Kernels::Fused, "b", Some("are trained on data with digest `a`")),
            ("cpu", Kernels::Fused, "a", None),
        ] {
            let (mut second, trials) = opened(folder.path(), device, kernels);
            let begun = second.begin(&trials, data(digest)).err().map(|e| e.to_string());
            let are_as_said = match (&begun, says) {
                (Some(error), Some(says)) => {
                    error.starts_with("trials under way in") && error.contains(says)
                }
                (begun, says) => begun.is_none() && says.is_none(),
            };
            assert!(are_as_said, "{device} {kernels} {digest}: {begun:?}");
        }
    }

    #[test]
    fn of_data_that_was_not_loaded_no_digest_is_declared() {
        let folder = tempfile::tempdir().expect("a folder");
        let (writer, _) = self::writer(folder.path());
        writer.gate.with_digests(|digests| assert!(digests.is_empty(), "{digests:?}"));
    }
}

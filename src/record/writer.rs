//! The observer that writes everything down: the files of each trial, the tables of the sweep, the
//! manifest.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::attempts;
use super::claims::Claims;
use super::ending::Ending;
use super::gate::FolderGate;
use super::layout::Layout;
use super::manifest::{self, RunEntry};
use super::opening;
use super::ownership::Contents;
use super::reader;
use super::schema::TrialRecord;
use super::survey::Survey;
use super::tables::{self, Records};
use super::takeover;
use super::trial_files::{Facts, TrialFiles};
use crate::config::spec::Experiment;
use crate::description::DatasetDescription;
use crate::error::Result;
use crate::event::{Event, Gate, Observer, Outcome};
use crate::fs;
use crate::plan::Trial;

/// Tables are rewritten at most this often while trials end in quick succession.
const TABLE_INTERVAL: Duration = Duration::from_secs(1);

/// … and so seldom that they take no more than a part in so many of the time.
const TABLE_SHARE: u32 = 100;

/// Writes one run into a results folder, which other runs of the same experiment may share.
pub struct Writer {
    layout: Layout,
    experiment: Experiment,
    plan: Vec<Arc<Trial>>,
    /// What the tables need of every trial that ended: about 2.5 kB a trial (129 MB resident for 20 000 trials). The
    /// tables are written anew while the run goes on, and reading all `trial.json` each time instead would
    /// take a time that grows with the square of the number of trials.
    records: Records,
    open: HashMap<String, TrialFiles>,
    /// Trials whose records do not count until this run has trained them, by id.
    anew: BTreeSet<String>,
    gate: Arc<FolderGate>,
    run: RunEntry,
    /// What the datasets hold, by their digests.
    data: BTreeMap<String, DatasetDescription>,
    started: Instant,
    /// When the tables may be written next.
    tables_due: Instant,
    /// Trials that other runs took over between their last step and their record.
    taken: Vec<Arc<Trial>>,
    /// A write failed: whatever follows is not written, so that no trial whose rows are missing
    /// is taken for a finished one.
    is_broken: bool,
}

impl Writer {
    /// Opens a results folder for one run and announces the run in it. Beyond that nothing is
    /// written yet.
    pub fn open(
        experiment: &Experiment,
        plan: &[Arc<Trial>],
        mut run: RunEntry,
        survey: &Survey,
        retries_failed: bool,
    ) -> Result<Self> {
        let layout = Layout::new(&experiment.output.dir);
        fs::create_folder(layout.root())?;
        let claims = Claims::announce(&layout)?;
        claims.run().clone_into(&mut run.run);
        let gate = FolderGate {
            layout: layout.clone(),
            claims,
            device: run.device.clone(),
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
            is_broken: false,
        })
    }

    /// Hands over what the datasets hold, by their digests; the manifest keeps it.
    pub fn describe_data(&mut self, data: BTreeMap<String, DatasetDescription>) {
        self.data.extend(data);
    }

    /// How many trials ended here of which nothing is recorded, since another run had taken them over: those
    /// that are finished all the same, and those that are not.
    pub fn taken_over(&self) -> Result<(usize, usize)> {
        let mut unfinished = 0;
        for trial in &self.taken {
            let record = reader::record(&self.layout, trial)?;
            unfinished += usize::from(!record.is_some_and(|record| record.outcome.is_finished()));
        }
        Ok((self.taken.len() - unfinished, unfinished))
    }

    /// Where trials are claimed for this run.
    pub fn gate(&self) -> Arc<FolderGate> {
        Arc::clone(&self.gate)
    }

    /// Writes the experiment, the manifest and the tables. Refuses a folder in which another
    /// experiment is running, and one whose finished trials were trained on another device, or on
    /// other data under the same name (`digest` gives the digest of a trial's dataset, where it was
    /// loaded): their numbers would not be paired.
    ///
    /// Returns where the folder's earlier experiment was put, if it was another one.
    pub fn begin(
        &mut self,
        to_run: &[Arc<Trial>],
        digest: impl Fn(&Trial) -> Option<String>,
    ) -> Result<Option<PathBuf>> {
        self.note_data(to_run, &digest);
        let gate = Arc::clone(&self.gate);
        gate.claims.exclusively(|| {
            opening::check_company(&self.layout, &self.experiment, &gate.claims)?;
            opening::check_force(&self.layout, &gate)?;
            gate.with_digests(|digests| {
                opening::check_declarations(&self.layout, &gate.claims, &self.run.device, digests)
            })?;
            if !to_run.is_empty() {
                let finished = |trial: &Trial| self.result(&trial.id);
                opening::check_provenance(&self.layout, &self.plan, &self.run, finished, digest)?;
            }
            opening::clear_leftovers(
                &self.layout,
                &self.plan,
                to_run,
                &self.records,
                &gate.claims,
            )?;
            let earlier = opening::keep_earlier_experiment(&self.layout, &self.experiment)?;
            let resolved = self.experiment.resolved.as_bytes();
            fs::replace(&self.layout.experiment(), resolved)?;
            manifest::enter(&self.layout, &self.run, &self.data)?;
            self.write_tables()?;
            Ok(earlier)
        })
    }

    /// Whether another run is in the folder of which it is not clear yet whether it is alive: then what
    /// [`Writer::begin`] refuses may be possible once that is clear.
    pub fn has_unclear_company(&self) -> Result<bool> {
        self.gate.claims.has_unclear()
    }

    /// Waits until that is clear; says so through `tell`.
    pub fn settle(&self, tell: impl FnOnce(&str)) -> Result<()> {
        self.gate.claims.settle(tell)
    }

    /// Tells the gate which data the trials of this run are trained on.
    fn note_data(&self, to_run: &[Arc<Trial>], digest: impl Fn(&Trial) -> Option<String>) {
        let mut digests: BTreeMap<usize, Arc<str>> = BTreeMap::new();
        for trial in to_run {
            digests
                .entry(trial.condition.index)
                .or_insert_with(|| digest(trial).unwrap_or_default().into());
        }
        self.gate.note_digests(digests);
    }

    /// The record of a trial that came to its end, whatever it left behind.
    fn result(&self, id: &str) -> Option<&TrialRecord> {
        let record = self.records.get(id).filter(|_| !self.anew.contains(id));
        record.filter(|record| record.outcome.is_finished())
    }

    fn start(&mut self, trial: &Arc<Trial>, steps: usize, facts: Facts) -> Result<()> {
        let gate = Arc::clone(&self.gate);
        let layout = self.layout.trial(&trial.id);
        let own = layout.of_run(gate.claims.run());
        let has_result = self.result(&trial.id).is_some();
        let files = match gate.take_left(&trial.id) {
            Some(left) => TrialFiles::resume(&layout, &own, left, facts),
            None => TrialFiles::start(&own, has_result, gate.origin(trial), facts),
        };
        let files = self.unless_taken(trial, files)?;
        let is_ours = gate.claims.exclusively(|| {
            let is_ours = files.is_some() && gate.claims.holds(&trial.id);
            if is_ours {
                takeover::clear(&layout, &own, has_result)?;
            }
            Ok(is_ours)
        });
        let is_ours = self.unless_taken(trial, is_ours)? == Some(true);
        let Some(files) = files.filter(|_| is_ours) else {
            return Ok(());
        };
        if !has_result {
            self.records.remove(&trial.id);
        }
        self.open.insert(trial.id.clone(), files);
        gate.note_begun(&trial.id);
        let claims = &gate.claims;
        claims.progress(&trial.id, |running| running.steps = steps);
        Ok(())
    }

    /// What could not be written of a trial that another run has taken over, and may have cleared away,
    /// is no error of this one.
    fn unless_taken<T>(&self, trial: &Trial, written: Result<T>) -> Result<Option<T>> {
        match written {
            Err(_) if !self.gate.holds(trial) => Ok(None),
            written => written.map(Some),
        }
    }

    /// Leaves a trial to the run that has taken it over.
    fn leave(&mut self, trial: &Trial) {
        drop(self.open.remove(&trial.id));
        let claims = &self.gate.claims;
        let own = self.layout.trial(&trial.id).of_run(claims.run());
        // The other run may be deleting it at this moment.
        drop(Contents::of(&own).and_then(|contents| contents.remove()));
    }

    fn end(&mut self, trial: &Arc<Trial>, outcome: &Outcome, details: Option<&str>) -> Result<()> {
        let files = self.open.remove(&trial.id);
        let synced = files.as_ref().map_or(Ok(()), TrialFiles::sync);
        self.unless_taken(trial, synced)?;
        let gate = Arc::clone(&self.gate);
        let earlier = match self.result(&trial.id) {
            Some(_) => reader::record(&self.layout, trial)?,
            None => None,
        };
        let ending = Ending {
            layout: &self.layout.trial(&trial.id),
            trial,
            outcome,
            details,
            earlier: earlier.as_ref(),
        };
        let record = gate.claims.exclusively(|| {
            if !gate.claims.holds(&trial.id) {
                return Ok(None);
            }
            attempts::end(ending.layout)?;
            let record = ending.record(files)?;
            // The claim after the record: where locks are not seen, nobody finds the trial without both.
            gate.claims.release(&trial.id)?;
            Ok(record)
        });
        let record = self.unless_taken(trial, record)?.flatten();
        let Some(mut record) = record else {
            self.taken.push(Arc::clone(trial));
            gate.leave(trial)?;
            self.leave(trial);
            return Ok(());
        };
        record.forget_details();
        self.anew.remove(&record.id);
        self.records.insert(record.id.clone(), record);
        self.run.trained += usize::from(outcome.is_finished());
        if Instant::now() >= self.tables_due {
            let writing = Instant::now();
            gate.claims.exclusively(|| self.write_tables())?;
            let pause = TABLE_INTERVAL.max(TABLE_SHARE * writing.elapsed());
            self.tables_due = Instant::now() + pause;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        let gate = Arc::clone(&self.gate);
        self.run.finished = manifest::now();
        self.run.wall_seconds = Some(self.started.elapsed().as_secs_f64());
        gate.claims.exclusively(|| {
            self.write_tables()?;
            // Where locks are not seen, another run may have written its tables meanwhile, or ended a
            // trial: whoever writes last has to have seen all.
            while self.adopt_records()? {
                self.write_tables()?;
            }
            manifest::enter(&self.layout, &self.run, &self.data)
        })
    }

    /// Only under the folder's lock: what other runs have finished meanwhile is in the tables too.
    fn write_tables(&mut self) -> Result<()> {
        self.adopt_records()?;
        tables::write(&self.layout, &self.experiment, &self.plan, &self.records)
    }

    /// Takes in what other runs have recorded meanwhile; whether there was anything.
    fn adopt_records(&mut self) -> Result<bool> {
        let mut is_changed = false;
        for trial in &self.plan {
            let known = self.records.get(&trial.id);
            if !known.is_some_and(|record| record.outcome.is_finished())
                && !self.open.contains_key(&trial.id)
                && let Some(mut record) = reader::record(&self.layout, trial)?
            {
                record.forget_details();
                is_changed |= known != Some(&record);
                self.records.insert(record.id.clone(), record);
            }
        }
        Ok(is_changed)
    }

    /// The growing files of a trial under way, if it is.
    fn files(
        &mut self,
        trial: &Trial,
        write: impl FnOnce(&mut TrialFiles) -> Result<()>,
    ) -> Result<()> {
        let written = self.open.get_mut(&trial.id).map_or(Ok(()), write);
        self.unless_taken(trial, written).map(drop)
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
                    // What was known of it may be what it left before another run trained it again.
                    self.records.remove(&trial.id);
                    self.anew.remove(&trial.id);
                }
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
        self.write(event).inspect_err(|_| self.is_broken = true)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config;
    use crate::event::Stop;
    use crate::plan;
    use crate::record::survey::{Selection, survey};
    use crate::runner::{self, Sweep};
    use crate::scripted::ScriptedTrainer;

    fn writer(folder: &Path) -> (Writer, Vec<Arc<Trial>>) {
        let text = "[data]\ndataset = \"glyphs\"\n[train]\nepochs = 3\n";
        let output = format!("output.dir={}", folder.display());
        let loaded = config::parse(Path::new("x.toml"), text, &[output]).expect("valid");
        let plan = plan::trials(&loaded.experiment);
        let run = RunEntry::begin("cpu", 1, 1);
        let survey = survey(&Layout::new(folder), &plan, &Selection::default()).expect("readable");
        let mut writer = Writer::open(&loaded.experiment, &plan, run, &survey, false)
            .expect("a writable folder");
        writer.begin(&survey.to_run, |_| None).expect("a writable folder");
        (writer, survey.to_run)
    }

    #[test]
    fn a_trial_whose_rows_could_not_be_written_is_never_taken_for_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, trials) = writer(folder.path());
        // A folder stands where a file of the second trial should be: its start fails.
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
}

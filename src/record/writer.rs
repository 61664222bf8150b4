//! The observer that writes everything down: the files of each trial, the tables of the sweep, the
//! manifest.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::layout::Layout;
use super::manifest::{self, Manifest, RunEntry};
use super::reader;
use super::schema::TrialRecord;
use super::tables::{self, Records};
use super::trial_files::{self, Facts, TrialFiles};
use crate::config::spec::Experiment;
use crate::error::{Error, Result};
use crate::event::{Event, Observer, Outcome};
use crate::fs::{self, Lock};
use crate::plan::Trial;

/// Tables are rewritten at most this often while trials end in quick succession.
const TABLE_INTERVAL: Duration = Duration::from_secs(1);

/// Writes one run into a results folder, which it holds locked as long as it lives.
pub struct Writer {
    layout: Layout,
    experiment: Experiment,
    plan: Vec<Arc<Trial>>,
    records: Records,
    open: HashMap<String, TrialFiles>,
    manifest: Manifest,
    run: RunEntry,
    started: Instant,
    tables_written: Option<Instant>,
    /// A write failed: whatever follows is not written, so that no trial whose rows are missing
    /// is taken for a finished one.
    is_broken: bool,
    _lock: Lock,
}

impl Writer {
    /// Opens a results folder for one run: takes its lock and reads which trials ended before.
    /// Beyond the folder and its lock nothing is written yet.
    pub fn open(experiment: &Experiment, plan: &[Arc<Trial>], run: RunEntry) -> Result<Self> {
        let layout = Layout::new(&experiment.output.dir);
        fs::create_folder(layout.root())?;
        let lock = Lock::try_take(&layout.lock())?.ok_or_else(|| {
            Error::Results(format!(
                "another bn-lab is running into `{}`; wait for it, or choose another folder with `-o output.dir=…`",
                layout.root().display()
            ))
        })?;
        Ok(Self {
            records: reader::records(&layout, plan)?,
            manifest: manifest::read(&layout)?,
            layout,
            experiment: experiment.clone(),
            plan: plan.to_vec(),
            open: HashMap::new(),
            run,
            started: Instant::now(),
            tables_written: None,
            is_broken: false,
            _lock: lock,
        })
    }

    /// The trials that are not finished yet, in the plan's order.
    pub fn to_run(&self) -> Vec<Arc<Trial>> {
        let is_open = |trial: &&Arc<Trial>| self.finished(trial).is_none();
        self.plan.iter().filter(is_open).cloned().collect()
    }

    /// How many of [`Writer::to_run`] had their result before, without the probes or checkpoints that
    /// are asked for now.
    pub fn to_look_into(&self) -> usize {
        let open = self.to_run();
        let with_result = open.iter().filter(|trial| self.result(&trial.id).is_some());
        with_result.count()
    }

    /// The record of a trial that came to its end, whatever it left behind.
    fn result(&self, id: &str) -> Option<&TrialRecord> {
        let record = self.records.get(id);
        record.filter(|record| record.outcome.is_finished())
    }

    fn finished(&self, trial: &Trial) -> Option<&TrialRecord> {
        self.records
            .get(&trial.id)
            .filter(|record| reader::is_finished(record, trial))
    }

    /// Writes the experiment, the manifest and the tables. Refuses a folder whose finished trials
    /// were trained on another device, or on other data under the same name (`digest` gives the
    /// digest of a trial's dataset, where it was loaded): their numbers would not be paired.
    ///
    /// Returns where the folder's earlier experiment was put, if it was another one.
    pub fn begin(&mut self, digest: impl Fn(&Trial) -> Option<String>) -> Result<Option<PathBuf>> {
        if !self.to_run().is_empty() {
            self.check_provenance(digest)?;
        }
        fs::remove_partials(self.layout.root())?;
        fs::remove_partials(&self.layout.charts())?;
        self.manifest.runs.push(self.run.clone());
        let earlier = self.keep_earlier_experiment()?;
        let resolved = self.experiment.resolved.as_bytes();
        fs::replace(&self.layout.experiment(), resolved)?;
        manifest::write(&self.layout, &self.manifest)?;
        self.write_tables()?;
        Ok(earlier)
    }

    fn check_provenance(&self, digest: impl Fn(&Trial) -> Option<String>) -> Result<()> {
        for trial in &self.plan {
            let Some(record) = self.result(&trial.id) else {
                continue;
            };
            if record.device != self.run.device {
                return Err(self.mixed("device", &record.device, &self.run.device));
            }
            if let Some(now) = digest(trial).filter(|now| *now != record.data) {
                return Err(self.mixed("data with digest", &record.data, &now));
            }
        }
        Ok(())
    }

    fn mixed(&self, what: &str, before: &str, now: &str) -> Error {
        Error::Results(format!(
            "finished trials in `{}` were trained on {what} `{before}`, and this run would use `{now}`\n  hint: choose another folder with `-o output.dir=…`",
            self.layout.root().display()
        ))
    }

    /// An experiment that differs from this one is kept as `experiment-<digest>.toml`.
    fn keep_earlier_experiment(&self) -> Result<Option<PathBuf>> {
        let earlier = fs::read_if_exists(&self.layout.experiment())?;
        let Some(earlier) = earlier.filter(|text| text != self.experiment.resolved.as_bytes())
        else {
            return Ok(None);
        };
        let digest = Sha256::digest(&earlier);
        let name = format!(
            "experiment-{:02x}{:02x}{:02x}.toml",
            digest[0], digest[1], digest[2]
        );
        let path = self.layout.root().join(name);
        fs::replace(&path, &earlier)?;
        Ok(Some(path))
    }

    fn end(&mut self, trial: &Trial, outcome: &Outcome) -> Result<()> {
        let files = self.open.remove(&trial.id);
        let layout = self.layout.trial(&trial.id);
        let record = trial_files::end(&layout, trial, files, outcome, self.result(&trial.id))?;
        self.records.insert(record.id.clone(), record);
        self.change_run(|run| run.trained += usize::from(outcome.is_finished()));
        if self
            .tables_written
            .is_none_or(|at| at.elapsed() > TABLE_INTERVAL)
        {
            self.write_tables()?;
            self.tables_written = Some(Instant::now());
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        self.write_tables()?;
        let seconds = self.started.elapsed().as_secs_f64();
        self.change_run(|run| {
            run.finished = manifest::now();
            run.wall_seconds = Some(seconds);
        });
        manifest::write(&self.layout, &self.manifest)
    }

    fn change_run(&mut self, change: impl FnOnce(&mut RunEntry)) {
        if let Some(run) = self.manifest.runs.last_mut() {
            change(run);
        }
    }

    fn write_tables(&self) -> Result<()> {
        let trials = tables::trials_csv(&self.experiment, &self.plan, &self.records);
        fs::replace(&self.layout.trials_table(), &trials)?;
        let summary = tables::summary_csv(&self.experiment, &self.plan, &self.records);
        fs::replace(&self.layout.summary_table(), &summary)
    }

    fn write(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::SweepStarted { skipped, .. } => {
                self.change_run(|run| run.skipped = *skipped);
                Ok(())
            }
            Event::TrialStarted {
                trial,
                examples,
                parameters,
                data,
                ..
            } => {
                let facts = Facts {
                    device: self.run.device.clone(),
                    data: data.clone(),
                    examples: *examples,
                    parameters: *parameters,
                };
                let has_result = self.result(&trial.id).is_some();
                if !has_result {
                    self.records.remove(&trial.id);
                }
                let layout = self.layout.trial(&trial.id);
                let files = TrialFiles::start(&layout, has_result, facts)?;
                self.open.insert(trial.id.clone(), files);
                Ok(())
            }
            Event::Step {
                trial,
                step,
                epoch,
                batch,
            } => {
                let every = self.experiment.output.log_every_steps;
                let is_due = *step == 1 || step.is_multiple_of(every);
                match self.open.get_mut(&trial.id).filter(|_| is_due) {
                    Some(files) => files.step(*step, *epoch, *batch),
                    None => Ok(()),
                }
            }
            Event::Order {
                trial,
                step,
                epoch,
                examples,
            } => match self.open.get_mut(&trial.id) {
                Some(files) => files.order(*step, *epoch, examples),
                None => Ok(()),
            },
            Event::Checkpoint {
                trial,
                point,
                tensors,
            } => match self.open.get(&trial.id) {
                Some(files) => files.checkpoint(*point, tensors),
                None => Ok(()),
            },
            Event::Probed {
                trial,
                step,
                readings,
            } => match self.open.get_mut(&trial.id) {
                Some(files) => files.readings(&trial.id, *step, readings),
                None => Ok(()),
            },
            Event::EpochEnded {
                trial,
                epoch,
                seconds,
            } => match self.open.get_mut(&trial.id) {
                Some(files) => files.epoch(*epoch, *seconds),
                None => Ok(()),
            },
            Event::TrialEnded { trial, outcome } => self.end(trial, outcome),
            Event::State { .. } => Ok(()),
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
    use crate::runner;
    use crate::scripted::ScriptedTrainer;

    fn writer(folder: &Path) -> Writer {
        let text = "[data]\ndataset = \"glyphs\"\n[train]\nepochs = 3\n";
        let folder = format!("output.dir={}", folder.display());
        let loaded = config::parse(Path::new("x.toml"), text, &[folder]).expect("valid");
        let plan = plan::trials(&loaded.experiment);
        let run = RunEntry::begin("cpu", 1, 1);
        let mut writer = Writer::open(&loaded.experiment, &plan, run).expect("a writable folder");
        writer.begin(|_| None).expect("a writable folder");
        writer
    }

    #[test]
    fn a_trial_whose_rows_could_not_be_written_is_never_taken_for_finished() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = writer(folder.path());
        let trials = writer.to_run();
        // A folder stands where a file of the second trial should be: its start fails.
        let blocked = writer.layout.trial(&trials[1].id).steps();
        fs::create_folder(&blocked).expect("a writable folder");
        let trainer = ScriptedTrainer::default();
        runner::run(
            &trials,
            0,
            &trainer,
            1,
            &Stop::default(),
            &mut [&mut writer],
        )
        .expect_err("the second trial cannot be recorded");
        let layout = writer.layout.clone();
        let recorded = |i: usize| fs::is_file(&layout.trial(&trials[i].id).trial());
        assert_eq!(
            (recorded(0), recorded(1), recorded(2)),
            (true, false, false)
        );
        drop(writer);
        let again = self::writer(folder.path());
        assert_eq!(
            again.to_run().len(),
            2,
            "the first is kept, the others are to be trained"
        );
    }
}

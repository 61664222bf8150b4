//! The files of one trial while it is trained: rows are appended and flushed one by one, in the run's own
//! folder.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::error::Result;
use crate::event::{
    BatchResult, EpochResult, EpochSeconds, Examples, NamedTensor, Picture, Point, Prediction,
    Reading, TrainingState,
};
use crate::fs::{self, AppendFile, FilePrefix};
use crate::plan::Trial;
use crate::results::format::checkpoint;
use crate::results::format::files::changed;
use crate::results::format::layout::TrialLayout;
use crate::results::format::schema::{
    EPOCHS, EpochRow, GROWING, LAYERS, LayerRow, ORDER, ORDER_EXAMPLES, OrderRow, PICTURES,
    PREDICTIONS, PictureRow, PredictionRow, SCHEMA_VERSION, STEPS, StepRow, TIMINGS, TimingRow,
    csv_row,
};
use crate::results::recovery::ownership::Contents;
use crate::results::recovery::state::{self, Origin, Saved};

/// The facts that a trial reports when it starts.
#[derive(Debug, Clone, Default)]
pub(in crate::results) struct Facts {
    /// The device that trains it.
    pub(in crate::results) device: String,
    /// The vector instruction set of the processor.
    pub(in crate::results) instruction_set: String,
    /// Digest of its dataset's content.
    pub(in crate::results) data: String,
    /// Numbers of examples.
    pub(in crate::results) examples: Examples,
    /// Number of trainable parameters.
    pub(in crate::results) parameters: usize,
}

/// The content of a record that comes from the files of a trial that ended.
#[derive(Debug, Default)]
pub(in crate::results) struct Closed {
    /// The facts that the trial reported when it started.
    pub(in crate::results) facts: Facts,
    /// The row of the last epoch.
    pub(in crate::results) last: Option<EpochRow>,
    /// The epoch with the highest validation accuracy.
    pub(in crate::results) best: Option<EpochRow>,
    /// Its files, except that of wall-clock times.
    pub(in crate::results) files: BTreeMap<String, FilePrefix>,
}

/// The files of a trial that is being trained.
pub(in crate::results) struct TrialFiles {
    /// The run's own folder inside that of the trial.
    layout: TrialLayout,
    origin: Origin,
    facts: Facts,
    /// Whether the trial has its result already.
    is_second: bool,
    /// Open files by their names. Most trials have no layers and no order.
    growing: BTreeMap<&'static str, AppendFile>,
    /// The checkpoints, by their paths in the folder.
    kept: BTreeMap<String, FilePrefix>,
    /// Number of examples in [`ORDER_EXAMPLES`].
    ordered: usize,
    last: Option<EpochRow>,
    best: Option<EpochRow>,
}

impl TrialFiles {
    /// Creates the files of a trial in the run's `own` folder. For a trial that `has_result`, they
    /// belong to a second training, which saves no state.
    pub(in crate::results) fn start(
        own: &TrialLayout,
        has_result: bool,
        origin: Origin,
        facts: Facts,
    ) -> Result<Self> {
        Contents::of(own)?.remove()?;
        fs::create_folder(own.root())?;
        let mut files = Self::empty(own, origin, facts);
        files.is_second = has_result;
        for (name, _, is_always) in GROWING {
            if is_always {
                files.open(name)?;
            }
        }
        Ok(files)
    }

    /// Continues the files in the run's `own` folder from the state `left`, which has been copied there.
    pub(in crate::results) fn resume(
        own: &TrialLayout,
        saved: Saved,
        facts: Facts,
    ) -> Result<Self> {
        let mut files = Self::empty(own, saved.origin, facts);
        for (name, _, is_always) in GROWING {
            let path = own.root().join(name);
            match saved.files.get(name) {
                Some(grown) if fs::is_file(&path) => {
                    let file = AppendFile::resume(&path, grown)?.ok_or_else(|| changed(&path))?;
                    files.growing.insert(name, file);
                }
                _ if is_always => drop(files.open(name)?),
                _ => fs::remove_if_exists(&path)?,
            }
        }
        let is_kept =
            |(name, _): &(String, FilePrefix)| GROWING.iter().all(|(known, ..)| known != name);
        files.kept = saved.files.into_iter().filter(is_kept).collect();
        files.ordered = saved.ordered;
        files.last = saved.last;
        files.best = saved.best;
        Ok(files)
    }

    /// The folder in which they are.
    pub(in crate::results) fn layout(&self) -> &TrialLayout {
        &self.layout
    }

    /// Whether all of them exist as they were written: a run that considers this one dead deletes them.
    pub(in crate::results) fn are_there(&self) -> bool {
        let is_there = |(name, grown): (&String, &FilePrefix)| {
            fs::size(&self.layout.root().join(name)) == Some(grown.bytes)
        };
        self.grown().iter().all(is_there)
    }

    /// Closes the files, and returns their part of the record.
    pub(in crate::results) fn close(self) -> Closed {
        let mut files = self.grown();
        files.remove(TIMINGS);
        Closed { facts: self.facts, last: self.last, best: self.best, files }
    }

    fn empty(layout: &TrialLayout, origin: Origin, facts: Facts) -> Self {
        Self {
            layout: layout.clone(),
            origin,
            facts,
            is_second: false,
            growing: BTreeMap::new(),
            kept: BTreeMap::new(),
            ordered: 0,
            last: None,
            best: None,
        }
    }

    /// The open file of this name, created with its header line where it does not exist yet.
    fn open(&mut self, name: &'static str) -> Result<&mut AppendFile> {
        match self.growing.entry(name) {
            Entry::Occupied(file) => Ok(file.into_mut()),
            Entry::Vacant(place) => {
                let mut file = AppendFile::create(&self.layout.root().join(name))?;
                let known = GROWING.iter().find(|(known, ..)| *known == name);
                file.append(known.map_or("", |(_, header, _)| header).as_bytes())?;
                Ok(place.insert(file))
            }
        }
    }

    pub(in crate::results) fn step(
        &mut self,
        step: usize,
        epoch: usize,
        batch: BatchResult,
    ) -> Result<()> {
        // Rows contain finite numbers only; a loss that is not finite ends the trial, and its record states it.
        if !batch.loss.is_finite() {
            return Ok(());
        }
        let accuracy = batch.correct as f64 / batch.examples as f64;
        self.open(STEPS)?.append(&csv_row(&StepRow { step, epoch, loss: batch.loss, accuracy }))
    }

    pub(in crate::results) fn readings(&mut self, step: usize, readings: &[Reading]) -> Result<()> {
        let rows = readings.iter().flat_map(|reading| {
            csv_row(&LayerRow {
                trial: self.origin.id.clone(),
                step,
                layer: reading.layer.clone(),
                quantity: reading.quantity.clone(),
                value: reading.value,
            })
        });
        let rows: Vec<u8> = rows.collect();
        self.open(LAYERS)?.append(&rows)
    }

    pub(in crate::results) fn predictions(
        &mut self,
        predictions: &[Prediction],
        pictures: &[Picture],
    ) -> Result<()> {
        let rows = predictions.iter().enumerate();
        let rows = rows.flat_map(|(example, of)| csv_row(&PredictionRow::of(example, of)));
        let rows: Vec<u8> = rows.collect();
        self.open(PREDICTIONS)?.append(&rows)?;
        if pictures.is_empty() {
            return Ok(());
        }
        let rows: Vec<u8> = pictures.iter().flat_map(|of| csv_row(&PictureRow::of(of))).collect();
        self.open(PICTURES)?.append(&rows)
    }

    pub(in crate::results) fn order(
        &mut self,
        step: usize,
        epoch: usize,
        examples: &[u32],
    ) -> Result<()> {
        let bytes: Vec<u8> = examples.iter().flat_map(|e| e.to_le_bytes()).collect();
        self.open(ORDER_EXAMPLES)?.append(&bytes)?;
        let row = csv_row(&OrderRow { step, epoch, first: self.ordered, examples: examples.len() });
        self.ordered += examples.len();
        self.open(ORDER)?.append(&row)
    }

    pub(in crate::results) fn checkpoint(
        &mut self,
        point: Point,
        tensors: &[NamedTensor],
    ) -> Result<()> {
        let grown = checkpoint::write(&self.layout, point, tensors)?;
        let path = self.layout.checkpoint(point);
        let name = path.strip_prefix(self.layout.root()).unwrap_or(&path);
        // With forward slashes on every system.
        let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
        self.kept.insert(parts.join("/"), grown);
        Ok(())
    }

    /// Saves a state from which the trial can resume. A trial that is trained again, to record something
    /// more, saves no state.
    pub(in crate::results) fn state(&self, state: &TrainingState) -> Result<()> {
        if self.is_second {
            return Ok(());
        }
        self.growing.values().try_for_each(AppendFile::sync)?;
        let saved = Saved {
            schema: SCHEMA_VERSION,
            origin: self.origin.clone(),
            files: self.grown(),
            ordered: self.ordered,
            last: self.last.clone(),
            best: self.best.clone(),
            numbers: state.numbers.clone(),
        };
        state::write(&self.layout, &saved, &state.tensors)
    }

    /// Waits until all rows have reached the disk, except those of wall-clock times: a record of them must not
    /// outlive them.
    pub(in crate::results) fn sync(&self) -> Result<()> {
        let measured = self.growing.iter().filter(|(name, _)| **name != TIMINGS);
        measured.map(|(_, file)| file).try_for_each(AppendFile::sync)
    }

    /// The present lengths and checksums of all files.
    fn grown(&self) -> BTreeMap<String, FilePrefix> {
        let growing = self.growing.iter();
        let growing = growing.map(|(name, file)| ((*name).to_owned(), file.grown()));
        growing.chain(self.kept.clone()).collect()
    }

    pub(in crate::results) fn epoch(
        &mut self,
        epoch: EpochResult,
        seconds: EpochSeconds,
    ) -> Result<()> {
        let told = epoch.evaluations.unwrap_or_default();
        let row = EpochRow {
            epoch: epoch.epoch,
            step: epoch.step,
            train: epoch.train.into(),
            validation: epoch.validation.into(),
            test: epoch.test,
            running_test: told.running.into(),
            precise_test: told.precise.into(),
            batch_test: told.batch.into(),
            evaluated_train: epoch.evaluated_train.into(),
            test_balanced_accuracy: epoch.balanced_test,
        };
        self.open(EPOCHS)?.append(&csv_row(&row))?;
        self.open(TIMINGS)?.append(&csv_row(&TimingRow {
            epoch: epoch.epoch,
            train_seconds: seconds.train,
            evaluation_seconds: seconds.evaluation,
        }))?;
        if is_better(&row, self.best.as_ref()) {
            self.best = Some(row.clone());
        }
        self.last = Some(row);
        Ok(())
    }
}

/// What a trial records besides its metrics, in the order of its record.
pub(in crate::results) fn recording(trial: &Trial) -> Vec<String> {
    let mut recording = trial.recording.items();
    recording.sort();
    recording
}

/// Whether `row` has a higher validation accuracy than the best so far. The untrained network
/// (epoch 0) does not count.
fn is_better(row: &EpochRow, best: Option<&EpochRow>) -> bool {
    let Some(accuracy) = row.validation.accuracy else {
        return false;
    };
    let earlier = best.and_then(|best| best.validation.accuracy);
    row.epoch > 0 && earlier.is_none_or(|earlier| accuracy > earlier)
}

//! The measurements made during trials: the rows of their tables, with the requested details.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::event::Picture;
use crate::fs;
use crate::results::format::compact;
use crate::results::format::files::{damaged, rows, timings};
use crate::results::format::layout::{Layout, TrialLayout};
use crate::results::format::marker;
use crate::results::format::predictions::{self, Gathering};
use crate::results::format::schema::{EpochRow, LayerRow, StepRow, TimingRow};
use crate::results::query::{Details, LayerSeries, Predictions};

/// The rows of one trial.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::results) struct Curves {
    /// One row for each epoch, in order.
    pub(in crate::results) epochs: Vec<EpochRow>,
    /// Wall-clock seconds of each epoch.
    pub(in crate::results) seconds: Vec<TimingRow>,
    /// Whether these are left out because they are damaged.
    pub(in crate::results) is_untimed: bool,
    /// The training loss between epochs, where it is requested.
    pub(in crate::results) steps: Vec<StepRow>,
    /// The requested quantities of `layers.csv`.
    pub(in crate::results) layers: Vec<LayerSeries>,
    /// What the trained network says of the test set, where it is requested.
    pub(in crate::results) predictions: Option<Predictions>,
    /// The pictures, where they are requested.
    pub(in crate::results) pictures: Vec<Picture>,
}

/// The rows of the trials with these `ids`, in their order.
pub(in crate::results) fn read(
    layout: &Layout,
    ids: &[&str],
    details: &Details,
) -> Result<Vec<Curves>> {
    if marker::is_compact(layout) {
        return compact::curves(layout, ids, details);
    }
    let of = |id: &&str| of_folder(&layout.trial(id), details);
    // Where several files are damaged, always the same one is reported.
    let curves: Vec<Result<Curves>> = ids.par_iter().map(of).collect();
    curves.into_iter().collect()
}

fn of_folder(files: &TrialLayout, details: &Details) -> Result<Curves> {
    let mut layers = Gathered::default();
    layers.read(&files.layers(), details, |_| Some(0))?;
    let seconds = timings(files)?;
    let epochs: Vec<EpochRow> = rows(&files.epochs())?;
    let (predictions, pictures) =
        if details.predictions { predicted(files, &epochs)? } else { (None, Vec::new()) };
    Ok(Curves {
        epochs,
        predictions,
        pictures,
        is_untimed: seconds.is_none(),
        seconds: seconds.unwrap_or_default(),
        steps: if details.steps { finite(rows(&files.steps())?) } else { Vec::new() },
        layers: layers.series.pop().unwrap_or_default(),
    })
}

/// What the trained network says of the test set, and the pictures.
fn predicted(
    files: &TrialLayout,
    epochs: &[EpochRow],
) -> Result<(Option<Predictions>, Vec<Picture>)> {
    let mut gathering = Gathering::default();
    rows(&files.predictions())?.into_iter().for_each(|row| gathering.add(row));
    let predictions = gathering.finish(epochs, &files.predictions())?;
    let pictures = predictions::pictures(&rows(&files.pictures())?, &files.pictures())?;
    Ok((predictions, pictures))
}

/// Removes values that are not finite: this program does not write them, but another one may have.
pub(in crate::results) fn finite(mut steps: Vec<StepRow>) -> Vec<StepRow> {
    steps.retain(|row| row.loss.is_finite() && row.accuracy.is_finite());
    steps
}

/// Layer series while they are read, of one trial or of several.
#[derive(Default)]
pub(in crate::results) struct Gathered {
    /// The series of each trial, in the order of their first rows.
    pub(in crate::results) series: Vec<Vec<LayerSeries>>,
    /// The index of each layer's quantity among the series of its trial.
    places: Vec<HashMap<String, HashMap<String, usize>>>,
}

impl Gathered {
    /// Reads the rows of the requested quantities one by one: the file may be large, and most rows are of
    /// other quantities. `owner` gives the index of a trial; rows without one are skipped.
    pub(in crate::results) fn read(
        &mut self,
        path: &Path,
        details: &Details,
        owner: impl Fn(&str) -> Option<usize>,
    ) -> Result<()> {
        let Some(lines) = (if details.has_layers() { fs::whole_lines(path)? } else { None }) else {
            return Ok(());
        };
        let mut reader = csv::Reader::from_reader(lines);
        let header = reader.headers().map_err(|e| unreadable(path, e))?.clone();
        let column = header.iter().position(|name| name == "quantity");
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).map_err(|e| unreadable(path, e))? {
            let quantity = column.and_then(|column| record.get(column));
            // Where the column is missing, the error below states it.
            if quantity.is_some_and(|quantity| !details.wants(quantity)) {
                continue;
            }
            let row: LayerRow = record.deserialize(Some(&header)).map_err(|e| damaged(path, &e))?;
            if let Some(owner) = owner(&row.trial) {
                self.add(owner, row);
            }
        }
        Ok(())
    }

    fn add(&mut self, owner: usize, row: LayerRow) {
        if !row.value.is_finite() {
            return;
        }
        if self.series.len() <= owner {
            self.series.resize_with(owner + 1, Vec::new);
            self.places.resize_with(owner + 1, HashMap::new);
        }
        let (series, places) = (&mut self.series[owner], &mut self.places[owner]);
        let point = (row.step, row.value);
        let known = places.get(&row.layer).and_then(|of| of.get(&row.quantity));
        if let Some(&place) = known {
            series[place].points.push(point);
            return;
        }
        let of_layer = places.entry(row.layer.clone()).or_default();
        of_layer.insert(row.quantity.clone(), series.len());
        series.push(LayerSeries { layer: row.layer, quantity: row.quantity, points: vec![point] });
    }
}

/// An I/O error while a file is read does not mean that it is damaged.
pub(in crate::results) fn unreadable(path: &Path, error: csv::Error) -> Error {
    if !error.is_io_error() {
        return damaged(path, &error);
    }
    match error.into_kind() {
        csv::ErrorKind::Io(source) => Error::io("read", path, source),
        other => Error::Results(format!("cannot read `{}`: {other:?}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const LAYERS: &str = "trial,step,layer,quantity,value
a,0,layers.0,dead,0.5
a,0,layers.1,dead,0.25
a,0,layers.0,weight_norm,3.5
a,10,layers.0,dead,0.75
a,10,layers.1,dead,NaN
a,10,layers.0,weight_norm,inf
a,20,layers.1,dead,1e-3
a,20,layers.0,dea";

    /// The series in a folder with this table.
    fn read_layers(text: &str, quantities: &[&'static str]) -> (Result<Vec<LayerSeries>>, PathBuf) {
        read_layers_with(text, &Details { layers: quantities.to_vec(), ..Details::default() })
    }

    fn read_layers_with(text: &str, details: &Details) -> (Result<Vec<LayerSeries>>, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path());
        let path = layout.trial("a").layers();
        fs::create_folder(layout.trial("a").root()).unwrap();
        fs::replace_unsynced(&path, text.as_bytes()).unwrap();
        let read = read(&layout, &["a"], details);
        (read.map(|mut curves| curves.remove(0).layers), path)
    }

    fn series(layer: &str, quantity: &str, points: &[(usize, f64)]) -> LayerSeries {
        LayerSeries {
            layer: layer.to_owned(),
            quantity: quantity.to_owned(),
            points: points.to_vec(),
        }
    }

    #[test]
    fn wanted_quantities_are_read_layer_by_layer_in_the_order_of_the_steps() {
        let dead = [
            series("layers.0", "dead", &[(0, 0.5), (10, 0.75)]),
            series("layers.1", "dead", &[(0, 0.25), (20, 1e-3)]),
        ];
        let norm = series("layers.0", "weight_norm", &[(0, 3.5)]);
        let (found, _) = read_layers(LAYERS, &["dead"]);
        assert_eq!(found.unwrap(), dead);
        let (found, _) = read_layers(LAYERS, &["weight_norm", "dead"]);
        assert_eq!(found.unwrap(), [&dead[..], std::slice::from_ref(&norm)].concat());
        assert_eq!(read_layers(LAYERS, &["saturated"]).0.unwrap(), []);
        assert_eq!(read_layers(LAYERS, &[]).0.unwrap(), []);
        let everything = Details { all_layers: true, ..Details::default() };
        let found = read_layers_with(LAYERS, &everything).0.unwrap();
        assert_eq!(found, [&dead[..], &[norm]].concat());
        assert_eq!(read_layers("", &["dead"]).0.unwrap(), []);
    }

    #[test]
    fn a_table_of_layers_that_is_damaged_is_refused_with_its_name_and_the_place() {
        for (text, says) in [
            ("trial,step,layer,quantity,value\na,x,l,dead,1\n", "line: 2"),
            ("trial,step,layer,quantity,value\na,1,l,dead,\n", "line: 2"),
            ("trial,step,layer,value\na,1,l,1\n", "missing field `quantity`"),
            ("trial,step,layer,quantity,value\na,1,l\n", "line: 2"),
        ] {
            let (found, path) = read_layers(text, &["dead"]);
            let error = found.unwrap_err().to_string();
            let is_named = error.starts_with(&format!("`{}` is damaged: ", path.display()));
            assert!(is_named && error.contains(says), "{text:?}: {error}");
        }
        // Columns and rows that are not requested are not parsed.
        let unread = "trial,step,layer,quantity,value\na,x,l,dead,1\n";
        assert_eq!(read_layers(unread, &["saturated"]).0.unwrap(), []);
    }

    #[test]
    fn steps_are_read_on_request_and_none_is_no_error() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path());
        fs::create_folder(layout.trial("a").root()).unwrap();
        let text = format!("{}50,1,2.5,0.25\n100,1,NaN,0.5\n150,2,1.5,0.5\n200,2", StepRow::HEADER);
        fs::replace_unsynced(&layout.trial("a").steps(), text.as_bytes()).unwrap();
        let read = |steps: bool| {
            let details =
                Details { steps, layers: vec!["dead"], predictions: true, ..Details::default() };
            read(&layout, &["a", "b"], &details).unwrap()
        };
        let row = |step: usize, epoch: usize, loss: f64, accuracy: f64| StepRow {
            step,
            epoch,
            loss,
            accuracy,
        };
        assert_eq!(read(true)[0].steps, [row(50, 1, 2.5, 0.25), row(150, 2, 1.5, 0.5)]);
        assert_eq!(read(false)[0], Curves::default());
        assert_eq!(read(true)[1], Curves::default());
    }
}

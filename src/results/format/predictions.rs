//! Reads `predictions.csv` and `pictures.csv`, of one trial or of the trials of a compact copy. Both may come from
//! anyone: rows that this program cannot have written are refused, and so are predictions that do not give the test
//! accuracy of the trial, as where lines at the end are missing.

use std::path::Path;

use data_encoding::HEXLOWER;

use crate::error::Result;
use crate::event::{Picture, PictureKind};
use crate::results::format::files::damaged;
use crate::results::format::schema::{EpochRow, PictureRow, PredictionRow};
use crate::results::query::Predictions;

/// The predictions of one trial while they are read.
#[derive(Debug, Clone, Default)]
pub(in crate::results) struct Gathering {
    predictions: Predictions,
    fault: Option<String>,
}

impl Gathering {
    /// Adds the next row.
    pub(in crate::results) fn add(&mut self, row: PredictionRow) {
        if self.fault.is_none() {
            self.fault = fault(&row, self.predictions.total());
        }
        if self.fault.is_none() {
            self.predictions.add(row);
        }
    }

    /// The predictions of a trial with these epochs, from the file at `path`; `None` where it has no row.
    pub(in crate::results) fn finish(
        self,
        epochs: &[EpochRow],
        path: &Path,
    ) -> Result<Option<Predictions>> {
        if let Some(fault) = self.fault {
            return Err(damaged(path, &fault));
        }
        let Some(accuracy) = self.predictions.accuracy() else {
            return Ok(None);
        };
        let stated = epochs.last().map(|row| row.test.accuracy);
        match stated {
            Some(stated) if (stated - accuracy).abs() < 1e-9 => Ok(Some(self.predictions)),
            _ => Err(damaged(
                path,
                &format!(
                    "its rows give a test accuracy of {accuracy}, and the last row of `epochs.csv` {}",
                    stated.map_or("none".to_owned(), |stated| stated.to_string())
                ),
            )),
        }
    }
}

/// What is wrong with a row that follows this number of others.
fn fault(row: &PredictionRow, rows: usize) -> Option<String> {
    let example = row.example;
    if example != rows {
        return Some(format!("it has the example {example} where {rows} is due"));
    }
    let is_share = |share: f64| (0.0..=1.0).contains(&share);
    let are_shares = is_share(row.probability) && is_share(row.label_probability);
    let is_largest = row.label_probability <= row.probability;
    (!(are_shares && is_largest))
        .then(|| format!("the probabilities of the example {example} are none"))
}

/// The picture in a row of the file at `path`.
pub(in crate::results) fn picture(row: &PictureRow, path: &Path) -> Result<Picture> {
    let number = row.number;
    let wrong = |what: &str| damaged(path, &format!("{what} of the picture {number} is not valid"));
    let mut kinds = PictureKind::ALL.into_iter();
    let kind = kinds.find(|kind| kind.name() == row.kind).ok_or_else(|| wrong("`kind`"))?;
    let sizes = [row.channels, row.height, row.width];
    let values = sizes.into_iter().try_fold(1, usize::checked_mul);
    let values = values.filter(|values| (1..=Picture::LARGEST).contains(values));
    let values = values.ok_or_else(|| wrong("the size"))?;
    let is_range = row.low.is_finite() && row.high.is_finite() && row.low <= row.high;
    if !is_range {
        return Err(wrong("the range"));
    }
    let pixels = HEXLOWER.decode(row.pixels.as_bytes()).map_err(|_| wrong("`pixels`"))?;
    if pixels.len() != values {
        return Err(wrong("the number of `pixels`"));
    }
    let [channels, height, width] = sizes;
    let label = row.label.map(usize::from);
    Ok(Picture {
        kind,
        number,
        label,
        channels,
        height,
        width,
        low: row.low,
        high: row.high,
        pixels,
    })
}

/// The pictures in these rows of the file at `path`.
pub(in crate::results) fn pictures(rows: &[PictureRow], path: &Path) -> Result<Vec<Picture>> {
    if rows.len() > Picture::MOST {
        return Err(damaged(path, &"it has more pictures of a trial than bn-lab writes"));
    }
    rows.iter().map(|row| picture(row, path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Score;

    fn row(example: usize, label: u8, predicted: u8, shares: [f64; 2]) -> PredictionRow {
        let [probability, label_probability] = shares;
        PredictionRow { example, label, predicted, probability, label_probability }
    }

    fn gathered(rows: &[PredictionRow], accuracy: f64) -> Result<Option<Predictions>> {
        let mut gathering = Gathering::default();
        for row in rows {
            gathering.add(row.clone());
        }
        let test = Score { loss: 1.0, accuracy };
        let epochs = [EpochRow { test, ..EpochRow::default() }];
        gathering.finish(&epochs, Path::new("predictions.csv"))
    }

    #[test]
    fn counts_and_mistakes_are_kept() {
        let rows = [row(0, 1, 1, [0.9, 0.9]), row(1, 1, 0, [0.8, 0.1]), row(2, 0, 0, [1.0, 1.0])];
        let read = gathered(&rows, 2.0 / 3.0).unwrap().expect("rows");
        assert_eq!([read.count(1, 1), read.count(1, 0), read.count(0, 0)], [1, 1, 1]);
        assert_eq!((read.count(0, 1), read.total()), (0, 3));
        assert_eq!(read.wrong(), &rows[1..2]);
        assert!(gathered(&[], 0.5).unwrap().is_none());
    }

    #[test]
    fn rows_that_cannot_have_been_written_are_refused() {
        let first = row(0, 1, 1, [0.9, 0.9]);
        for (rows, says) in [
            (
                vec![first.clone()],
                "give a test accuracy of 1, and the last row of `epochs.csv` 0.5",
            ),
            (vec![row(1, 1, 1, [0.9, 0.9])], "the example 1 where 0 is due"),
            (vec![first.clone(), first.clone()], "the example 0 where 1 is due"),
            (vec![row(0, 1, 0, [1.5, 0.1])], "the probabilities of the example 0"),
            (vec![row(0, 1, 0, [f64::NAN, 0.1])], "the probabilities of the example 0"),
            (vec![row(0, 1, 0, [0.2, 0.3])], "the probabilities of the example 0"),
            (vec![row(0, 1, 0, [0.2, -0.3])], "the probabilities of the example 0"),
        ] {
            let error = gathered(&rows, 0.5).unwrap_err().to_string();
            assert!(error.starts_with("`predictions.csv` is damaged: "), "{error}");
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_picture_is_read_back_and_a_damaged_one_refused() {
        let drawn = Picture {
            kind: PictureKind::Mistake,
            number: 7,
            label: Some(3),
            channels: 1,
            height: 1,
            width: 3,
            low: 0.0,
            high: 255.0,
            pixels: vec![0, 171, 255],
        };
        let row = PictureRow::of(&drawn);
        assert_eq!(row.pixels, "00abff");
        let path = Path::new("pictures.csv");
        assert_eq!(pictures(std::slice::from_ref(&row), path).unwrap(), [drawn]);
        let changed = |change: &dyn Fn(&mut PictureRow)| {
            let mut row = row.clone();
            change(&mut row);
            picture(&row, path).unwrap_err().to_string()
        };
        for (error, says) in [
            (changed(&|row| row.kind = "photo".to_owned()), "`kind`"),
            (changed(&|row| row.width = 0), "the size"),
            (changed(&|row| row.width = usize::MAX), "the size"),
            (changed(&|row| row.width = Picture::LARGEST + 1), "the size"),
            (changed(&|row| row.height = 2), "the number of `pixels`"),
            (changed(&|row| row.pixels = "00ABFF".to_owned()), "`pixels`"),
            (changed(&|row| row.pixels.push('0')), "`pixels`"),
            (changed(&|row| row.low = f64::INFINITY), "the range"),
            (changed(&|row| row.high = -1.0), "the range"),
        ] {
            assert!(error.starts_with("`pictures.csv` is damaged: "), "{error}");
            assert!(error.contains(&format!("{says} of the picture 7")), "{error}");
        }
        assert!(pictures(&vec![row.clone(); Picture::MOST], path).is_ok());
        assert!(pictures(&vec![row; Picture::MOST + 1], path).is_err());
    }
}

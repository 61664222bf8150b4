//! Charts of results. `figures` makes charts from rows, as plain
//! data; `render` draws them. Nothing here reads a results folder or depends on training.

pub mod chart;
pub mod figures;
pub mod output;
pub mod palette;
pub mod render;
pub mod scale;
pub mod terminal;

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::results::recovery::ownership;
use chart::Chart;
use output::Output;

/// Writes every figure as `<stem>.svg` and, from that same SVG, `<stem>.png`; returns their paths. A
/// figure that an earlier experiment left in the folder and that this one does not have is deleted, so that charts
/// show the tables beside them.
pub fn write_all(figures: &[(String, Chart)], folder: &Path) -> Result<Vec<PathBuf>> {
    let output = Output::default();
    for stem in figures::stems() {
        if !figures.iter().any(|(drawn, _)| drawn == stem) {
            for path in output::paths(stem, folder, &output) {
                ownership::remove_ours(&path)?;
            }
        }
    }
    let mut written = Vec::new();
    for (stem, chart) in figures {
        written.extend(output::write(chart, stem, folder, &output)?);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Score;
    use crate::fs;
    use crate::results::format::schema::EpochRow;
    use crate::results::query::{Results, TrialCurves, TrialStatus};

    fn results(status: TrialStatus) -> Results {
        let row = |epoch: usize| EpochRow {
            epoch,
            step: epoch,
            train: (epoch > 0).then_some(Score { loss: 0.5, accuracy: 0.9 }).into(),
            test: Score { loss: 0.6, accuracy: 0.88 },
            ..EpochRow::default()
        };
        let trial = TrialCurves {
            id: "0123".to_owned(),
            condition: 1,
            axes: vec!["before".to_owned()],
            replicate: 1,
            status,
            diverged_step: None,
            epochs: vec![row(0), row(1)],
            ..TrialCurves::default()
        };
        Results {
            name: "an-experiment".to_owned(),
            question: String::new(),
            target_accuracy: 0.97,
            axes: vec!["norm.placement".to_owned()],
            trials: vec![trial],
            ..Results::default()
        }
    }

    #[test]
    fn every_figure_is_written_as_svg_and_png() {
        let folder = tempfile::tempdir().expect("a folder");
        let charts = folder.path().join("charts");
        let written =
            write_all(&figures::all(&results(TrialStatus::Completed)), &charts).expect("charts");
        let stems = ["overview", "train_loss", "train_accuracy", "test_loss", "test_accuracy"];
        let expected: Vec<PathBuf> = stems
            .into_iter()
            .flat_map(|stem| ["svg", "png"].map(|kind| charts.join(format!("{stem}.{kind}"))))
            .collect();
        assert_eq!(written, expected);
        for path in written {
            let bytes = fs::read(&path).expect("a file");
            let is_svg = path.extension().is_some_and(|extension| extension == "svg");
            let start: &[u8] = if is_svg { b"<svg " } else { b"\x89PNG" };
            assert!(bytes.starts_with(start));
        }
    }

    #[test]
    fn a_figure_that_is_drawn_no_more_is_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        write_all(&figures::all(&results(TrialStatus::Completed)), folder.path()).expect("charts");
        let other = folder.path().join("mine.svg");
        fs::replace(&other, b"<svg/>").expect("a file");
        let written = write_all(&figures::all(&results(TrialStatus::Pending)), folder.path())
            .expect("no charts");
        assert_eq!(written, Vec::<PathBuf>::new());
        assert!(!fs::is_file(&folder.path().join("overview.svg")));
        assert!(!fs::is_file(&folder.path().join("test_loss.png")));
        assert!(fs::is_file(&other), "only our own are deleted");
    }
}

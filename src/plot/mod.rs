//! Charts of results. `figures` makes charts from rows, as plain
//! data; `render` draws them. Nothing here reads a results folder or depends on training.

pub mod chart;
pub mod figures;
pub mod output;
pub mod palette;
pub mod render;
pub mod scale;
pub mod terminal;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::fs;
use crate::results::recovery::ownership;
use chart::Chart;
use figures::Drawn;
use output::Output;

/// Writes the charts of a run, each as `<stem>.svg` and `<stem>.png`; returns their paths. A chart that an earlier
/// run left in the folder and that this one does not have is deleted, so that charts show the tables beside them.
pub fn write_all(charts: &[Drawn], folder: &Path) -> Result<Vec<PathBuf>> {
    let output = Output::default();
    for path in fs::everything(folder)? {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let is_drawn = charts.iter().any(|drawn| drawn.stem == stem);
        if !is_drawn
            && figures::is_of_run(&stem)
            && output::paths(&stem, folder, &output).contains(&path)
        {
            ownership::remove_ours(&path)?;
        }
    }
    let mut written = Vec::new();
    for Drawn { stem, chart } in charts {
        written.extend(output::write(chart, stem, folder, &output)?);
    }
    Ok(written)
}

/// A note on letters that no font of this machine has, so that a box stands for each in the charts; `None` where there
/// are none.
pub fn missing_letters<'c>(charts: impl IntoIterator<Item = &'c Chart>) -> Option<String> {
    let letters = charts.into_iter().flat_map(render::missing_letters);
    let letters: BTreeSet<char> = letters.collect();
    let named: Vec<String> = letters
        .iter()
        .take(MOST_NAMED)
        .map(|&letter| format!("“{letter}” (U+{:04X})", u32::from(letter)))
        .collect();
    let more = if letters.len() > MOST_NAMED { " and others" } else { "" };
    (!named.is_empty()).then(|| {
        format!(
            "no font of this machine has {}{more}: the charts show a box instead; a font such as Noto Sans that has \
             them is found once it is installed",
            named.join(", ")
        )
    })
}

/// Most letters that a note names.
const MOST_NAMED: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Score;
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
            epochs: vec![row(0), row(1), row(2)],
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

    fn drawn(status: TrialStatus) -> Vec<Drawn> {
        let results = results(status);
        figures::drawn(&results, &figures::of_run(&results))
    }

    #[test]
    fn every_figure_is_written_as_svg_and_png() {
        let folder = tempfile::tempdir().expect("a folder");
        let charts = folder.path().join("charts");
        let written = write_all(&drawn(TrialStatus::Completed), &charts).expect("charts");
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
        let mut charts = drawn(TrialStatus::Completed);
        let overview = charts[0].chart.clone();
        let other = |stem: &str| Drawn { stem: stem.to_owned(), chart: overview.clone() };
        charts.extend(["gradients-batch-size-8", "final-test_loss"].map(other));
        write_all(&charts, folder.path()).expect("charts");
        let other = folder.path().join("mine.svg");
        fs::replace(&other, b"<svg/>").expect("a file");
        let written = write_all(&drawn(TrialStatus::Pending), folder.path()).expect("no charts");
        assert_eq!(written, Vec::<PathBuf>::new());
        assert!(!fs::is_file(&folder.path().join("overview.svg")));
        assert!(!fs::is_file(&folder.path().join("test_loss.png")));
        assert!(!fs::is_file(&folder.path().join("gradients-batch-size-8.svg")));
        assert!(fs::is_file(&folder.path().join("final-test_loss.svg")), "`plot` drew it");
        assert!(fs::is_file(&other), "only our own are deleted");
    }
}

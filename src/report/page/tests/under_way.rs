//! The page of a run under way.

use super::*;
use crate::results::recovery::locks::Running;
use crate::results::status::live::{Durations, Live, LiveTrial};
use html::Refresh;
use live::Moment;

/// The state of the folder's trials, none of which is under way.
fn state(folder: &Folder, is_alive: bool) -> Live {
    let trial = |trial: &TrialCurves| LiveTrial {
        id: trial.id.clone(),
        label: format!("{} #{}", trial.axes[0], trial.replicate),
        condition: trial.condition,
        status: trial.status,
        accuracy: trial.epochs.last().map(|row| row.test.accuracy),
        evaluated: trial.epochs.last().map(|row| row.epoch),
        running: None,
        epochs: Vec::new(),
        cells: Vec::new(),
    };
    let trials = folder.results.trials.iter().map(trial).collect();
    Live { columns: Vec::new(), first: 0, axes: Vec::new(), trials, has_run: is_alive }
}

/// A folder in which the last trial has trained one of two epochs.
fn under_way() -> (Folder, Live) {
    let mut folder = placements(&[0.9, 0.91], &[0.92, 0.93]);
    let epochs = {
        let last = folder.results.trials.last_mut().expect("a trial");
        last.status = TrialStatus::Pending;
        std::mem::take(&mut last.epochs)
    };
    let mut live = state(&folder, true);
    let last = live.trials.last_mut().expect("a trial");
    last.status = TrialStatus::Running;
    last.epochs = epochs[..2].to_vec();
    last.running = Some(Running {
        schema: 1,
        run: "laptop-1-1".to_owned(),
        host: "laptop".to_owned(),
        process: 1,
        started: String::new(),
        heartbeat: 0,
        epoch: 2,
        step: 10,
        steps: 20,
    });
    (folder, live)
}

fn page((folder, live): (&Folder, &Live), every: Option<u64>) -> String {
    let durations = Durations::default();
    let seconds_left = Some(90.0);
    let path = "results/my x";
    let moment = Moment { folder, live, durations: &durations, seconds_left, path };
    let report = live::report(&moment).expect("a page");
    let pictures = pictures::draw_inline(&report).expect("drawn");
    let written = "2026-01-31T12:00:01.25Z";
    html::write_live(&report, &pictures, Refresh { written, every })
}

#[test]
fn it_reloads_itself_and_shows_progress_curves_and_the_table_so_far_without_a_verdict() {
    let (folder, live) = under_way();
    let page = page((&folder, &live), Some(5));
    for part in [
        "<meta http-equiv=\"refresh\" content=\"5\">",
        "<strong>3 of 4 trials</strong> have ended: 3 completed, 1 running; about 1 min 30 s left.",
        "Written at <time datetime=\"2026-01-31T12:00:01.25Z\" data-every=\"5\">2026-01-31 12:00:01 UTC</time>, and again every 5 s",
        "<code>bn-lab report 'results/my x'</code>",
        "<th scope=\"row\">before #2</th>",
        "50 % <progress max=\"1\" value=\"0.5\" aria-hidden=\"true\"></progress>",
        "<h2 id=\"so-far-heading\">Results so far</h2>",
    ] {
        assert!(page.contains(part), "{part} is missing from\n{page}");
    }
    assert!(!page.contains("class=\"badge"), "{page}");
    assert!(!page.contains("download="), "{page}");
    assert!(live::is_live_page(page.as_bytes()));
}

#[test]
fn the_curves_are_one_for_each_training_and_those_under_way_are_among_them() {
    let (folder, live) = under_way();
    let durations = Durations::default();
    let moment = Moment {
        folder: &folder,
        live: &live,
        durations: &durations,
        seconds_left: None,
        path: "x",
    };
    let report = live::report(&moment).expect("a page");
    let figures = pictures::figures(&report);
    let series = &figures[0].chart.rows[0].panels[0].series;
    let lines: Vec<(&str, Vec<usize>)> = series
        .iter()
        .map(|line| (&line.label[..], line.singles.iter().map(Vec::len).collect()))
        .collect();
    assert_eq!(lines, [("none", vec![3, 3]), ("before", vec![3, 2])]);
    assert!(series.iter().all(|line| line.points.is_empty() && line.band.is_empty()));
}

#[test]
fn the_last_page_stays_as_it_is_and_says_what_to_do_next() {
    let folder = placements(&[0.9, 0.91], &[0.92, 0.93]);
    let complete = page((&folder, &state(&folder, false)), None);
    assert!(!complete.contains("http-equiv"), "{complete}");
    assert!(complete.contains("The sweep is complete. <code>bn-lab report"), "{complete}");
    assert!(complete.contains(" UTC</time>. This page does not reload itself."), "{complete}");
    assert!(live::is_live_page(complete.as_bytes()), "it may be replaced by the next one");
    let (folder, mut live) = under_way();
    live.trials.last_mut().expect("a trial").running = None;
    live.has_run = false;
    let page = page((&folder, &live), None);
    assert!(page.contains("No run is alive in the folder. <code>bn-lab run</code>"), "{page}");
    let report = html::write(&of(&folder), &[]);
    assert!(!live::is_live_page(report.as_bytes()), "a report is none");
}

#[test]
fn before_the_first_epoch_there_are_no_curves_and_no_table() {
    let (mut folder, mut live) = under_way();
    for trial in &mut folder.results.trials {
        trial.status = TrialStatus::Pending;
        trial.epochs.clear();
    }
    for trial in &mut live.trials {
        trial.epochs.clear();
        trial.status = TrialStatus::Pending;
    }
    let page = page((&folder, &live), Some(5));
    assert!(page.contains("<strong>0 of 4 trials</strong> have ended"), "{page}");
    assert!(!page.contains("<figure") && !page.contains("Results so far"), "{page}");
}

//! A sweep under way as text: its present state, and the changes since the last look.

use std::collections::HashMap;

use crate::report::results::tally;
use crate::results::format::manifest::seconds_since;
use crate::results::query::TrialStatus;
use crate::results::status::live::{Live, LiveTrial};
use crate::units;

/// Most running trials in the picture, so that it fits on a screen.
const MOST_SHOWN: usize = 16;

/// The time that the rest will take, to complete a line.
fn left(seconds: Option<f64>) -> String {
    seconds.map_or(String::new(), |seconds| format!("; about {} left", units::duration(seconds)))
}

/// Every running trial, and the counts by status.
pub fn picture(live: &Live, seconds_left: Option<f64>) -> String {
    let mut running = live.trials.iter().filter(|trial| trial.running.is_some());
    let mut text: String = running.by_ref().take(MOST_SHOWN).map(running_line).collect();
    let more = running.count();
    if more > 0 {
        text.push_str(&format!("… and {more} more\n"));
    }
    text + &format!("{}{}\n", tally(live), left(seconds_left))
}

/// The line of a running trial:
/// `before · batch_size 32 #1  epoch 3  step 120 of 400  test accuracy 97.3 % after epoch 2  laptop, 45 s`
fn running_line(trial: &LiveTrial) -> String {
    let Some(running) = &trial.running else {
        return String::new();
    };
    let mut parts = vec![trial.label.clone()];
    if running.steps > 0 {
        parts.push(format!("epoch {}", running.epoch));
        parts.push(format!("step {} of {}", running.step, running.steps));
    }
    let after = trial.evaluated.map(|epoch| format!(" after epoch {epoch}"));
    parts.extend(accuracy(trial).map(|text| text + &after.unwrap_or_default()));
    let since = seconds_since(&running.started);
    let since = since.map_or(String::new(), |s| format!(", {}", units::duration(s)));
    parts.push(format!("{}{since}", running.host));
    parts.join("  ") + "\n"
}

fn accuracy(trial: &LiveTrial) -> Option<String> {
    let accuracy = trial.accuracy?;
    Some(format!("test accuracy {}", units::percent(accuracy)))
}

/// The state of a trial at the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Glance {
    status: TrialStatus,
    evaluated: Option<usize>,
}

/// The states of all trials at the last look, so that only changes are printed.
#[derive(Debug, Default)]
pub struct Changes(HashMap<String, Glance>);

impl Changes {
    /// One line for each trial that began, ended an epoch or ended since the last look.
    pub fn since_last(&mut self, live: &Live, seconds_left: Option<f64>) -> Vec<String> {
        let ended = live.trials.iter().filter(|trial| !trial.status.is_left()).count();
        let total = live.trials.len();
        let mut lines = Vec::new();
        for trial in &live.trials {
            let now = Glance { status: trial.status, evaluated: trial.evaluated };
            let before = self.0.insert(trial.id.clone(), now.clone());
            if before.is_some_and(|before| before != now) {
                let told = line(trial, ended, total);
                lines.push(told + &left(seconds_left.filter(|_| ended < total)));
            }
        }
        lines
    }
}

fn line(trial: &LiveTrial, ended: usize, total: usize) -> String {
    let Some(running) = &trial.running else {
        let accuracy = accuracy(trial).map_or(String::new(), |text| format!(", {text}"));
        return format!("[{ended}/{total}] {}: {}{accuracy}", trial.label, trial.status);
    };
    match (accuracy(trial), trial.evaluated) {
        (Some(accuracy), Some(epoch)) => format!("{}: epoch {epoch}, {accuracy}", trial.label),
        _ => format!("{}: running on {}", trial.label, running.host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::recovery::locks::Running;

    fn trial(id: &str, status: TrialStatus, epoch: usize, accuracy: Option<f64>) -> LiveTrial {
        let running = (status == TrialStatus::Running).then(|| Running {
            schema: 1,
            run: "laptop-1-1".to_owned(),
            host: "laptop".to_owned(),
            process: 1,
            started: String::new(),
            heartbeat: 0,
            epoch,
            step: 10 * epoch,
            steps: 40,
        });
        LiveTrial {
            id: id.to_owned(),
            label: format!("before #{id}"),
            condition: 1,
            status,
            accuracy,
            evaluated: accuracy.map(|_| epoch.saturating_sub(1)),
            running,
            epochs: Vec::new(),
            cells: Vec::new(),
        }
    }

    fn live(trials: Vec<LiveTrial>) -> Live {
        Live { columns: Vec::new(), first: 0, axes: Vec::new(), trials, has_run: true }
    }

    #[test]
    fn a_picture_shows_running_trials_and_counts_by_status() {
        let live = live(vec![
            trial("1", TrialStatus::Completed, 0, Some(0.9)),
            trial("2", TrialStatus::Running, 2, Some(0.875)),
            trial("3", TrialStatus::Pending, 0, None),
        ]);
        let expected = "\
before #2  epoch 2  step 20 of 40  test accuracy 87.5 % after epoch 1  laptop
3 trials: 1 completed, 1 running, 1 pending; about 1 min 30 s left
";
        assert_eq!(picture(&live, Some(90.0)), expected);
    }

    #[test]
    fn only_changes_are_printed() {
        let mut changes = Changes::default();
        let mut told = |trials| changes.since_last(&live(trials), Some(9.0));
        let first = vec![
            trial("1", TrialStatus::Running, 1, None),
            trial("2", TrialStatus::Pending, 0, None),
        ];
        assert_eq!(told(first.clone()), [""; 0], "the first look has nothing to compare with");
        assert_eq!(told(first), [""; 0]);
        let second = vec![
            trial("1", TrialStatus::Diverged, 0, None),
            trial("2", TrialStatus::Running, 0, None),
        ];
        let lines = [
            "[1/2] before #1: diverged; about 9 s left",
            "before #2: running on laptop; about 9 s left",
        ];
        assert_eq!(told(second), lines);
        // In its third epoch, it was last evaluated after the second.
        let later = vec![
            trial("1", TrialStatus::Diverged, 0, None),
            trial("2", TrialStatus::Running, 3, Some(0.4)),
        ];
        assert_eq!(told(later), ["before #2: epoch 2, test accuracy 40.0 %; about 9 s left"]);
        let third = vec![
            trial("1", TrialStatus::Diverged, 0, None),
            trial("2", TrialStatus::Completed, 0, Some(0.5)),
        ];
        assert_eq!(told(third), ["[2/2] before #2: completed, test accuracy 50.0 %"]);
    }
}

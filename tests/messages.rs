//! `run --message-format json`: one event on each line, and nothing else on stdout.

use serde_json::Value;

use crate::harness::{Lab, SMALL};

const DOCUMENT: &str = include_str!("../results/README.md");

fn events(stdout: &str) -> Vec<Value> {
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
    stdout.lines().map(line).collect()
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

#[test]
fn every_line_is_an_event_whose_fields_are_documented() {
    let lab = Lab::with(SMALL);
    let ran = lab.run(&["--message-format", "json"]);
    let events = events(&ran.stdout);
    for event in &events {
        assert_eq!(event["version"], 1);
        let name = event["event"].as_str().expect("a name");
        for field in
            std::iter::once(&name.to_owned()).chain(event.as_object().expect("an object").keys())
        {
            let is_known = DOCUMENT.contains(&format!("`{field}`"));
            assert!(is_known, "`{field}` is not explained");
        }
    }
    assert_eq!(events[0]["event"], "sweep-started");
    assert_eq!((&events[0]["to_run"], &events[0]["results"]), (&6.into(), &"results/small".into()));
    assert_eq!(named(&events, "trial-started").len(), 6);
    assert_eq!(named(&events, "epoch-ended").len(), 6 * 3, "epochs 0, 1 and 2");
    assert_eq!(named(&events, "trial-ended").len(), 6);
    let last = events.last().expect("an event");
    assert_eq!((&last["event"], &last["completed"]), (&"sweep-ended".into(), &6.into()));
    assert!(ran.stderr.contains("[6/6]"), "talk stays on stderr:\n{}", ran.stderr);
    let epoch = named(&events, "epoch-ended")[2].clone();
    let file =
        format!("results/small/trials/{}/epochs.csv", epoch["trial"].as_str().expect("an id"));
    let cell = epoch["test_loss"].to_string();
    assert!(lab.text(&file).contains(&cell), "{cell} stands in epochs.csv");
}

#[test]
fn a_second_run_reports_that_nothing_was_left_and_quiet_keeps_the_events() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let ran = lab.run(&["--quiet", "--message-format", "json"]);
    let events = events(&ran.stdout);
    assert_eq!(events.len(), 2, "{}", ran.stdout);
    assert_eq!((&events[0]["to_run"], &events[0]["skipped"]), (&0.into(), &6.into()));
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_divergence_is_reported_with_its_step_and_reason() {
    let lab = Lab::with(SMALL);
    let ran = lab.run(&[
        "--message-format",
        "json",
        "-o",
        "train.optimizer=sgd",
        "-o",
        "train.learning_rate=1e30",
    ]);
    let events = events(&ran.stdout);
    let ended = named(&events, "trial-ended");
    let diverged = ended.iter().find(|event| event["outcome"] == "diverged");
    let diverged = diverged.expect("without normalisation it diverges");
    assert!(diverged["diverged_step"].as_u64().is_some(), "{diverged}");
    assert!(diverged["message"].as_str().is_some_and(|text| !text.is_empty()), "{diverged}");
}

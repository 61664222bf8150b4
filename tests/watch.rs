//! `watch`, and the other commands on a folder into which a run is writing.

use std::process::Child;
use std::time::{Duration, Instant};

use crate::harness::{Lab, Ran, SMALL, slow};

/// An experiment that trains for some seconds.
fn long_lab() -> Lab {
    Lab::with(&slow().replace("epochs = 2", "epochs = 400"))
}

/// Starts a run and waits until a trial is under way.
fn started(lab: &Lab) -> Child {
    let mut child = lab.start(&["run", "experiment.toml", "--jobs", "1"]);
    let deadline = Instant::now() + Duration::from_mins(1);
    while !lab.bn_lab(&["plan", "experiment.toml"]).stdout.contains(" running") {
        assert!(child.try_wait().expect("a child of ours").is_none(), "it ended too soon");
        assert!(Instant::now() < deadline, "no trial began in a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

#[test]
fn after_a_finished_sweep_it_prints_a_note_and_ends() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let watched = lab.bn_lab(&["watch", "results/small"]);
    assert_eq!(watched.code, Some(0), "{}", watched.stderr);
    assert_eq!(watched.stdout, "6 trials: 6 completed\ncomplete: 6 trials: 6 completed\n");
    lab.bn_lab(&["watch", "experiment.toml"]).refused(1, &["not a results folder"]);
}

#[test]
fn a_live_run_is_seen_by_every_verb_and_a_killed_one_is_not_taken_for_it() {
    let lab = long_lab();
    let mut child = started(&lab);
    let once = lab.bn_lab(&["watch", "results/small", "--once"]);
    assert!(once.stdout.contains("6 trials: "), "{}", once.stdout);
    assert!(once.stdout.contains("1 running"), "{}", once.stdout);
    let shown = lab.bn_lab(&["results", "results/small", "--format", "csv"]);
    assert!(shown.stdout.contains(",running,"), "{}", shown.stdout);
    let plan = lab.bn_lab(&["plan", "experiment.toml"]);
    assert!(plan.stdout.contains(&format!("process {}", child.id())), "{}", plan.stdout);
    // Every trial is stale for another experiment, and nothing may be removed now.
    let before = lab.files("results/small").len();
    lab.bn_lab(&["clean", "experiment.toml", "-o", "seed=9", "--stale", "--remove"])
        .refused(1, &["a run is alive", "hint: wait for it"]);
    assert!(lab.files("results/small").len() >= before);
    child.kill().expect("a child of ours");
    child.wait().expect("it ends");
    let watched = lab.bn_lab(&["watch", "results/small"]);
    assert_eq!(watched.code, Some(0), "{}", watched.stderr);
    assert!(watched.stdout.contains("no run is alive here"), "{}", watched.stdout);
    let plan = lab.bn_lab(&["plan", "experiment.toml"]);
    assert!(!plan.stdout.contains(" running"), "{}", plan.stdout);
}

#[test]
fn it_follows_a_run_to_its_end_line_by_line() {
    let lab = long_lab();
    let mut child = started(&lab);
    let watching = lab.command(&["watch", "results/small"]).output().expect("the program starts");
    let watched = Ran::from(watching);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert_eq!(watched.code, Some(0), "{}", watched.stderr);
    assert!(watched.stdout.ends_with("complete: 6 trials: 6 completed\n"), "{}", watched.stdout);
    assert!(
        watched.stdout.contains("[6/6] after #2: completed, test accuracy "),
        "{}",
        watched.stdout
    );
}

/// Waits until `file` is there, and returns its text.
fn awaited(lab: &Lab, file: &str) -> String {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !lab.path(file).exists() {
        assert!(Instant::now() < deadline, "no page in a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
    lab.text(file)
}

#[test]
fn the_live_page_follows_a_run_to_its_end_and_outlives_a_killed_watcher() {
    let lab = long_lab();
    let mut child = started(&lab);
    let mut watcher = lab.start(&["watch", "results/small", "--html", "live.html"]);
    let page = awaited(&lab, "live.html");
    watcher.kill().expect("a child of ours");
    watcher.wait().expect("it ends");
    assert!(page.contains("<meta http-equiv=\"refresh\" content=\""), "{page}");
    assert!(page.contains("Written at <time ") && page.contains("1 running"), "{page}");
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"), "{page}");
    assert_eq!(lab.text("live.html"), page, "a killed watcher leaves the whole page");
    let again = lab.bn_lab(&["watch", "results/small", "--html", "live.html"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    let page = lab.text("live.html");
    assert!(!page.contains("http-equiv"), "{page}");
    assert!(page.contains("6 of 6 trials</strong> have ended: 6 completed."), "{page}");
    assert!(page.contains("The sweep is complete."), "{page}");
    let names = lab.listing("");
    assert!(!names.iter().any(|name| name.contains(".partial-")), "{names:?}");
}

#[test]
fn a_live_page_replaces_nothing_but_a_live_page() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    lab.bn_lab(&["report", "results/small", "--format", "html"]);
    lab.write("thesis.html", b"<html>mine</html>");
    lab.write("folder.html/x", b"");
    let before = lab.files("");
    for (file, code, says) in [
        ("thesis.html", 1, "`thesis.html` is something else than a live page"),
        ("results/small/report.html", 1, "is something else than a live page"),
        ("folder.html", 1, "`folder.html` is a folder: nothing was written"),
        ("no/such.html", 1, "is in a folder that does not exist"),
        ("results/small", 2, "`results/small` does not end in `.html`"),
        ("results/small/trials.csv", 2, "does not end in `.html`"),
    ] {
        let refused = lab.bn_lab(&["watch", "results/small", "--html", file]);
        refused.refused(code, &[says]);
        assert_eq!(refused.stdout, "");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("thesis.html", lab.path("link.html")).expect("a link");
        lab.bn_lab(&["watch", "results/small", "--html", "link.html"])
            .refused(1, &["`link.html` is a link: nothing was written"]);
        std::fs::remove_file(lab.path("link.html")).expect("our link");
    }
    assert!(before == lab.files(""), "nothing was written");
    for _ in 0..2 {
        let once = lab.bn_lab(&["watch", "results/small", "--once", "--html", "live.html"]);
        assert_eq!(once.code, Some(0), "{}", once.stderr);
        assert!(lab.text("live.html").contains("6 of 6 trials"));
    }
    // A report is asked for, and may replace the page of the run that it is about.
    std::fs::copy(lab.path("live.html"), lab.path("results/small/report.html")).expect("a copy");
    let reported = lab.bn_lab(&["report", "results/small"]);
    assert_eq!(reported.code, Some(0), "{}", reported.stderr);
}

//! Killed at random moments.

#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Dice, RESULTS, asked, finished, lab};
use crate::harness::{Lab, assert_same};

/// Kills in the short form.
const FEW: usize = 10;

/// How kills went.
#[derive(Debug, Default)]
struct Count {
    killed: usize,
    /// The run had ended before the signal came.
    late: usize,
    /// Folders that were completed and compared.
    completed: usize,
}

#[test]
fn killed_at_any_moment_a_run_is_completed_by_the_next_ones_to_the_same_bytes() {
    let wanted = asked("BN_LAB_KILLS").unwrap_or(FEW);
    let undisturbed = lab(12);
    let started = Instant::now();
    undisturbed.run(&["--jobs", "1"]);
    let whole = started.elapsed();
    let expected = undisturbed.reproducible_files(RESULTS);
    let mut dice = Dice(wanted as u64);
    let mut count = Count::default();
    while count.killed < wanted {
        let lab = lab(12);
        while count.killed < wanted && !try_to_kill(&lab, whole, &mut dice, &mut count) {}
        lab.run(&[]);
        assert_same(&expected, &lab.reproducible_files(RESULTS));
        count.completed += 1;
    }
    println!("{count:?}");
}

/// Runs for a while and kills; `true` if the run had ended.
fn try_to_kill(lab: &Lab, whole: Duration, dice: &mut Dice, count: &mut Count) -> bool {
    let before = finished(lab);
    let jobs = (1 + dice.roll(3)).to_string();
    let child = lab
        .command(&["run", "experiment.toml", "--jobs", &jobs])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (name, number) = [("-KILL", 9), ("-TERM", 15), ("-INT", 2)][dice.roll(3) as usize];
    std::thread::sleep(whole * dice.roll(1000) as u32 / 3000);
    signal(&child, name);
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    let status = output.status;
    let is_ended = status.code() == Some(0);
    // A signal that comes before the program listens ends it at once, as the system does.
    let is_killed = status.signal() == Some(number);
    let is_stopped = number != 9 && status.code() == Some(130);
    assert!(
        is_ended || is_killed || is_stopped,
        "{name}: {status:?}\n{stderr}"
    );
    let after = finished(lab);
    for (name, record) in &before {
        assert_eq!(after.get(name), Some(record), "{name} was finished");
    }
    if is_stopped {
        let left = lab.files("results");
        let claim = left.keys().find(|name| name.contains("running.json"));
        assert_eq!(claim, None, "a claim was left");
    }
    if is_ended {
        count.late += 1;
    } else {
        count.killed += 1;
    }
    is_ended
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
    // Where the child has ended already, that is seen later.
    status.expect("`kill` exists");
}

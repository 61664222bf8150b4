//! A disk that is full, and a folder that has become read-only.

#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{RESULTS, asked, finished, lab};
use crate::harness::{Lab, Ran, assert_same, tell};

/// Number of disk sizes in the short form.
const FEW: usize = 4;

/// The command that creates a mount namespace, where that is allowed.
fn own_mounts() -> Option<Vec<&'static str>> {
    [vec!["-m"], vec!["-r", "-m"]].into_iter().find(|flags| {
        let script = "mount -t tmpfs -o size=64k tmpfs /mnt";
        let mut unshare = Command::new("unshare");
        let tried = unshare.args(flags).args(["sh", "-c", script]);
        let tried = tried.stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    })
}

#[test]
fn a_disk_that_fills_up_ends_the_run_with_a_hint_and_loses_nothing() {
    let Some(flags) = own_mounts() else {
        tell("SKIPPED: a small disk can only be mounted by root or in a user namespace");
        return;
    };
    let undisturbed = lab(2);
    undisturbed.run(&[]);
    let expected = undisturbed.reproducible_files(RESULTS);
    // In pages, as the file system counts; plus half for files that are being replaced.
    let pages: usize = expected.values().map(|bytes| bytes.len().div_ceil(4096) + 1).sum();
    let sizes = asked("BN_LAB_KILLS").map_or(FEW, |kills| kills / 2);
    let mut full = 0;
    for index in 0..sizes {
        let kilobytes = 8 + pages * 6 * index / sizes;
        full += usize::from(fill(&flags, kilobytes, &expected));
    }
    tell(&format!("{full} of {sizes} disks were full"));
    assert!(full * 2 > sizes, "most disks are too small: {full} of {sizes}");
}

/// Runs on a disk of a size, then on a larger one; returns whether the first was too small.
fn fill(
    flags: &[&str],
    kilobytes: usize,
    expected: &std::collections::BTreeMap<String, Vec<u8>>,
) -> bool {
    let lab = lab(2);
    for folder in ["results", "kept"] {
        std::fs::create_dir(lab.path(folder)).expect("a writable folder");
    }
    let script = format!(
        "mount -t tmpfs -o size={kilobytes}k tmpfs results || exit 99\n\
         \"$0\" run experiment.toml --quiet > first.out 2>&1\n\
         echo $? > first.code\n\
         mount -o remount,size=64m results || exit 99\n\
         \"$0\" run experiment.toml --quiet > second.out 2>&1\n\
         echo $? > second.code\n\
         cp -R results kept/\n"
    );
    let program = assert_cmd::cargo::cargo_bin!("bn-lab");
    let status = Command::new("unshare")
        .args(flags)
        .args(["sh", "-c", &script])
        .arg(program)
        .current_dir(lab.path("."))
        .status()
        .expect("`unshare` exists");
    assert!(status.success(), "{kilobytes} kB: {status:?}");
    let (first, second) = (lab.text("first.out"), lab.text("second.out"));
    let code = lab.text("first.code");
    let is_full = code.trim() != "0";
    if is_full {
        assert_eq!(code.trim(), "1", "{kilobytes} kB: {first}");
        assert!(first.contains("hint: make room"), "{kilobytes} kB: {first}");
    }
    assert!(!first.contains("panicked"), "{kilobytes} kB: {first}");
    assert_eq!(lab.text("second.code").trim(), "0", "{kilobytes} kB: {second}");
    assert_same(expected, &lab.reproducible_files(&format!("kept/{RESULTS}")));
    is_full
}

/// The command that runs as an unprivileged user, where the test runs as the superuser.
fn as_somebody(lab: &Lab) -> Option<Vec<String>> {
    let probe = lab.path("probe");
    std::fs::create_dir(&probe).expect("a writable folder");
    chmod(lab, "a-w", "probe");
    if std::fs::write(probe.join("file"), b"").is_err() {
        return Some(Vec::new());
    }
    let change = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let mut given = Command::new("chown");
    let given = given.args(["-R", "65534:65534"]).arg(lab.path("."));
    let mut tried = Command::new(change[0]);
    tried.args(&change[1..]).arg(assert_cmd::cargo::cargo_bin!("bn-lab"));
    let tried = tried.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    let works = given.status().is_ok_and(|status| status.success())
        && tried.status().is_ok_and(|status| status.success());
    works.then(|| change.map(str::to_owned).into())
}

fn chmod(lab: &Lab, mode: &str, name: &str) {
    let mut chmod = Command::new("chmod");
    let changed = chmod.args(["-R", mode]).arg(lab.path(name)).status();
    assert!(changed.expect("`chmod` exists").success());
}

#[test]
fn a_folder_that_becomes_read_only_ends_the_run_and_loses_nothing() {
    let undisturbed = lab(30);
    undisturbed.run(&[]);
    let lab = lab(30);
    let Some(user) = as_somebody(&lab) else {
        tell("SKIPPED: this user may write everywhere, and the program is out of others' reach");
        return;
    };
    let command = |lab: &Lab| {
        let plain = lab.command(&["run", "experiment.toml", "--jobs", "1"]);
        let words = user.iter().map(Into::into).chain([plain.get_program().to_owned()]);
        let words: Vec<std::ffi::OsString> =
            words.chain(plain.get_args().map(Into::into)).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).current_dir(lab.path("."));
        command
    };
    let child = command(&lab)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let deadline = Instant::now() + Duration::from_mins(1);
    while finished(&lab).is_empty() {
        assert!(Instant::now() < deadline, "no trial was finished");
        std::thread::sleep(Duration::from_millis(5));
    }
    chmod(&lab, "a-w", RESULTS);
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    ran.refused(1, &[RESULTS, "hint: "]);
    let kept = finished(&lab);
    chmod(&lab, "u+w", RESULTS);
    let ran = Ran::from(command(&lab).output().expect("the program starts"));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let after = finished(&lab);
    assert!(kept.iter().all(|(name, record)| after.get(name) == Some(record)));
    assert_same(&undisturbed.reproducible_files(RESULTS), &lab.reproducible_files(RESULTS));
}

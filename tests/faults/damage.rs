//! Files that were truncated, emptied, overwritten or deleted.

use std::collections::BTreeMap;

use super::{RESULTS, asked, lab};
use crate::harness::{Lab, Ran, tell};

/// A change of a file's bytes; `None` deletes it.
type Damage = fn(&[u8]) -> Option<Vec<u8>>;

/// The kinds of damage.
const DAMAGES: [(&str, Damage); 4] = [
    ("emptied", |_| Some(Vec::new())),
    ("torn", |bytes| Some(bytes[..bytes.len().saturating_sub(7)].to_vec())),
    ("overwritten", |bytes| {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle..].iter_mut().take(16).for_each(|byte| *byte = 0xff);
        Some(bytes)
    }),
    ("deleted", |_| None),
];

/// One file of each kind.
fn kinds(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let kind = |name: &String| match name.split('/').collect::<Vec<_>>()[..] {
        ["trials", _, ..] => name.splitn(3, '/').last().map(str::to_owned),
        ["charts", chart] => chart.rsplit('.').next().map(str::to_owned),
        _ => Some(name.clone()),
    };
    let is_new = |name: &&String| seen.insert(kind(name));
    files.keys().filter(is_new).cloned().collect()
}

#[test]
fn every_damaged_file_is_repaired_by_the_next_run_or_refused_with_a_remedy() {
    let lab = lab(2);
    lab.run(&[]);
    let whole = lab.files(RESULTS);
    let kinds = kinds(&whole);
    assert!(kinds.len() >= 14, "{kinds:?}");
    let (mut mended, mut refused) = (0, 0);
    for (index, name) in kinds.iter().enumerate() {
        for (number, (what, damage)) in DAMAGES.into_iter().enumerate() {
            // In the short form each kind of file is damaged once.
            let is_due = asked("BN_LAB_KILLS").is_some() || number == index % DAMAGES.len();
            if whole[name].is_empty() || !is_due {
                continue;
            }
            match damage(&whole[name]) {
                Some(bytes) => lab.write(&format!("{RESULTS}/{name}"), &bytes),
                None => std::fs::remove_file(lab.path(RESULTS).join(name)).expect("it was there"),
            }
            let ran = lab.bn_lab(&["run", "experiment.toml", "--quiet"]);
            if ran.code == Some(0) {
                check_mended(&lab, &whole, name, what);
                mended += 1;
            } else {
                check_message(&lab, &ran, name, what);
                refused += 1;
            }
            restore(&lab, &whole);
        }
    }
    tell(&format!("{} kinds of files: {mended} damages mended, {refused} refused", kinds.len()));
}

/// Asserts that all files are unchanged, except those of wall-clock times, and those whose content is not checked.
fn check_mended(lab: &Lab, whole: &BTreeMap<String, Vec<u8>>, name: &str, what: &str) {
    let extension = name.rsplit('.').next();
    let is_unseen = what == "overwritten" && matches!(extension, Some("bin" | "safetensors"));
    let now = lab.files(RESULTS);
    for (file, bytes) in whole {
        let is_of_the_clock = file.ends_with("timings.csv") || file == "manifest.json";
        let is_looked_at = !(is_unseen && file == name);
        if !is_of_the_clock && is_looked_at {
            assert!(now.get(file) == Some(bytes), "`{name}` {what}: `{file}` differs");
        }
    }
    let added: Vec<&String> = now.keys().filter(|file| !whole.contains_key(*file)).collect();
    // A damaged experiment is kept as an earlier one is.
    let is_expected = |file: &&String| file.starts_with("experiment-");
    assert!(added.iter().all(is_expected), "`{name}` {what}: new files {added:?}");
}

/// Asserts that the error names the file and a remedy, and that the remedy works.
fn check_message(lab: &Lab, ran: &Ran, name: &str, what: &str) {
    let file = name.rsplit('/').next().unwrap_or(name);
    ran.refused(1, &[file, "hint: "]);
    std::fs::remove_file(lab.path(RESULTS).join(name)).expect("moved away, as the hint says");
    let again = lab.bn_lab(&["run", "experiment.toml", "--quiet"]);
    assert_eq!(again.code, Some(0), "`{name}` {what}: {}", again.stderr);
}

#[test]
fn a_damaged_file_of_times_blocks_no_command() {
    let lab = lab(2);
    lab.run(&["--quiet"]);
    let files = lab.files(RESULTS);
    let name = files.keys().find(|name| name.ends_with("timings.csv"));
    let name = format!("{RESULTS}/{}", name.expect("a trial"));
    let whole = lab.text(&name);
    let rows: Vec<&str> = whole.lines().skip(1).collect();
    let header = whole.lines().next().expect("a header");
    // Two processes that write into one file leave such rows.
    let interleaved = format!("{header}\n{}\n{}\n{}\n", rows[0], rows[1], rows[0]);
    let broken = format!("{header}\n{}{}\n", rows[0], rows[1]);
    for (index, (damaged, is_told)) in [
        (interleaved.as_str(), true),
        (broken.as_str(), true),
        ("\u{0}\u{0}\n1\n", true),
        ("", false),
    ]
    .into_iter()
    .enumerate()
    {
        let [compact, merged] = ["compact", "merged"].map(|name| format!("{name}{index}"));
        lab.write(&name, damaged.as_bytes());
        let mut told = String::new();
        for arguments in [
            &["run", "experiment.toml"][..],
            &["plan", "experiment.toml"],
            &["results", RESULTS],
            &["watch", RESULTS],
            &["compare", RESULTS],
            &["plot", RESULTS],
            &["report", RESULTS],
            &["publish", RESULTS, "--into", compact.as_str()],
            &["compare", compact.as_str()],
            &["merge", RESULTS, "--into", merged.as_str()],
        ] {
            let ran = lab.bn_lab(arguments);
            assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
            told += &ran.stdout;
        }
        let note = "the seconds of 1 trial are left out: `timings.csv` is damaged";
        assert_eq!(told.contains(note), is_told, "{damaged:?}");
    }
}

fn restore(lab: &Lab, whole: &BTreeMap<String, Vec<u8>>) {
    std::fs::remove_dir_all(lab.path(RESULTS)).expect("our own folder");
    for (name, bytes) in whole {
        lab.write(&format!("{RESULTS}/{name}"), bytes);
    }
}

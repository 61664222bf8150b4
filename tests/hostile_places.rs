//! Folders in which a link, a pipe or a device has the path of one of bn-lab's files or folders: no
//! command follows it, waits for it or reads it without end, and a link's target is unchanged.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::harness::Lab;
use crate::hostile::{assert_harmless, copy, lab, trials, verbs};

/// Puts something in the place of an entry, given an entry of the same kind outside the folder.
type Put = fn(place: &Path, outside: &Path);

const PUTS: [(&str, Put); 4] = [
    ("a link", |place, outside| {
        symlink(outside, place).expect("a link");
    }),
    ("a link to nothing", |place, outside| {
        symlink(outside.with_extension("absent"), place).expect("a link");
    }),
    ("a pipe", |place, _| {
        let made = Command::new("mkfifo").arg(place).status();
        assert!(made.expect("`mkfifo` exists").success());
    }),
    ("an endless device", |place, _| {
        symlink("/dev/zero", place).expect("a link");
    }),
];

/// Paths in a results folder, and whether they are folders. `TRIAL` is the first trial's id.
const PLACES: [(&str, bool); 13] = [
    ("trials", true),
    ("trials/TRIAL", true),
    ("charts", true),
    (".runs", true),
    ("trials/TRIAL/trial.json", false),
    ("trials/TRIAL/epochs.csv", false),
    ("trials/TRIAL/steps.csv", false),
    ("trials/TRIAL/timings.csv", false),
    ("trials/TRIAL/checkpoints", true),
    ("trials.csv", false),
    ("experiment.toml", false),
    ("manifest.json", false),
    (".lock-charts", false),
];

/// Creates entries outside: a folder that looks like a trial's, with files of the same names.
fn outside(lab: &Lab) {
    for name in ["trial.json", "epochs.csv", "steps.csv", "trials.csv", "note"] {
        lab.write(&format!("outside/{name}"), b"precious");
    }
    for name in ["checkpoints/final.safetensors", "again/layers.csv", ".partial-aBc123"] {
        lab.write(&format!("outside/{name}"), b"precious");
    }
}

/// The id of the first trial of the undamaged folder.
fn first_trial(lab: &Lab) -> String {
    let first = trials(&lab.path("sound")).remove(0);
    let id = first.file_name().expect("an id");
    id.to_string_lossy().into_owned()
}

/// The output of a command, which must end.
fn ended(lab: &Lab, words: &[String], what: &str) -> Output {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut child = lab
        .command(&words)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let deadline = Instant::now() + Duration::from_mins(1);
    while child.try_wait().expect("a child of ours").is_none() {
        if Instant::now() > deadline {
            child.kill().expect("a child of ours");
            panic!("{what}: it does not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().expect("a child of ours")
}

#[test]
fn no_command_follows_a_link_or_pipe_in_place_of_a_file_or_a_folder() {
    let lab = lab();
    outside(&lab);
    let precious = lab.files("outside");
    let id = first_trial(&lab);
    let mut runs = 0;
    for (place, is_folder) in PLACES {
        for (put_what, put) in PUTS {
            let name = format!("{put_what} at {place}").replace(['/', ' '], "-");
            copy(&lab.path("sound"), &lab.path(&name));
            let path = lab.path(&name).join(place.replace("TRIAL", &id));
            drop(std::fs::remove_dir_all(&path));
            drop(std::fs::remove_file(&path));
            let target = if is_folder { "outside" } else { "outside/note" };
            put(&path, &lab.path(target));
            for words in verbs(&name) {
                // The formats of a table are all written by the same function.
                if words.iter().any(|word| ["csv", "json", "md"].contains(&word.as_str())) {
                    continue;
                }
                let what = format!("{put_what} at {place}: {words:?}");
                let ran = ended(&lab, &words, &what);
                assert_harmless(&ran, &what);
                runs += 1;
                let left = lab.files("outside");
                assert_eq!(left, precious, "{what}");
                let absent = lab.path(target).with_extension("absent");
                assert!(!absent.exists(), "{what}");
            }
            for folder in ["drawn", "reported", "published", "merged"] {
                drop(std::fs::remove_dir_all(lab.path(folder)));
            }
        }
    }
    assert!(runs > 500, "{runs}");
}

#[test]
fn a_link_is_named_and_the_run_ends_with_an_error() {
    let lab = lab();
    outside(&lab);
    let id = first_trial(&lab);
    std::fs::remove_dir_all(lab.path(&format!("sound/trials/{id}"))).expect("a folder");
    symlink(lab.path("outside"), lab.path(&format!("sound/trials/{id}"))).expect("a link");
    for verb in [&["run", "experiment.toml", "-o", "output.dir=sound"][..], &["report", "sound"]] {
        let ran = lab.bn_lab(verb);
        ran.refused(1, &[&format!("trials/{id}` is a link"), "hint: "]);
    }
}

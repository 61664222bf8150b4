//! Folders from an untrusted source: their content is passed to every command that
//! reads a folder, and none of it may control a terminal, end the program, or become anything but text.
//!
//! A new kind of hostile folder is a line in [`WAYS`]; a new command is a line in [`verbs`].

use std::ffi::OsString;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::harness::{Lab, SMALL};

/// Sequences that set a window title, clear a screen and set colours (of one byte and of two), a delete, an
/// override of direction, markup in HTML and Markdown, ends of cells and lines.
const NASTY: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{7f}\u{202e}\u{2066}<script>x</script>![i](http://x)|`a`\"'\r\n# forged";

/// The name of a run of which nothing is known.
const RUN: &str = "0123456789abcdef0123456789abcdef";

/// Every exit code that the help lists.
const DOCUMENTED: [i32; 8] = [0, 1, 2, 3, 4, 5, 6, 130];

/// A change of an undamaged results folder, which a trained experiment left.
type Way = fn(&Path);

/// Every way in which a folder can be hostile, with a name.
const WAYS: &[(&str, Way)] = &[
    ("column", |folder| {
        edit(folder, "trials.csv", |text| {
            text.replacen("norm.placement", &cell(&format!("norm.{NASTY}")), 1)
        });
    }),
    ("values", |folder| {
        edit(folder, "trials.csv", |text| text.replace(",none,", &format!(",{},", cell(NASTY))));
    }),
    ("huge cell", |folder| {
        edit(folder, "trials.csv", |text| {
            text.replace(",none,", &format!(",{},", "x".repeat(70_000)))
        });
    }),
    ("huge column", |folder| {
        edit(folder, "trials.csv", |text| text.replacen("norm.placement", &"x".repeat(70_000), 1));
    }),
    ("ids", |folder| {
        edit(folder, "trials.csv", |text| {
            let lines = text.lines().map(|line| match line.split_once(',') {
                Some((id, rest)) if id != "trial" => {
                    format!("{},{rest}\n", cell(&format!("{id}{NASTY}")))
                }
                _ => format!("{line}\n"),
            });
            lines.collect()
        });
    }),
    ("outcomes", |folder| {
        edit(folder, "trials.csv", |text| {
            text.replace(",completed,", &format!(",{},", cell(NASTY)))
        });
    }),
    ("records", |folder| {
        let outcome = json!({ "kind": "failed", "message": NASTY });
        for trial in trials(folder) {
            edit_json(&trial.join("trial.json"), |record| {
                record["device"] = NASTY.into();
                record["instruction_set"] = NASTY.into();
                record["outcome"] = outcome.clone();
            });
        }
        edit(folder, "trials.csv", |text| text.replace(",completed,", ",failed,"));
    }),
    ("devices", |folder| {
        for trial in trials(folder) {
            edit_json(&trial.join("trial.json"), |record| {
                record["device"] = NASTY.into();
                record["instruction_set"] = NASTY.into();
                record["settings"]["data.dataset"] = NASTY.into();
            });
        }
    }),
    ("running", |folder| {
        let trial = trials(folder).remove(0);
        std::fs::remove_file(trial.join("trial.json")).expect("it is there");
        let running = json!({
            "schema": 1, "run": RUN, "host": NASTY, "process": 7,
            "started": format!("2026-01-01T00:00:00Z{NASTY}"), "heartbeat": u64::MAX,
            "epoch": 1, "step": 1, "steps": 2,
        });
        write(&trial.join("running.json"), &running.to_string());
        write(&folder.join(".runs").join(RUN), NASTY);
        edit(folder, "trials.csv", |text| text.replace(",completed,", ",pending,"));
    }),
    ("manifest", |folder| {
        edit_json(&folder.join("manifest.json"), |manifest| {
            replace_texts(manifest, &["run", "started", "finished"]);
        });
    }),
    ("experiment", |folder| {
        edit(folder, "experiment.toml", |text| {
            // TOML's basic strings have all of JSON's escapes, and no raw control characters.
            let escaped = |letter: char| match letter {
                c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
                c => c.to_string(),
            };
            let nasty: String = NASTY.replace(['"', '\\'], "'").chars().map(escaped).collect();
            let nasty = format!("\"{nasty}\"");
            let text = text.replace("\"Does it help?\"", &nasty);
            text.replace("\"It helps\"", &nasty)
        });
    }),
    ("raw experiment", |folder| {
        write(&folder.join("experiment.toml"), NASTY);
    }),
    ("epochs", |folder| {
        for trial in trials(folder) {
            write(&trial.join("epochs.csv"), &format!("{}\n", cell(NASTY)));
        }
    }),
    ("names", |folder| {
        let name = NASTY.replace('/', "");
        write(&folder.join("trials").join(&name).join("trial.json"), NASTY);
        write(&folder.join(format!(".partial-{name}")), NASTY);
        write(&folder.join(format!("experiment-{name}.toml")), NASTY);
        write(&folder.join(".runs").join(&name), NASTY);
    }),
    ("compact", |folder| {
        let marker = json!({ "schema": 1, "name": NASTY, "of": NASTY, "unfinished": false });
        write(&folder.join("compact.json"), &marker.to_string());
    }),
    ("unfinished copy", |folder| {
        let marker = json!({ "schema": 1, "name": NASTY, "of": NASTY, "unfinished": true });
        write(&folder.join("compact.json"), &marker.to_string());
    }),
];

/// A lab with `experiment.toml`, its results in `sound`, and a hostile folder of each kind, named after it.
pub fn lab() -> Lab {
    let lab = Lab::with(&format!(
        "question = \"Does it help?\"\n{}[claim]\nstatement = \"It helps\"\ntests = [{{ compare = [\"before\", \"none\"], expect = \"higher\" }}]\n",
        SMALL.replace("epochs = 2", "epochs = 1")
    ));
    lab.run(&["--quiet", "-o", "output.dir=sound"]);
    for (name, damage) in WAYS {
        copy(&lab.path("sound"), &lab.path(name));
        damage(&lab.path(name));
    }
    lab
}

/// Every command that reads a results folder; those that write into it last.
pub fn verbs(folder: &str) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = Vec::new();
    let mut add = |words: &[&str]| all.push(words.iter().map(|&word| word.to_owned()).collect());
    let dir = format!("output.dir={}", json!(folder));
    for format in ["table", "csv", "json", "md"] {
        add(&["results", folder, "--format", format]);
        add(&["results", folder, "--by", "condition", "--format", format]);
        add(&["compare", folder, "--format", format]);
        add(&["claims", folder, "--format", format]);
        add(&["plan", "experiment.toml", "-o", &dir, "--format", format]);
    }
    for command in ["results", "compare", "claims"] {
        add(&[command, folder, "--format", "latex"]);
    }
    add(&["results", folder, "--by", "condition", "--format", "latex"]);
    add(&["compare", folder, "--filter", "norm.placement != after"]);
    add(&["results", folder, "--filter", "norm.placement = none"]);
    add(&["compare", folder, "sound"]);
    add(&["watch", folder, "--once"]);
    add(&["show", folder]);
    add(&["clean", folder]);
    add(&["plot", folder, "--list"]);
    add(&["plot", folder, "--format", "svg", "--output", "drawn"]);
    add(&["report", folder, "--output", "reported"]);
    add(&["publish", folder, "--into", "published"]);
    add(&["export", folder, "--to", "tensorboard", "--output", "exported"]);
    add(&["merge", folder, "sound", "--into", "merged"]);
    for engine in ["slurm", "kubernetes"] {
        add(&["submit", "experiment.toml", "-o", &dir, "--engine", engine]);
    }
    add(&["clean", folder, "--debris", "--remove"]);
    add(&["run", "experiment.toml", "-o", &dir]);
    all
}

#[test]
fn nothing_in_a_hostile_folder_controls_a_terminal_or_ends_the_program() {
    let lab = lab();
    for (name, _) in WAYS {
        for words in verbs(name) {
            let ran = output(&lab, &words);
            assert_harmless(&ran, &format!("{name}: {words:?}"));
        }
        for folder in ["drawn", "reported", "published", "merged"] {
            drop(std::fs::remove_dir_all(lab.path(folder)));
        }
    }
}

#[test]
fn hostile_text_is_shown_where_it_can_do_no_harm() {
    let lab = lab();
    for (way, words) in [
        ("column", &["results", "column"][..]),
        ("values", &["results", "values"]),
        ("values", &["compare", "values"]),
        ("values", &["show", "values"]),
        ("running", &["watch", "running", "--once"]),
        ("experiment", &["claims", "experiment"]),
        ("compact", &["watch", "compact"]),
    ] {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let ran = output(&lab, &words);
        assert_harmless(&ran, &format!("{way}: {words:?}"));
        let text = [ran.stdout, ran.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains("\u{fffd}[2J"), "{way}: {words:?}: {text}");
    }
}

#[test]
fn what_users_type_is_repeated_without_its_control_characters() {
    let lab = lab();
    let override_name = format!("{NASTY}=1");
    let override_value = format!("train.epochs={NASTY}");
    for words in [
        &["results", "sound", "--filter", NASTY][..],
        &["results", "sound", "--sort", NASTY],
        &["results", "sound", "--columns", NASTY],
        &["results", "sound", "--format", NASTY],
        &["results", NASTY],
        &["compare", "sound", "--by", NASTY],
        &["compare", "sound", "--metric", NASTY],
        &["plot", "sound", "--figure", NASTY],
        &["plan", "experiment.toml", "-o", &override_name],
        &["plan", "experiment.toml", "-o", &override_value],
        &["run", "experiment.toml", "--device", NASTY],
        &["run", "experiment.toml", "--shard", NASTY],
        &["data", "fetch", NASTY],
        &["data", "verify", "--data-dir", NASTY],
        &["report", "--splice", NASTY],
        &["explain", NASTY],
        &[NASTY],
    ] {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let ran = output(&lab, &words);
        assert_harmless(&ran, &format!("{words:?}"));
        assert_ne!(ran.status.code(), Some(0), "{words:?}");
        let text = String::from_utf8_lossy(&ran.stderr).into_owned();
        let is_told = text.contains('\u{fffd}') || words[0] == "data";
        assert!(is_told, "{words:?}: {text}");
    }
}

#[test]
fn columns_of_a_table_of_the_users_own_are_text() {
    let lab = Lab::new();
    let mut table = format!("{},b,label\n", cell(NASTY));
    for row in 0..40 {
        let class = if row % 2 == 0 { cell(NASTY) } else { "b".to_owned() };
        table.push_str(&format!("{row}.5,{},{class}\n", row % 7));
    }
    lab.write("table.csv", table.as_bytes());
    let experiment = "name = \"own\"\nreplicates = 2\n[data]\ndataset = \"csv\"\nfile = \"table.csv\"\nlabel = \"label\"\n[model]\nhidden = [4]\n[train]\nepochs = 1\nbatch_size = 8\n[sweep]\nnorm.placement = [\"none\", \"before\"]\n";
    lab.write("experiment.toml", experiment.as_bytes());
    let start = ["plan", "experiment.toml", "--format"];
    let mut all = ["table", "md", "json", "csv"].map(|format| [&start[..], &[format]].concat());
    all[3] = vec!["run", "experiment.toml"];
    for words in all {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let ran = output(&lab, &words);
        assert_harmless(&ran, &format!("{words:?}"));
        let text = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(0), "{words:?}: {text}");
    }
}

#[test]
fn markdown_on_stdout_is_text_whatever_the_cells_hold() {
    let lab = lab();
    for way in ["column", "values"] {
        for words in [
            vec!["results", way, "--format", "md"],
            vec!["results", way, "--by", "condition", "--format", "md"],
            vec!["compare", way, "--format", "md"],
        ] {
            let ran = lab.bn_lab(&words);
            if ran.code != Some(0) {
                // The compared columns are the folder's: there may be nothing to compare.
                assert!(way == "column" && words[0] == "compare", "{}", ran.stderr);
                continue;
            }
            assert_markdown(&ran.stdout);
        }
    }
}

/// Asserts that there is no HTML, image or link, and that every table has equally many cells in each row.
fn assert_markdown(text: &str) {
    let plain: Vec<char> = text.chars().collect();
    let is_escaped = |place: usize| place > 0 && plain[place - 1] == '\\';
    for (place, letter) in plain.iter().enumerate() {
        let is_live = matches!(letter, '<' | '`' | '[') && !is_escaped(place);
        // Intervals are in brackets, too.
        let is_number = plain.get(place + 1).is_some_and(|c| c.is_ascii_digit() || *c == '-');
        assert!(!is_live || *letter == '[' && is_number, "{place}: {text}");
    }
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    for table in text.split("\n\n") {
        let rows: Vec<&str> = table.lines().filter(|line| line.starts_with('|')).collect();
        let all_alike = rows.windows(2).all(|pair| cells(pair[0]) == cells(pair[1]));
        assert!(all_alike, "{table}");
    }
    assert!(!text.contains("\n# forged"), "{text}");
}

#[test]
fn every_word_of_a_reports_commands_is_quoted() {
    let lab = lab();
    for (device, says) in [
        ("cpu; echo owned", "-o output.dir=again --device 'cpu; echo owned'"),
        ("wgpu", "-o output.dir=again --device wgpu"),
        ("cpu\u{1b}[A\n", "No command is given here"),
    ] {
        for trial in trials(&lab.path("sound")) {
            edit_json(&trial.join("trial.json"), |record| {
                record["device"] = device.into();
            });
        }
        let ran = lab.bn_lab(&["report", "sound", "--format", "md"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let report = lab.text("sound/report.md");
        assert!(report.contains(says), "{report}");
        assert!(!report.contains('\u{1b}'), "{report}");
    }
}

#[cfg(unix)]
#[test]
fn arguments_may_hold_any_bytes_where_they_are_paths_and_else_are_refused() {
    use std::os::unix::ffi::OsStringExt;
    let odd = || OsString::from_vec(b"odd \xff\xfe".to_vec());
    let lab = lab();
    copy(&lab.path("sound"), &lab.path("").join(odd()));
    let given = |words: &[&str], more: &[&str]| {
        let mut command = lab.command(words);
        command.arg(odd()).args(more);
        let ran = command.output().expect("the program starts");
        assert_harmless(&ran, &format!("{words:?} {more:?}"));
        let text = String::from_utf8_lossy(&ran.stderr).into_owned();
        (ran.status.code(), text)
    };
    for (words, more) in [
        (&["results"][..], &[][..]),
        (&["compare"], &[]),
        (&["claims"], &[]),
        (&["watch"], &["--once"]),
        (&["show"], &[]),
        (&["clean"], &[]),
        (&["plot"], &["--format", "svg"]),
        (&["report"], &[]),
        (&["publish"], &["--into", "published"]),
        (&["export"], &["--to", "tensorboard", "--output", "exported"]),
        (&["merge", "sound", "--into", "merged"], &[]),
        (&["publish", "sound", "--into"], &["--no-layers"]),
        (&["data", "list", "--data-dir"], &[]),
        (&["run", "experiment.toml", "--data-dir"], &["-o", "output.dir=sound"]),
    ] {
        let (code, stderr) = given(words, more);
        let is_taken = code == Some(0) || words[0] == "publish" && words.len() > 1;
        assert!(is_taken, "{words:?}: {code:?} {stderr}");
    }
    for words in [
        &["run", "experiment.toml", "-o"][..],
        &["run", "experiment.toml", "--device"],
        &["results", "sound", "--filter"],
        &["compare", "sound", "--by"],
        &["data", "fetch"],
    ] {
        let (code, stderr) = given(words, &[]);
        assert_eq!(code, Some(2), "{words:?}: {stderr}");
        let says = "error: the argument `odd \u{fffd}\u{fffd}` is not UTF-8";
        assert!(stderr.starts_with(says), "{words:?}: {stderr}");
    }
}

fn output(lab: &Lab, words: &[String]) -> Output {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    lab.command(&words).output().expect("the program starts")
}

/// Asserts plain text in UTF-8, and a documented exit code.
pub fn assert_harmless(ran: &Output, what: &str) {
    let code = ran.status.code().unwrap_or_default();
    for bytes in [&ran.stdout, &ran.stderr] {
        let text = std::str::from_utf8(bytes).unwrap_or_else(|e| panic!("{what}: {e}"));
        let steers = |letter: char| {
            let is_layout = matches!(letter, '\n' | '\t');
            let turns = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            letter.is_control() && !is_layout || turns
        };
        assert!(!text.contains(steers), "{what}: {text:?}");
        assert!(!text.contains("panicked"), "{what}: {text}");
    }
    assert!(DOCUMENTED.contains(&code), "{what}: {code}");
}

/// A cell of a CSV file.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

pub fn trials(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder.join("trials")).expect("trials");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("inside")).expect("writable");
    std::fs::write(path, text).expect("writable");
}

fn edit(folder: &Path, name: &str, change: impl Fn(&str) -> String) {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).expect("readable");
    let changed = change(&text);
    assert_ne!(changed, text, "{name} is left as it was");
    write(&path, &changed);
}

fn edit_json(path: &Path, change: impl Fn(&mut Value)) {
    let text = std::fs::read_to_string(path).expect("readable");
    let mut value = serde_json::from_str(&text).expect("JSON");
    change(&mut value);
    write(path, &value.to_string());
}

/// Makes every text hostile except those under the keys in `kept`.
fn replace_texts(value: &mut Value, kept: &[&str]) {
    match value {
        Value::String(text) => NASTY.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace_texts(item, kept)),
        Value::Object(fields) => {
            let fields = fields.iter_mut();
            let changed = fields.filter(|(key, _)| !kept.contains(&key.as_str()));
            changed.for_each(|(_, field)| replace_texts(field, kept));
        }
        _ => {}
    }
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for entry in std::fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("writable");
        }
    }
}

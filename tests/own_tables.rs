//! A user's own table: its path, its content, and how results are treated when it changes.

use crate::harness::{Lab, Ran, rows};

/// Two inputs and a class that one of them decides, 60 rows; `turned` exchanges the classes.
fn table(turned: bool) -> String {
    let row = |index: usize| {
        let x = (index * 37 % 60) as f64 / 10.0 + 0.05;
        let y = (index * 23 % 60) as f64 / 7.0 + 0.01;
        let class = if (x > 3.0) == turned { "low" } else { "high" };
        format!("{x},{y:.3},{class}\n")
    };
    let rows: String = (0..60).map(row).collect();
    format!("width,height,class\n{rows}")
}

const EXPERIMENT: &str = r#"
name = "x"
replicates = 2
[data]
dataset = "csv"
file = "../tables/people.csv"
validation = 0
[model]
hidden = [4]
[train]
epochs = 1
batch_size = 8
[sweep]
norm.placement = ["none", "before"]
"#;

/// The table in `tables/`, the experiment in `work/x.toml`.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("tables/people.csv", table(false).as_bytes());
    lab.write("work/x.toml", EXPERIMENT.as_bytes());
    lab
}

fn run(lab: &Lab, arguments: &[&str]) -> Ran {
    lab.bn_lab(&[&["run", "work/x.toml"], arguments].concat())
}

fn ran(lab: &Lab, arguments: &[&str]) -> Ran {
    let ran = run(lab, arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

fn ids(lab: &Lab, folder: &str) -> Vec<String> {
    let trials = rows(&lab.text(&format!("{folder}/trials.csv")));
    trials.iter().map(|trial| trial["trial"].clone()).collect()
}

#[test]
fn a_path_is_relative_to_the_experiment_from_any_working_directory() {
    let lab = lab();
    ran(&lab, &[]);
    let ids_here = ids(&lab, "results/x");
    // From another folder, by another path, and by the absolute one: the same trials.
    let elsewhere = lab
        .command(&["run", "x.toml", "-o", "output.dir=../other"])
        .current_dir(lab.path("work"))
        .output()
        .expect("the program starts");
    assert!(elsewhere.status.success());
    assert_eq!(ids(&lab, "other"), ids_here);
    let absolute = format!("data.file={}", lab.path("tables/people.csv").display());
    for file in [absolute.as_str(), "data.file=tables/people.csv", "data.file=./tables/people.csv"]
    {
        let again = ran(&lab, &["-o", file]);
        assert!(again.stderr.contains("every trial was finished before"), "{}", again.stderr);
        assert!(!again.stderr.contains("another experiment"), "{}", again.stderr);
    }
    let merged = lab.bn_lab(&["merge", "results/x", "other", "--into", "deep/er/whole"]);
    assert_eq!(merged.code, Some(0), "{}", merged.stderr);
    let stored = lab.text("deep/er/whole/experiment.toml");
    assert!(stored.contains("\"../../../tables/people.csv\""), "{stored}");
    // The file that an earlier version would have found is named.
    let wrong = EXPERIMENT.replace("../tables", "tables");
    lab.write("work/wrong.toml", wrong.as_bytes());
    lab.bn_lab(&["plan", "work/wrong.toml"]).refused(
        4,
        &[
            "there is no file `work/tables/people.csv`",
            "relative to the file's folder",
            "there is `tables/people.csv` here",
            "`data.file`",
        ],
    );
}

#[test]
fn the_commands_of_a_report_work_as_printed() {
    let lab = lab();
    ran(&lab, &[]);
    let report = lab.bn_lab(&["report", "results/x", "--format", "md"]);
    assert_eq!(report.code, Some(0), "{}", report.stderr);
    let text = lab.text("results/x/report.md");
    let section = text.split("How to repeat it").nth(1).expect("a section");
    assert!(section.contains("../../tables/people.csv"), "{section}");
    let code = section.split("```").nth(1).expect("commands");
    let commands: Vec<&str> = code.lines().filter(|line| line.starts_with("bn-lab ")).collect();
    assert_eq!(commands.len(), 3, "{code}");
    for command in commands {
        let arguments: Vec<&str> = command.split(' ').skip(1).collect();
        let output = lab
            .command(&arguments)
            .current_dir(lab.path("results/x"))
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {said}");
    }
    assert_eq!(ids(&lab, "results/x/again"), ids(&lab, "results/x"));
    assert_eq!(lab.text("results/x/again/summary.csv"), lab.text("results/x/summary.csv"));
    // Also in a published copy, where the table has another relative path.
    let published = lab.bn_lab(&["publish", "results/x", "--into", "copy"]);
    assert_eq!(published.code, Some(0), "{}", published.stderr);
    let again = lab.bn_lab(&["run", "copy/experiment.toml", "-o", "output.dir=second"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(ids(&lab, "second"), ids(&lab, "results/x"));
}

#[test]
fn a_folder_is_read_without_its_table_and_the_report_names_the_needed_data() {
    let lab = lab();
    ran(&lab, &[]);
    std::fs::remove_file(lab.path("tables/people.csv")).expect("a file");
    std::fs::rename(lab.path("results/x"), lab.path("moved")).expect("a folder");
    for arguments in [
        &["results", "moved"][..],
        &["compare", "moved"],
        &["report", "moved"],
        &["clean", "moved"],
        &["merge", "moved", "--into", "whole"],
    ] {
        let ran = lab.bn_lab(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(ids(&lab, "whole").len(), 4);
    let cleaned = lab.bn_lab(&["clean", "moved"]);
    assert!(cleaned.stdout.contains("nothing to clean"), "{}", cleaned.stdout);
    lab.bn_lab(&["run", "moved/experiment.toml", "-o", "output.dir=again"]).refused(
        4,
        &["is not there any more", "SHA-256", "bring that file along", "`-o data.file=PATH`"],
    );
    lab.write("brought.csv", table(false).as_bytes());
    let again = lab.bn_lab(&[
        "run",
        "moved/experiment.toml",
        "-o",
        "output.dir=again",
        "-o",
        "data.file=brought.csv",
    ]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(ids(&lab, "again"), ids(&lab, "moved"));
}

#[test]
fn results_of_a_table_that_has_changed_are_not_shown_as_current() {
    let lab = lab();
    ran(&lab, &[]);
    let earlier = ids(&lab, "results/x");
    let whole = table(false);
    let cut = &whole[..whole.len() / 2];
    let cut = &cut[..=cut.rfind('\n').expect("rows")];
    let resolved = lab.path("results/x/experiment.toml").display().to_string();
    for changed in [&table(true), cut] {
        lab.write("tables/people.csv", changed.as_bytes());
        for verb in ["run", "plan"] {
            let says = ["tables/people.csv", "has changed", "4 trials", "SHA-256", "run --force`"];
            lab.bn_lab(&[verb, "work/x.toml"]).refused(4, &says);
            let says = ["people.csv", "has changed", "run --force`"];
            let output = ["-o", "output.dir=results/x"];
            let arguments = [&[verb, &resolved], &output[..]].concat();
            lab.bn_lab(&arguments).refused(4, &says);
        }
    }
    std::fs::remove_file(lab.path("tables/people.csv")).expect("a file");
    for verb in ["run", "plan"] {
        let says = ["tables/people.csv", "is not there any more", "run --force`"];
        lab.bn_lab(&[verb, "work/x.toml"]).refused(4, &says);
    }
    // Earlier results are unchanged, and are current again with their table.
    assert_eq!(ids(&lab, "results/x"), earlier);
    lab.write("tables/people.csv", whole.as_bytes());
    let again = ran(&lab, &[]);
    assert!(again.stderr.contains("every trial was finished before"), "{}", again.stderr);

    lab.write("tables/people.csv", table(true).as_bytes());
    ran(&lab, &["--force"]);
    let anew = ids(&lab, "results/x");
    assert!(anew.iter().all(|id| !earlier.contains(id)), "{anew:?}");
    let again = ran(&lab, &[]);
    assert!(again.stderr.contains("every trial was finished before"), "{}", again.stderr);
    let stale = lab.bn_lab(&["clean", "results/x"]);
    assert!(
        stale.stdout.contains("the table of `data.file` has other content"),
        "{}",
        stale.stdout
    );
}

#[test]
fn a_folder_of_an_earlier_version_is_read_and_trained_again_with_a_reason() {
    let lab = lab();
    ran(&lab, &[]);
    // As an earlier version wrote it: a path relative to the working directory, in the record and in the experiment.
    let stored = lab.text("results/x/experiment.toml");
    let lines = stored.lines().filter(|line| !line.starts_with("sha256 = "));
    let earlier: Vec<String> = lines.map(|line| line.replace("../../tables", "tables")).collect();
    assert!(earlier.len() < stored.lines().count());
    lab.write("results/x/experiment.toml", (earlier.join("\n") + "\n").as_bytes());
    let trials = ids(&lab, "results/x");
    for (index, id) in trials.iter().enumerate() {
        let old = format!("{index:016x}");
        let folder = |id: &str| lab.path(&format!("results/x/trials/{id}"));
        std::fs::rename(folder(id), folder(&old)).expect("a folder");
        let path = format!("results/x/trials/{old}/trial.json");
        let record: Vec<String> = lab
            .text(&path)
            .lines()
            .map(|line| {
                let (key, _) = line.split_once("sha256:").unwrap_or((line, ""));
                if key.len() < line.len() {
                    format!("{key}tables/people.csv\",")
                } else {
                    line.replace(id, &old)
                }
            })
            .collect();
        lab.write(&path, record.join("\n").as_bytes());
        let path = "results/x/trials.csv";
        lab.write(path, lab.text(path).replace(id, &old).as_bytes());
    }
    for verb in ["results", "compare", "report"] {
        let read = lab.bn_lab(&[verb, "results/x"]);
        assert_eq!(read.code, Some(0), "{verb}: {}", read.stderr);
    }
    // Its trials cannot be identified from the experiment: none is deleted, and none is left out of a copy.
    let before = lab.files("results/x/trials");
    for arguments in [
        &["clean", "results/x"][..],
        &["clean", "results/x", "--remove", "--stale"],
        &["merge", "results/x", "--into", "whole"],
    ] {
        let says = [
            "`results/x` was written by an earlier version",
            "`tables/people.csv` by its path",
            "`bn-lab run` with the experiment file",
        ];
        lab.bn_lab(arguments).refused(1, &says);
        assert!(!lab.path("whole").exists(), "{arguments:?}");
        assert_eq!(lab.files("results/x/trials"), before, "{arguments:?}");
    }
    let planned = lab.bn_lab(&["plan", "work/x.toml"]);
    assert!(
        planned.stdout.contains("named by its path by an earlier version"),
        "{}",
        planned.stdout
    );
    let again = ran(&lab, &[]);
    assert!(
        again.stderr.contains(
            "4 trials here were trained by an earlier version, which knew a table by its path"
        ),
        "{}",
        again.stderr
    );
    assert_eq!(ids(&lab, "results/x"), trials);
}

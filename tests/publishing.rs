//! `bn-lab publish`: a compact copy can be used wherever the folder is read, and nowhere else.

use crate::harness::{Lab, Ran, SMALL, assert_same};

/// A folder of finished trials with layers, and with tuning.
fn whole() -> Lab {
    let lab = Lab::with(&format!(
        "{SMALL}\n[probe]\nevery = 5\nevaluations = true\ntrain_evaluation = true\n"
    ));
    let tune = [
        "tune={key = \"train.learning_rate\", per = \"norm.placement\"}",
        "sweep.train.learning_rate=[0.001, 0.01]",
    ];
    lab.run(&["--quiet", "-o", tune[0], "-o", tune[1]]);
    lab
}

fn publish(lab: &Lab, further: &[&str]) -> Ran {
    lab.bn_lab(&[&["publish", "results/small", "--into", "compact"], further].concat())
}

fn published(lab: &Lab, further: &[&str]) -> Ran {
    let ran = publish(lab, further);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

/// The output of a command on a folder; paths are the folder's own.
fn said(lab: &Lab, folder: &str, arguments: &[&str]) -> String {
    let (verb, rest) = arguments.split_first().expect("a verb");
    let ran = lab.bn_lab(&[&[*verb, folder], rest].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stdout.replace(folder, "FOLDER")
}

#[test]
fn a_compact_copy_gives_the_same_tables_comparisons_and_charts() {
    let lab = whole();
    let drawn = lab.files("results/small/charts");
    assert!(drawn.len() >= 6 && lab.path("results/small/tuned.csv").is_file());
    let ran = published(&lab, &[]);
    assert!(ran.stdout.starts_with("12 trials in compact: "), "{}", ran.stdout);
    assert!(!lab.path("compact/trials").exists() && !lab.path("compact/steps.csv").exists());
    let commands: [&[&str]; 6] = [
        &["results", "--format", "csv"],
        &["results", "--format", "json", "--by", "condition"],
        &["results"],
        &["compare", "--format", "json"],
        &["compare", "--format", "json", "--metric", "seconds_per_step"],
        &["plot"],
    ];
    for command in commands {
        let [whole, compact] =
            ["results/small", "compact"].map(|folder| said(&lab, folder, command));
        assert_eq!(whole, compact, "{command:?}");
    }
    assert_same(&lab.files("results/small/charts"), &drawn);
    assert_same(&lab.files("compact/charts"), &drawn);
    for folder in ["results/small", "compact"] {
        said(&lab, folder, &["report"]);
    }
    for page in ["report.md", "report.html"] {
        let [whole, compact] =
            ["results/small", "compact"].map(|folder| lab.text(&format!("{folder}/{page}")));
        assert!(whole == compact, "{page} differs");
    }
    // The folder itself is moved, since the trials' files are not needed.
    std::fs::rename(lab.path("results/small"), lab.path("away")).expect("a folder");
    assert_eq!(
        said(&lab, "compact", &["compare", "--format", "csv"]),
        said(&lab, "away", &["compare", "--format", "csv"])
    );
}

#[test]
fn publishing_again_gives_the_same_bytes_and_replaces_the_tables_alone() {
    let lab = whole();
    published(&lab, &[]);
    let first = lab.files("compact");
    lab.write("compact/notes.md", b"mine");
    published(&lab, &["--steps", "--layer-digits", "3"]);
    assert!(lab.path("compact/steps.csv").is_file());
    let layers = |files: &std::collections::BTreeMap<String, Vec<u8>>| files["layers.csv"].len();
    assert!(layers(&lab.files("compact")) < layers(&first));
    published(&lab, &[]);
    let mut again = lab.files("compact");
    assert_eq!(again.remove("notes.md").as_deref(), Some(&b"mine"[..]));
    assert_same(&first, &again);
    published(&lab, &["--no-layers"]);
    assert!(!lab.path("compact/layers.csv").exists());
}

#[test]
fn publishing_at_once_into_one_folder_waits_for_its_turn() {
    let lab = whole();
    published(&lab, &[]);
    let expected = lab.files("compact");
    for _ in 0..3 {
        let start = |_| {
            lab.command(&["publish", "results/small", "--into", "shared"])
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .expect("the program starts")
        };
        let children: Vec<_> = (0..12).map(start).collect();
        for child in children {
            let ran = Ran::from(child.wait_with_output().expect("it ends"));
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        }
        assert_same(&expected, &lab.files("shared"));
        std::fs::remove_dir_all(lab.path("shared")).expect("our own folder");
    }
}

#[test]
fn nothing_is_published_over_what_is_no_compact_copy_of_the_same_experiment() {
    let lab = whole();
    lab.write("compact/mine.txt", b"mine");
    publish(&lab, &[]).refused(1, &["`compact` is not empty, and no compact copy", "--into DIR"]);
    assert_eq!(lab.files("compact").len(), 1);
    std::fs::remove_file(lab.path("compact/mine.txt")).expect("a file");
    published(&lab, &[]);
    let before = lab.files("compact");

    lab.run(&["--quiet", "-o", "name=other", "-o", "train.epochs=1"]);
    let into = |from: &str, into: &str| lab.bn_lab(&["publish", from, "--into", into]);
    into("results/other", "compact").refused(1, &["of another experiment, `small`"]);
    into("compact", "further").refused(1, &["cannot be published again", "`results/small`"]);
    into("results/small", "results/small").refused(1, &["no compact copy"]);
    into("results/small", "experiment.toml").refused(1, &["`experiment.toml` is a file"]);
    into("nowhere", "further").refused(1, &["is not a results folder"]);
    lab.write("compact/compact.json", b"{}");
    publish(&lab, &[]).refused(1, &["`compact.json` is damaged"]);
    lab.write("compact/compact.json", &before["compact.json"]);
    assert_same(&lab.files("compact"), &before);
    assert!(!lab.path("further").exists());
}

#[test]
fn what_would_train_or_change_something_refuses_a_compact_copy_and_names_the_whole_folder() {
    let lab = whole();
    published(&lab, &[]);
    let before = lab.files("compact");
    let commands: [&[&str]; 10] = [
        &["run", "compact/experiment.toml", "-o", "output.dir=compact"],
        &["run", "experiment.toml", "-o", "output.dir=compact", "--force"],
        &["plan", "experiment.toml", "-o", "output.dir=compact"],
        &["submit", "experiment.toml", "-o", "output.dir=compact", "--engine", "slurm"],
        &["clean", "compact"],
        &["clean", "compact", "--debris", "--stale", "--remove"],
        &["clean", "experiment.toml", "-o", "output.dir=compact"],
        &["watch", "compact"],
        &["merge", "compact", "--into", "merged"],
        &["merge", "results/small", "--into", "compact"],
    ];
    for command in commands {
        let ran = lab.bn_lab(command);
        let says = ["`compact` is a compact copy of a results folder", "made of `results/small`"];
        ran.refused(1, &says);
        assert_same(&lab.files("compact"), &before);
    }
    for made in ["merged", "compact.slurm"] {
        assert!(!lab.path(made).exists(), "{made}");
    }
    // The path to it is not published.
    let from = lab.path("results/small").display().to_string();
    let ran = lab.bn_lab(&["publish", &from, "--into", "compact"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(lab.text("compact/compact.json").contains("\"of\": \"small\""));
}

#[test]
fn tables_that_a_killed_run_left_behind_its_records_are_completed_by_readers_and_not_published() {
    let lab = whole();
    let table = lab.text("results/small/trials.csv");
    let commands: [&[&str]; 4] = [
        &["results", "--format", "csv"],
        &["compare", "--format", "json"],
        &["compare", "--format", "json", "--metric", "train_loss"],
        &["plot"],
    ];
    let before = commands.map(|command| said(&lab, "results/small", command));
    let behind: Vec<String> = table
        .lines()
        .map(|line| match line.split_once(",completed,") {
            Some((first, rest)) => {
                format!("{first},pending,{}", ",".repeat(rest.matches(',').count()))
            }
            None => line.to_owned(),
        })
        .collect();
    assert!(behind[1].contains(",pending,"), "{}", behind[1]);
    lab.write("results/small/trials.csv", format!("{}\n", behind.join("\n")).as_bytes());
    for (command, before) in commands.iter().zip(before) {
        assert_eq!(said(&lab, "results/small", command), before, "{command:?}");
    }
    publish(&lab, &[])
        .refused(1, &["written before its last trials ended", "run the experiment again"]);
    assert!(!lab.path("compact").exists());
    // A run that trained a trial again was killed before it wrote the table.
    lab.write("results/small/trials.csv", table.as_bytes());
    let record = format!("results/small/trials/{}/trial.json", &behind[1][..16]);
    let text = lab.text(&record);
    std::fs::remove_file(lab.path(&record)).expect("it is there");
    let ran = lab.bn_lab(&["results", "results/small", "--format", "csv"]);
    assert_eq!(ran.stdout.matches(",pending,").count(), 1, "{}", ran.stdout);
    publish(&lab, &[]).refused(1, &["written before its last trials ended"]);
    lab.write(&record, text.as_bytes());
    published(&lab, &[]);
}

#[test]
fn an_id_that_is_a_path_leads_nowhere() {
    let lab = whole();
    let id = lab.text("results/small/trials.csv").lines().nth(1).expect("a row")[..16].to_owned();
    for path in [lab.path("elsewhere").display().to_string(), format!("../{id}"), "..".to_owned()] {
        let table = lab.text("results/small/trials.csv");
        lab.write("results/small/trials.csv", table.replace(&id, &path).as_bytes());
        for verb in [
            &["results", "results/small"][..],
            &["compare", "results/small"],
            &["report", "results/small"],
        ] {
            lab.bn_lab(verb).refused(1, &["is no id of a trial", "trials.csv"]);
        }
        publish(&lab, &[]).refused(1, &["is no id of a trial"]);
        lab.write("results/small/trials.csv", table.as_bytes());
    }
}

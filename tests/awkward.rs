//! Unusual values that are allowed: trials with them are trained, drawn and reported.

use crate::harness::{Lab, SMALL, rows};

#[test]
fn a_claim_whose_tests_are_taken_away_is_trained_drawn_and_read_again() {
    let claim = "[claim]\nstatement = \"It helps\"\ntests = [{ compare = [\"before\", \"none\"], expect = \"higher\" }]\n";
    let lab = Lab::with(&format!("{SMALL}{claim}"));
    let ran = lab.run(&["-o", "claim.tests=[]"]);
    assert!(ran.stdout.contains("test accuracy"), "{}", ran.stdout);
    assert!(lab.path("results/small/charts/overview.svg").exists());
    let stored = lab.text("results/small/experiment.toml");
    assert!(stored.contains("\ntests = []\n"), "{stored}");
    let again = lab.bn_lab(&["run", "results/small/experiment.toml"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains("nothing was trained"), "{}", again.stderr);
}

#[test]
fn an_experiment_that_is_written_in_another_way_is_no_other_one() {
    let lab = Lab::with(SMALL);
    lab.run(&[]);
    let path = "results/small/experiment.toml";
    let stored = lab.text(path);
    // As another version might have written it: other decimals, one key missing.
    let earlier = stored
        .replace("optimizer_epsilon = 1e-7", "optimizer_epsilon = 0.0000001")
        .replace("order = \"reshuffled\"\n", "");
    assert_ne!(earlier, stored);
    lab.write(path, earlier.as_bytes());
    let again = lab.run(&[]);
    assert!(!again.stderr.contains("another experiment"), "{}", again.stderr);
    assert_eq!(lab.text(path), stored);
    let kept = lab.files("results/small");
    assert!(!kept.keys().any(|name| name.starts_with("experiment-")));
}

#[test]
fn characters_that_xml_forbids_are_replaced_in_charts_and_reports() {
    let lab = Lab::with(&format!("question = \"What\u{fffe} \\u001B[31mnow\\uFFFF?\"\n{SMALL}"));
    let ran = lab.run(&[]);
    assert!(ran.stdout.contains("test accuracy"), "{}", ran.stdout);
    let report = lab.bn_lab(&["report", "results/small"]);
    assert_eq!(report.code, Some(0), "{}", report.stderr);
    for file in ["charts/overview.svg", "report.html"] {
        let text = lab.text(&format!("results/small/{file}"));
        assert!(text.contains("What\u{fffd} "), "{file}");
        let forbidden = ['\u{fffe}', '\u{ffff}', '\u{1b}'];
        assert!(!text.contains(forbidden), "{file}");
    }
    assert!(lab.path("results/small/charts/overview.png").exists());
}

#[test]
fn a_folder_below_the_home_folder_is_made_there() {
    let lab = Lab::with(SMALL);
    let mut command = lab.command(&["run", "experiment.toml", "--quiet", "-o", "output.dir=~/out"]);
    let ran = command.env("HOME", lab.path("home")).output().expect("it starts");
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(lab.path("home/out/trials.csv").exists());
    assert!(!lab.path("~").exists());
}

#[test]
fn a_scale_without_a_logarithm_is_reported_and_not_part_of_the_file_name() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "sweep.model.dropout=[0, 0.5]"]);
    let drawn = lab.bn_lab(&["plot", "results/small", "--figure", "final", "--log-x"]);
    assert_eq!(drawn.code, Some(0), "{}", drawn.stderr);
    assert!(
        drawn.stderr.contains("note: `--log-x` has no effect on `final`: it shows 0 or less"),
        "{}",
        drawn.stderr
    );
    assert!(drawn.stdout.contains("charts/final.svg"), "{}", drawn.stdout);
}

#[test]
fn claims_give_spreadsheets_no_formula_and_terminals_no_commands() {
    let lab = Lab::with(SMALL);
    let claim = "claim={statement = \"=HYPERLINK(1)\\u001B[31m\", tests = [{compare = [\"before\", \"none\"], expect = \"higher\", label = \"+1\"}, {compare = [\"after\", \"none\"], expect = \"lower\", label = \"@x\"}]}";
    lab.run(&["--quiet", "-o", claim]);
    let csv = lab.bn_lab(&["claims", "results", "--format", "csv"]).stdout;
    let rows = rows(&csv);
    assert!(rows.iter().all(|row| row["statement"] == "'=HYPERLINK(1)\u{fffd}[31m"), "{csv}");
    let labels: Vec<&str> = rows.iter().map(|row| &row["name"][..]).collect();
    assert!(labels.contains(&"'@x"), "{csv}");
    assert!(rows.iter().all(|row| row["difference_mean"].parse::<f64>().is_ok()), "{csv}");
    for more in [&[][..], &["--details"]] {
        let text = lab.bn_lab(&[&["claims", "results"], more].concat()).stdout;
        assert!(text.contains("=HYPERLINK(1)\u{fffd}[31m"), "{text:?}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
}

/// A terminal that cannot redraw gets the same lines as a log file; util-linux's `script` provides one.
#[cfg(target_os = "linux")]
#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let lab = Lab::with(SMALL);
    let program = lab.command(&[]).get_program().to_string_lossy().into_owned();
    let line = format!("'{program}' run experiment.toml -o train.learning_rate=1e30");
    let mut command = std::process::Command::new("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .current_dir(lab.path("."))
        .stdin(std::process::Stdio::null())
        .env("TERM", "dumb");
    let Ok(ran) = command.output() else {
        #[expect(clippy::print_stderr, reason = "a skipped test must not look like a passed one")]
        {
            eprintln!("SKIPPED: no `script` here");
        }
        return;
    };
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(said.contains("6 trials to train"), "{said}");
    assert!(said.contains("diverged: "), "{said}");
    assert!(said.contains("[6/6] "), "{said}");
}

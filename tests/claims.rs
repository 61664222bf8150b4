//! `[claim]`: claims in experiment files, and their verdicts.

use crate::harness::{Lab, SMALL, rows};

const CLAIM: &str = "claim={statement = \"It helps\", tests = [{compare = [\"before\", \"none\"], expect = \"higher\"}, {compare = [\"before\", \"none\"], metric = \"gradient_decades\", expect = \"lower\"}]}";

#[test]
fn a_claim_is_judged_from_the_results_folder_alone() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "probe.every=5", "-o", CLAIM]);
    std::fs::remove_file(lab.path("experiment.toml")).expect("the file");
    for folder in ["results/small", "results"] {
        let short = lab.bn_lab(&["claims", folder]);
        assert_eq!(short.code, Some(0), "{}", short.stderr);
        assert!(short.stdout.starts_with("verdict"), "{}", short.stdout);
        assert_eq!(short.stdout.lines().count(), 2, "{}", short.stdout);
        assert!(short.stdout.ends_with("of 2       It helps\n"), "{}", short.stdout);
        assert!(short.stderr.contains("`--details` prints every test"), "{}", short.stderr);
        let text = lab.bn_lab(&["claims", folder, "--details"]);
        assert_eq!((text.code, text.stderr.as_str()), (Some(0), ""));
        assert!(text.stdout.starts_with("It helps\n  verdict  "), "{}", text.stdout);
        assert!(text.stdout.contains("results  results/small\n"), "{}", text.stdout);
    }
    let csv = lab.bn_lab(&["claims", "results", "--format", "csv"]).stdout;
    let comparisons = rows(&csv);
    assert_eq!(comparisons.len(), 2);
    for row in &comparisons {
        assert_eq!((&row["a"][..], &row["b"][..]), ("before", "none"));
        assert_ne!(row["pairs"], "0", "the layers have been read: {csv}");
    }
    let decades: f64 = comparisons[1]["mean_b"].parse().expect("a number");
    assert!(decades.is_finite() && decades >= 0.0);
    let markdown = lab.bn_lab(&["claims", "results", "--format", "md"]).stdout;
    assert!(
        markdown.starts_with("| claim | verdict | effect of each test | figure |\n"),
        "{markdown}"
    );
}

#[test]
fn a_folder_without_a_claim_is_refused_and_a_claim_that_cannot_be_tested_trains_nothing() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let none = lab.bn_lab(&["claims", "results"]);
    assert_eq!(none.code, Some(1));
    assert!(
        none.stderr.contains("`results` holds no results of an experiment that claims something"),
        "{}",
        none.stderr
    );
    let wrong = CLAIM.replace("before", "befor");
    let refused = lab.bn_lab(&["run", "experiment.toml", "-o", &wrong]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.stderr.contains("hint: did you mean `\"before\"`?"), "{}", refused.stderr);
}

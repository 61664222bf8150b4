//! The charts that a run ends with, and those that `plot` draws on request.

use crate::harness::{Lab, SMALL};

/// The stems of the SVG files in a folder.
fn stems(lab: &Lab, folder: &str) -> Vec<String> {
    let files = lab.listing(folder).into_iter();
    files.filter_map(|name| Some(name.strip_suffix(".svg")?.to_owned())).collect()
}

#[test]
fn a_run_draws_what_it_swept_and_probed_without_being_asked() {
    let lab = Lab::with(SMALL);
    lab.run(&[
        "--quiet",
        "-o",
        "sweep.train.learning_rate=[0.01, 0.1]",
        "-o",
        "probe.every=4",
        "-o",
        "probe.gradients=true",
    ]);
    let charts = stems(&lab, "results/small/charts");
    for stem in ["overview", "heatmap", "final", "differences", "train_loss"] {
        assert!(charts.contains(&stem.to_owned()), "{stem} is not among {charts:?}");
    }
    for probed in ["percentiles", "gradients"] {
        assert!(charts.iter().any(|stem| stem.starts_with(probed)), "{probed}: {charts:?}");
    }
    for of_the_clock in ["step-time", "to-target"] {
        assert!(!charts.iter().any(|stem| stem.starts_with(of_the_clock)), "{charts:?}");
    }
    // Without the sweep there is nothing to map, and its old chart goes.
    lab.run(&["--quiet"]);
    let charts = stems(&lab, "results/small/charts");
    assert!(
        charts.contains(&"final".to_owned()) && !charts.contains(&"heatmap".to_owned()),
        "{charts:?}"
    );
}

#[test]
fn plot_writes_a_pdf_and_replaces_only_its_own() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let plot = |more: &[&str]| {
        let options =
            ["plot", "results/small", "--figure", "final", "--format", "pdf", "--output", "paper"];
        lab.bn_lab(&[&options[..], more].concat())
    };
    let drawn = plot(&["--size", "8cm", "--no-title", "--no-caption"]);
    assert_eq!(
        (drawn.code, drawn.stdout.as_str()),
        (Some(0), "paper/final.pdf\n"),
        "{}",
        drawn.stderr
    );
    let bare = lab.files("paper").remove("final.pdf").expect("the file");
    assert!(bare.starts_with(b"%PDF-"));
    assert_eq!(plot(&["--size", "8cm"]).code, Some(0), "its own file");
    let whole = lab.files("paper").remove("final.pdf").expect("the file");
    assert!(whole.len() > bare.len(), "with title and caption");
    lab.write("paper/final.pdf", b"%PDF-1.7 somebody else's");
    plot(&[]).refused(1, &["paper/final.pdf", "was not written by bn-lab"]);
}

#[test]
fn the_axes_of_a_heat_map_are_chosen_by_name() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "sweep.model.activation=['relu', 'tanh']"]);
    let plot = |options: &[&str]| {
        lab.bn_lab(&[&["plot", "results/small", "--format", "svg"], options].concat())
    };
    let drawn = plot(&["--figure", "heatmap", "--x", "placement", "--y", "model.activation"]);
    assert_eq!(drawn.code, Some(0), "{}", drawn.stderr);
    assert!(
        drawn.stdout.contains("charts/heatmap-by-placement-and-activation.svg"),
        "{}",
        drawn.stdout
    );
    let again = plot(&["--figure", "heatmap-by-placement-and-activation"]);
    assert_eq!(again.stdout, drawn.stdout, "{}", again.stderr);
    plot(&["--figure", "final", "--y", "placement"])
        .refused(2, &["`--y placement`: only `--figure heatmap`"]);
    plot(&["--figure", "heatmap", "--x", "placement", "--y", "placemnt"])
        .refused(2, &["did you mean"]);
    plot(&["--x", "placement"]).refused(2, &["`--figure final` and `--figure heatmap`"]);
    // Options alone apply to the figures of a run.
    let dark = plot(&["--theme", "dark"]);
    for name in ["overview-dark.svg", "final-dark.svg", "heatmap-dark.svg"] {
        assert!(dark.stdout.contains(name), "{}", dark.stdout);
    }
}

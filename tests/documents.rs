//! Compares the documents with the program.

use std::collections::BTreeSet;

use bn_lab::config;
use bn_lab::config::spec::Experiment;
use bn_lab::plan;
use bn_lab::results::format::{layout::Layout, numbers};

use crate::harness::{Lab, SMALL};

const RESULTS: &str = include_str!("../results/README.md");
const README: &str = include_str!("../README.md");
const SPEED: &str = include_str!("../docs/speed.md");
const OUTPUT: &str = include_str!("../docs/output.md");

/// The committed results that the README quotes.
const PUBLISHED: &str = "results/published/mnist";

#[test]
fn the_readme_quotes_the_published_results_and_not_a_number_more() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PUBLISHED);
    let results = bn_lab::results::reader::read(&folder).expect("a readable results folder");
    let table = bn_lab::report::conditions::table(&results);
    assert!(README.contains(&table), "the table should read\n{table}");
    let figures = bn_lab::plot::figures::of_run(&results);
    let charts = bn_lab::plot::figures::drawn(&results, &figures);
    let overview = charts.iter().find(|drawn| drawn.stem == "overview").expect("an overview");
    let style = bn_lab::plot::render::Style::of_file();
    let drawn = bn_lab::plot::render::svg(&overview.chart, &style).expect("it can be drawn");
    let committed = std::fs::read_to_string(folder.join("charts/overview.svg")).expect("a chart");
    assert!(drawn == committed, "the committed chart is not what this program draws");
}

/// Checks that the trials of a published folder are those of `experiment`, by the ids that they had when they were
/// trained: a program of another numbers version trains the same experiment under other ids.
fn assert_published(folder: &std::path::Path, experiment: &Experiment) {
    let results = bn_lab::results::reader::read(folder).expect("a readable results folder");
    let published: Vec<&str> = results.trials.iter().map(|t| t.id.as_str()).collect();
    let version = numbers::version(&Layout::new(folder), &published).expect("readable");
    assert!(version <= plan::NUMBERS_VERSION, "{}: version {version}", folder.display());
    let planned = plan::trials_of_version(experiment, version);
    let planned: Vec<&str> = planned.iter().map(|trial| trial.id.as_str()).collect();
    assert_eq!(published, planned, "{}: publish it again", folder.display());
}

#[test]
fn the_published_trials_are_those_of_their_experiment() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PUBLISHED);
    let loaded = config::load(&folder.join("experiment.toml"), &[]).expect("valid");
    assert_published(&folder, &loaded.experiment);
}

#[test]
fn the_published_claims_match_their_present_experiments() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(root.join("configs/claims")).expect("a folder");
    let mut judged = 0;
    for file in files {
        let file = file.expect("an experiment").path();
        let asked = config::load(&file, &[]).expect("valid").experiment;
        let folder = root.join("results/claims").join(&asked.name);
        let kept = config::load(&folder.join("experiment.toml"), &[]).expect("valid");
        assert_eq!(asked.claim, kept.experiment.claim, "{}", asked.name);
        assert_published(&folder, &asked);
        judged += 1;
    }
    assert_eq!(judged, 14);
}

#[test]
fn the_numbers_that_the_readme_quotes_are_those_of_the_results() {
    let lab = Lab::with(SMALL);
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let checked = lab.bn_lab(&["report", "--splice", readme, "--check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert!(README.contains("<!-- bn-lab: claims results/claims -->"));
}

#[test]
fn the_table_of_speed_is_the_measured_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/results.md");
    let measured = std::fs::read_to_string(path).expect("the comparison");
    let (_, table) = measured.split_once("\n\n").expect("a title");
    let shown = SPEED.split("<!-- speed -->").nth(1);
    let shown = shown.and_then(|rest| rest.split("<!-- end of speed -->").next());
    let shown = shown.expect("the lines around the table");
    assert_eq!(
        shown.trim(),
        table.trim(),
        "`python3 benches/peers/splice.py {path} docs/speed.md`"
    );
}

#[test]
fn the_seconds_of_the_whole_experiment_are_the_measured_ones() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/headline.json");
    let text = std::fs::read_to_string(path).expect("the measurements");
    let measured: Vec<serde_json::Value> = serde_json::from_str(&text).expect("valid JSON");
    for (program, row) in
        [("bn-lab", "| bn-lab |"), ("jax", "| JAX, scan |"), ("keras", "| Keras, `fit` |")]
    {
        let seconds = |set: &str| {
            let found =
                measured.iter().find(|m| m["program"] == program && m["instruction_set"] == set);
            found.map_or("–".to_owned(), |found| {
                format!("{:.1} s", found["wall_seconds"].as_f64().expect("a number"))
            })
        };
        let row = format!("{row} {} | {} |", seconds("avx2"), seconds("avx512"));
        assert!(SPEED.contains(&row), "{row}");
    }
}

/// The header of a CSV text.
fn columns(csv: &str) -> Vec<&str> {
    csv.lines().next().expect("a header").split(',').collect()
}

#[test]
fn every_column_of_every_file_is_explained() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet", "-o", "sweep.train.batch_size=[16, 32]"]);
    let trials = lab.text("results/small/trials.csv");
    let id = trials.lines().nth(1).expect("a trial").split(',').next().expect("an id").to_owned();
    let trial = |name: &str| lab.text(&format!("results/small/trials/{id}/{name}"));
    let (epochs, steps, timings) = (trial("epochs.csv"), trial("steps.csv"), trial("timings.csv"));
    let summary = lab.text("results/small/summary.csv");
    for column in [&trials, &epochs, &steps, &timings].iter().flat_map(|csv| columns(csv)) {
        let is_axis = column.contains('.');
        assert!(is_axis || RESULTS.contains(&format!("`{column}`")), "`{column}` is not explained");
    }
    for (end, _) in bn_lab::results::format::schema::STATISTICS {
        assert!(RESULTS.contains(&format!("_{end}`")), "`_{end}` is not explained");
    }
    let comparisons = lab.text("results/small/comparisons.csv");
    let compared = lab.bn_lab(&["compare", "results/small", "--format", "csv"]);
    assert!(comparisons == compared.stdout, "{comparisons}");
    for column in columns(&summary) {
        let metric = bn_lab::results::format::schema::STATISTICS
            .iter()
            .find_map(|(end, _)| column.strip_suffix(end)?.strip_suffix('_'));
        let name = metric.unwrap_or(column);
        assert!(
            name.contains('.') || RESULTS.contains(&format!("`{name}`")),
            "`{column}` is not explained"
        );
    }
}

#[test]
fn every_metric_and_every_column_of_a_comparison_is_explained() {
    use bn_lab::results::format::schema::{CLAIM_COLUMNS, COMPARISON_COLUMNS, DESCRIPTION_COLUMNS};
    let metrics = bn_lab::compare::metric::METRICS.map(|metric| metric.name);
    assert_eq!(metrics, bn_lab::config::spec::METRICS, "a claim may name every metric");
    for name in
        metrics.iter().chain(&COMPARISON_COLUMNS).chain(&DESCRIPTION_COLUMNS).chain(&CLAIM_COLUMNS)
    {
        assert!(RESULTS.contains(&format!("`{name}`")), "`{name}` is not explained");
    }
}

#[test]
fn every_quantity_that_a_probe_reads_is_explained() {
    let lab = Lab::with(SMALL);
    lab.run(&[
        "--quiet",
        "-o",
        "probe={every = 5, landscape = true, covariate_shift = true}",
        "-o",
        "checkpoint.initial=true",
        "-o",
        "sweep.model.activation=[\"relu\", \"tanh\"]",
    ]);
    let trials = lab.text("results/small/trials.csv");
    let mut quantities = BTreeSet::new();
    for trial in trials.lines().skip(1) {
        let folder = format!("results/small/trials/{}", &trial[..16]);
        let layers = lab.text(&format!("{folder}/layers.csv"));
        assert_eq!(layers.lines().next(), Some("trial,step,layer,quantity,value"));
        let rows = layers.lines().skip(1);
        quantities.extend(rows.filter_map(|row| row.split(',').nth(3)).map(str::to_owned));
        for column in columns(&lab.text(&format!("{folder}/order.csv"))) {
            assert!(RESULTS.contains(&format!("`{column}`")), "`{column}`");
        }
    }
    assert!(quantities.len() > 40, "{quantities:?}");
    for quantity in quantities {
        // A family is documented by its first or its last member.
        let stem = quantity.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let is_explained =
            ["", "2", "98", "1"].iter().any(|end| RESULTS.contains(&format!("`{stem}{end}`")));
        assert!(is_explained, "`{quantity}` is not explained");
    }
}

#[test]
fn every_field_of_every_json_file_is_explained() {
    let lab = Lab::with(SMALL);
    lab.run(&["--quiet"]);
    let id = lab.text("results/small/trials.csv").lines().nth(1).expect("a trial")[..16].to_owned();
    for file in ["manifest.json".to_owned(), format!("trials/{id}/trial.json")] {
        let text = lab.text(&format!("results/small/{file}"));
        let value: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
        let mut fields = value.as_object().expect("an object").clone();
        if let Some(run) = value["runs"].get(0) {
            fields.extend(run.as_object().expect("an object").clone());
        }
        for field in fields.keys() {
            assert!(RESULTS.contains(&format!("`{field}`")), "{file}: `{field}` is not explained");
        }
    }
}

#[test]
fn every_exit_code_is_explained() {
    for code in ["0", "1", "2", "3", "4", "5", "6", "130"] {
        assert!(OUTPUT.contains(&format!("| {code} |")), "exit code {code} is not explained");
    }
}

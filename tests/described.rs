//! The description of the data: printed before training, in the plan, below the table and in the report.

use crate::harness::Lab;

/// Two placements on a user's own table, whose rows are sorted by class.
const TABLE: &str = r#"
name = "small"
[data]
dataset = "csv"
file = "rows.csv"
test_share = 0.25
[model]
hidden = [4]
[train]
epochs = 1
[sweep]
norm.placement = ["none", "before"]
"#;

/// `count` rows of a class.
fn rows(class: &str, first: usize, count: usize) -> String {
    let row = |i: usize| format!("{}.5,{},{class}\n", i * i % 89, ["x", "y"][i % 2]);
    (first..first + count).map(row).collect()
}

#[test]
fn one_line_describes_the_data_in_every_output() {
    let lab = Lab::with(TABLE);
    let table = format!("size,kind,class\n{}{}", rows("no", 0, 76), rows("yes", 76, 4));
    lab.write("rows.csv", table.as_bytes());
    let line = "2 classes (no 57, yes 3 in training; no 19, yes 1 in test); always answering \"no\" scores 95.0 %";
    let plan = lab.bn_lab(&["plan", "experiment.toml"]).stdout;
    for said in [
        line,
        "size    input\n",
        "kind    category with 2 values\n",
        "class   label with 2 classes\n",
        "`test_balanced_accuracy`",
    ] {
        assert!(plan.contains(said), "{said}: {plan}");
    }
    let ran = lab.run(&[]);
    assert!(ran.stderr.contains(line), "{}", ran.stderr);
    let (_, below) = ran.stdout.split_once("test accuracy %").expect("a table");
    assert!(below.contains(line), "{}", ran.stdout);
    let manifest: serde_json::Value =
        serde_json::from_str(&lab.text("results/small/manifest.json")).expect("JSON");
    let data = manifest["data"].as_object().expect("descriptions");
    let described = data.values().next().expect("one");
    assert_eq!(described["classes"][1]["train"], 3, "{described}");
    assert_eq!(described["columns"][1]["role"], "category", "{described}");
    let epochs = lab.bn_lab(&["compare", "results/small", "--metric", "test_balanced_accuracy"]);
    assert_eq!(epochs.code, Some(0), "{}", epochs.stderr);
    let report = lab.bn_lab(&["report", "results/small", "--format", "md"]);
    assert_eq!(report.code, Some(0), "{}", report.stderr);
    let report = lab.text("results/small/report.md");
    for said in ["always answering", "| kind | category with 2 values |"] {
        assert!(report.contains(said), "{said}: {report}");
    }
}

#[test]
fn published_sets_are_described_by_their_published_counts_and_nothing_is_loaded_for_a_plan() {
    let lab = Lab::with("data.dataset = \"mnist\"\ntrain.batch_size = 1\n");
    let plan = lab.bn_lab(&["plan", "experiment.toml"]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert!(
        plan.stdout.ends_with("data     10 classes, 5421 to 6742 training and 892 to 1135 test examples each; always answering \"1\" scores 11.4 %\n"),
        "{}",
        plan.stdout
    );
    let said = "note: `train.batch_size = 1` leaves batch normalisation of a fully connected layer one value";
    assert!(plan.stderr.contains(said), "{}", plan.stderr);
}

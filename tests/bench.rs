//! `bn-lab bench`: its table, its numbers as JSON, and arguments that are refused.

use serde_json::Value;

use crate::harness::{Lab, Ran};

/// One small case, measured as briefly as possible.
const SMALL: [&str; 9] = [
    "bench",
    "--networks",
    "perceptron",
    "--placements",
    "before",
    "--batch-sizes",
    "8",
    "--seconds",
    "0.05",
];

fn measured(lab: &Lab, further: &[&str]) -> (Ran, Value) {
    let ran = lab.bn_lab(&[&SMALL[..], &["--json", "bench.json"], further].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let json = serde_json::from_str(&lab.text("bench.json")).expect("valid JSON");
    (ran, json)
}

#[test]
fn a_case_has_a_row_and_positive_numbers() {
    let lab = Lab::new();
    let (ran, json) = measured(&lab, &["--placements", "none"]);
    assert!(ran.stdout.starts_with("bn-lab "), "{}", ran.stdout);
    for placement in ["none", "before"] {
        let is_row = |line: &str| line.starts_with(&format!("perceptron  {placement} "));
        assert_eq!(ran.stdout.lines().filter(|line| is_row(line)).count(), 1, "{}", ran.stdout);
    }
    assert!(ran.stderr.contains("measuring perceptron, batch size 8: none, before"));
    assert!(ran.stderr.contains("random"), "{}", ran.stderr);
    assert_eq!(json["program"]["kernels"], "fused");
    assert!(json["machine"]["processor"].is_string());
    let measurements = json["measurements"].as_array().expect("a list");
    let placements: Vec<&Value> = measurements.iter().map(|case| &case["placement"]).collect();
    assert_eq!(placements, ["none", "before"]);
    for case in measurements {
        assert_eq!((&case["network"], &case["batch_size"]), (&"perceptron".into(), &8.into()));
        assert_eq!(case["data"], "random");
        for field in [
            "microseconds_per_step",
            "minimum_microseconds",
            "rows_microseconds",
            "forward_microseconds",
            "backward_microseconds",
            "update_microseconds",
            "evaluation_microseconds_per_example",
            "run_microseconds_per_step",
            "floor_microseconds",
            "floor_ratio",
            "arithmetic_limit_microseconds",
            "arithmetic_limit_ratio",
            "peak_gigaflops",
        ] {
            assert!(case[field].as_f64().is_some_and(|x| x > 0.0), "{field}: {case}");
        }
        assert!(case["logging_microseconds"].is_f64(), "{case}");
    }
    assert_eq!(lab.listing(""), ["bench.json"], "nothing else is left");
}

#[test]
fn composed_kernels_and_narrow_vectors_are_named() {
    let lab = Lab::new();
    let (ran, json) = measured(&lab, &["--kernels", "composed", "--instruction-set", "avx2"]);
    assert_eq!(json["program"]["kernels"], "composed");
    assert_ne!(json["machine"]["instruction_set"], "AVX-512");
    assert!(json["measurements"][0]["logging_microseconds"].is_f64());
    assert!(ran.stdout.contains("composed kernels"), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let lab = Lab::new();
    let refused = |words: &[&str], code: i32, says: &[&str]| {
        let ran = lab.bn_lab(&[&["bench"], words].concat());
        ran.refused(code, says);
        assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    };
    refused(&["--networks", "vgg19"], 2, &["vgg19", "resnet-20"]);
    refused(&["--placements", "none,between"], 2, &["between", "before"]);
    refused(&["--batch-sizes", "32,1"], 2, &["1 is not in 2", "--batch-sizes"]);
    refused(&["--batch-sizes", "many"], 2, &["many"]);
    refused(&["--seconds", "0"], 2, &["`0` is not above 0"]);
    refused(&["--seconds=-1"], 2, &["`-1` is not above 0"]);
    refused(&["--seconds", "NaN"], 2, &["`NaN` is not above 0"]);
    refused(&["--kernels", "fast"], 2, &["fast", "composed"]);
    refused(&["--instruction-set", "sse"], 2, &["sse", "avx2"]);
    refused(&["--json", "missing/bench.json"], 1, &["missing/bench.json"]);
    refused(&["--json", "."], 1, &["directory"]);
}

#[test]
fn the_environment_limits_the_vectors_of_every_command() {
    let lab = Lab::new();
    let ran = |set: &str, words: &[&str]| {
        let output = lab.command(words).env("BN_LAB_INSTRUCTION_SET", set).output();
        Ran::from(output.expect("the program starts"))
    };
    for words in [&["run", "experiment.toml"][..], &SMALL] {
        ran("sse", words).refused(2, &["`BN_LAB_INSTRUCTION_SET=sse`", "`avx2`"]);
    }
    let narrow = ran("avx2", &SMALL);
    assert_eq!(narrow.code, Some(0), "{}", narrow.stderr);
    assert!(!narrow.stdout.contains("AVX-512"), "{}", narrow.stdout);
    assert_eq!(ran("", &["data", "list"]).code, Some(0));
}

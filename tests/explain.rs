//! `bn-lab explain`: one unit and one batch, compared with `PyTorch` and Keras, and invalid arguments.

use serde_json::Value;

use crate::harness::{Lab, Ran};

const VALUES: &str = "--values=-1,2.1,0.4,-0.5,2.1";

fn explain(arguments: &[&str]) -> Ran {
    let all: Vec<&str> = ["explain"].iter().chain(arguments).copied().collect();
    Lab::new().bn_lab(&all)
}

fn walk(arguments: &[&str]) -> Value {
    let ran = explain(&[arguments, &["--format", "json"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("valid JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().cloned();
    let list = list.unwrap_or_else(|| vec![value.clone()]);
    list.iter().map(|number| number.as_f64().expect("a number")).collect()
}

/// The reference has nine digits.
fn assert_agrees(what: &str, found: &Value, expected: &Value) {
    let (found, expected) = (numbers(found), numbers(expected));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (f, e) in found.iter().zip(&expected) {
        assert!((f - e).abs() <= 1e-8 * e.abs().max(1.0), "{what}: {found:?} ≠ {expected:?}");
    }
}

#[test]
fn every_number_is_pytorchs_and_keras() {
    let text = include_str!("reference/explain.json");
    let reference: Value = serde_json::from_str(text).expect("a valid reference file");
    let list = |key: &str| {
        let numbers = numbers(&reference[key]);
        let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        texts.join(",")
    };
    let (values, gradient) = (list("values"), list("gradient"));
    let cases = reference["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let word = |key: &str| case[key].as_str();
        let preset = word("preset").expect("a preset");
        let mut arguments = vec!["--values", &values, "--gradient", &gradient];
        arguments.extend(["--gamma", "1.5", "--beta", "0.2", "--preset", preset]);
        let placement = word("placement").expect("a placement");
        if let Some(activation) = word("activation") {
            arguments.extend(["--activation", activation, "--placement", placement]);
        }
        let walk = walk(&arguments);
        let is_activated_last = word("activation").is_some() && placement == "before";
        let out = if is_activated_last { "activation" } else { "y" };
        for (found, expected) in [
            (&walk["training"][out], "out"),
            (&walk["gradients"]["x"], "grad_x"),
            (&walk["gradients"]["gamma"], "grad_gamma"),
            (&walk["gradients"]["beta"], "grad_beta"),
            (&walk["running"]["mean"], "running_mean"),
            (&walk["running"]["variance"], "running_var"),
            (&walk["evaluation"][out], "evaluated"),
        ] {
            let what = format!("{preset}, {out}, {placement}, {expected}");
            assert_agrees(&what, found, &case[expected]);
        }
    }
}

#[test]
fn values_may_begin_with_a_minus_with_or_without_an_equals_sign() {
    let joined = explain(&[VALUES]);
    assert_eq!(joined.code, Some(0), "{}", joined.stderr);
    let apart = explain(&["--values", "-1, 2.1, 0.4, -0.5, 2.1"]);
    assert_eq!(joined.stdout, apart.stdout, "{}", apart.stderr);
}

#[test]
fn every_activation_works_with_both_placements() {
    let help = explain(&["--help"]).stdout;
    for activation in
        ["relu", "leaky_relu", "elu", "selu", "gelu", "swish", "softplus", "sigmoid", "tanh"]
    {
        assert!(help.contains(activation), "{help}");
        for placement in ["before", "after"] {
            let walk = walk(&[VALUES, "--activation", activation, "--placement", placement]);
            assert_eq!(walk["unit"]["activation"], activation);
            assert_eq!(walk["unit"]["placement"], placement);
            assert_eq!(numbers(&walk["training"]["activation"]).len(), 5);
        }
    }
}

#[test]
fn what_is_no_number_is_named() {
    explain(&["--values=1,2x,3"]).refused(2, &["`2x` is not a number", "--values"]);
    explain(&["--values=1,nan"]).refused(2, &["`nan` is not a finite number"]);
    explain(&["--values=1,-inf"]).refused(2, &["`-inf` is not a finite number"]);
    explain(&["--values=1e999"]).refused(2, &["`1e999` is not a finite number"]);
    explain(&["--values=1,,2"]).refused(2, &["missing between the commas"]);
    explain(&[VALUES, "--gradient=1,?"]).refused(2, &["`?` is not a number", "--gradient"]);
    explain(&[]).refused(2, &["--values"]);
}

#[test]
fn what_no_layer_can_do_is_refused() {
    explain(&[VALUES, "--epsilon=0"]).refused(2, &["`0` is not above 0", "--epsilon"]);
    explain(&[VALUES, "--decay=1"]).refused(2, &["decay < 1"]);
    explain(&[VALUES, "--running-variance=-1"]).refused(2, &["`-1` is below 0"]);
    explain(&[VALUES, "--gradient=1,2"]).refused(2, &["2 numbers for 5 values", "hint:"]);
    explain(&["--values=1e200,2"]).refused(2, &["too large", "hint:"]);
    let many = vec!["1"; 33].join(",");
    explain(&["--values", &many]).refused(2, &["33 values", "32"]);
    explain(&[VALUES, "--placement=after"]).refused(2, &["--activation"]);
}

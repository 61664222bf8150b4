//! γ and β: initial values, regularisation and constraints, against Keras's.

use serde::Deserialize;

use super::*;
use crate::config::spec::Constraint;

#[derive(Deserialize)]
struct Reference {
    regularisers: Vec<Regulariser>,
    constraints: Vec<Constrained>,
}

#[derive(Deserialize)]
struct Regulariser {
    vector: Vec<f64>,
    l1: f64,
    l2: f64,
    loss: f64,
    gradient: Vec<f64>,
}

#[derive(Deserialize)]
struct Constrained {
    name: String,
    limit: Option<f64>,
    before: Vec<f64>,
    after: Vec<f64>,
}

fn reference() -> Reference {
    let text = include_str!("../../../../tests/reference/norm_options_keras.json");
    serde_json::from_str(text).expect("a valid reference file")
}

#[test]
fn a_layer_starts_with_the_initial_values_that_it_is_given() {
    let settings = NormSettings {
        gamma: Some(NormParameter::starting_at(0.5)),
        beta: Some(NormParameter::starting_at(-2.0)),
        ..batch_norm(1e-3)
    };
    let device = tensor(&[0.0], [1], false).device();
    let layer = NormLayer::new("norms.0", 3, settings, &device);
    let value = |p: Option<&Param<Tensor<1>>>| numbers(&p.expect("present").val());
    assert_eq!(value(layer.gamma()), [0.5; 3]);
    assert_eq!(value(layer.beta()), [-2.0; 3]);
    let bare = NormSettings { gamma: None, beta: None, ..settings };
    let layer = NormLayer::new("norms.0", 3, bare, &device);
    assert!(layer.gamma().is_none() && layer.beta().is_none());
    assert_eq!(layer.num_params(), 0);
}

#[test]
fn regularisation_and_its_gradient_equal_keras() {
    for case in reference().regularisers {
        let parameter =
            NormParameter { l1: case.l1, l2: case.l2, ..NormParameter::starting_at(0.0) };
        let free = NormParameter::starting_at(0.0);
        let zeros = vec![0.0; case.vector.len()];
        for on_gamma in [true, false] {
            let (gamma, beta) = if on_gamma { (parameter, free) } else { (free, parameter) };
            let settings =
                NormSettings { gamma: Some(gamma), beta: Some(beta), ..batch_norm(1e-3) };
            let layer = if on_gamma {
                layer(settings, &case.vector, &zeros, false)
            } else {
                layer(settings, &zeros, &case.vector, false)
            };
            let term = layer.regularisation().expect("a term");
            assert_close("loss", &numbers(&term), &[case.loss], 1e-6);
            let regularised = if on_gamma { layer.gamma() } else { layer.beta() };
            let gradient =
                regularised.expect("present").val().grad(&term.backward()).expect("tracked");
            assert_close("gradient", &numbers(&gradient), &case.gradient, 1e-6);
        }
    }
    let free = layer(batch_norm(1e-3), &[1.0], &[1.0], false);
    assert!(free.regularisation().is_none());
}

#[test]
fn constraints_equal_keras_and_leave_a_parameter_trainable() {
    let cases = reference().constraints;
    assert_eq!(cases.len(), 20);
    for case in cases {
        let constraint = match (case.name.as_str(), case.limit) {
            ("non_negative", _) => Constraint::NonNegative,
            ("max_norm", Some(limit)) => Constraint::MaxNorm { limit },
            ("unit_norm", _) => Constraint::UnitNorm,
            other => panic!("unknown constraint {other:?}"),
        };
        let held = NormParameter { constraint, ..NormParameter::starting_at(0.0) };
        let settings = NormSettings { beta: Some(held), ..batch_norm(1e-3) };
        let mut layer = layer(settings, &case.before, &case.before, false);
        let id = layer.beta().expect("present").id;
        layer.constrain();
        let beta = layer.beta().expect("present");
        assert_close(&case.name, &numbers(&beta.val()), &case.after, 1e-6);
        assert_eq!(beta.id, id, "the optimiser's state is found by it");
        assert!(beta.val().is_require_grad());
        let gamma = layer.gamma().expect("present").val();
        assert_eq!(numbers(&gamma), case.before, "γ is free");
    }
}

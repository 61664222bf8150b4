//! The state that a layer keeps, and when it changes.

use super::*;

const ROWS: [f64; 6] = [1.0, -1.0, 3.0, 0.5, 5.0, 0.0];

fn state(layer: &NormLayer) -> Option<[Vec<f64>; 2]> {
    let (mean, variance) = layer.running()?;
    Some([numbers(&mean), numbers(&variance)])
}

fn every_method() -> Vec<NormSettings> {
    let renorm = NormKind::Renorm(renorm(3.0, 5.0));
    let kinds = [renorm, NormKind::Layer, NormKind::Group { groups: 1 }];
    let mut all = vec![batch_norm(1e-3), ghost_norm(2)];
    all.extend(kinds.map(with_method));
    all
}

#[test]
fn no_pass_changes_a_layer_only_an_observed_training_batch_does() {
    for settings in every_method() {
        let mut layer = layer(settings, &[1.0; 2], &[0.0; 2], false);
        let before = state(&layer);
        let mut batch = None;
        for statistics in [Statistics::Running, Statistics::Batch, Statistics::Training { step: 1 }]
        {
            (_, batch) = layer.forward(tensor(&ROWS, [3, 2], false), statistics);
            assert_eq!(state(&layer), before, "{settings:?}");
        }
        if let Some(batch) = batch {
            layer.observe(batch);
        }
        assert_eq!(state(&layer) != before, before.is_some(), "{settings:?}");
    }
}

#[test]
fn a_layer_that_keeps_nothing_evaluates_with_the_batch_until_it_is_given_statistics() {
    let mut layer = layer(ghost_norm(2), &[1.0; 2], &[0.0; 2], false);
    let forward = |layer: &NormLayer, statistics| {
        let (y, observed) = layer.forward(tensor(&ROWS, [3, 2], false), statistics);
        (numbers(&y), observed.is_some())
    };
    assert_eq!(
        forward(&layer, Statistics::Running),
        forward(&layer, Statistics::Batch),
        "as one batch, without sub-batches"
    );
    let vector = |values: [f64; 2]| tensor(&values, [2], false).without_autodiff();
    layer.set_running(vector([1.0, 0.0]), vector([0.249, 0.999]));
    let (y, observed) = forward(&layer, Statistics::Running);
    assert_close("y", &y, &[0.0, -1.0, 4.0, 0.5, 8.0, 0.0], 1e-6);
    assert!(!observed);
    let (_, batch) = layer.forward(tensor(&ROWS, [3, 2], false), Statistics::Batch);
    layer.observe(batch.expect("the batch's own"));
    assert_eq!(state(&layer).expect("given")[0], [1.0, 0.0], "still untracked");
}

#[test]
fn methods_of_one_example_keep_nothing_and_take_nothing() {
    let mut layer = layer(with_method(NormKind::Layer), &[1.0; 2], &[0.0; 2], false);
    let one = tensor(&[1.0, 1.0], [2], false);
    layer.set_running(one.clone(), one);
    assert!(layer.running().is_none());
}

#[test]
fn batch_renormalisation_begins_as_an_evaluation_with_its_initial_statistics() {
    let settings = with_method(NormKind::Renorm(Renorm {
        initial_mean: 2.0,
        initial_variance: 4.0,
        ..renorm(3.0, 5.0)
    }));
    let layer = layer(settings, &[1.0; 2], &[0.0; 2], false);
    let (y, _) = layer.forward(tensor(&[2.0, 4.0], [1, 2], false), Statistics::Running);
    assert_close("y", &numbers(&y), &[0.0, 2.0 / 4.001_f64.sqrt()], 1e-6);
    let [mean, variance] = state(&layer).expect("kept");
    assert_eq!((mean, variance), (vec![2.0; 2], vec![4.0; 2]));
}

//! Every kind's gradients against central differences of its own output, in 64 bits.

use super::*;

const GAMMA: [f64; 6] = [1.5, -0.7, 0.4, 1.0, -1.2, 0.8];
const BETA: [f64; 6] = [0.1, 0.2, -0.3, 0.0, 0.5, -0.1];

/// `count` numbers between −1.5 and 1.5, without a pattern that a layer could have, too.
fn spread(count: usize, offset: f64) -> Vec<f64> {
    (0..count).map(|i| 1.5 * (12.9898 * (i as f64 + offset)).sin()).collect()
}

fn check<const D: usize>(what: &str, settings: NormSettings, shape: [usize; D]) {
    let count = shape.iter().product();
    let (x, upstream) = (spread(count, 0.5), spread(count, 100.0));
    let features = shape[1];
    let (gamma, beta) = (&GAMMA[..features], &BETA[..features]);
    let trained = train(
        &layer(settings, gamma, beta, true),
        tensor(&x, shape, true),
        tensor(&upstream, shape, true),
        1,
    );
    let arguments = [x, gamma.to_vec(), beta.to_vec()];
    let objective = |[x, gamma, beta]: &[Vec<f64>; 3]| -> f64 {
        let layer = layer(settings, gamma, beta, true);
        let (y, _) = layer.forward(tensor(x, shape, true), Statistics::Training { step: 1 });
        let y = numbers(&y);
        y.iter().zip(&upstream).map(|(y, u)| y * u).sum()
    };
    let found = [Some(trained.grad_x), trained.grad_gamma, trained.grad_beta];
    for (which, found) in found.into_iter().enumerate() {
        let Some(found) = found else { continue };
        let difference = |i: usize| {
            let at = |h: f64| {
                let mut moved = arguments.clone();
                moved[which][i] += h;
                objective(&moved)
            };
            (at(1e-5) - at(-1e-5)) / 2e-5
        };
        let expected: Vec<f64> = (0..found.len()).map(difference).collect();
        let name = ["x", "gamma", "beta"][which];
        assert_close(&format!("{what}, {name}"), &found, &expected, 1e-7);
    }
}

#[test]
fn batch_normalisation_has_the_gradients_of_its_differences() {
    check("rows", batch_norm(1e-3), [5, 3]);
    check("two rows", batch_norm(1e-3), [2, 3]);
    check("maps", batch_norm(1e-3), [2, 3, 3, 1]);
    check("sequences", batch_norm(1e-3), [3, 2, 5]);
    let bare = NormSettings { gamma: None, beta: None, ..batch_norm(1e-3) };
    check("without γ and β", bare, [4, 3]);
}

#[test]
fn ghost_batches_have_the_gradients_of_their_differences() {
    check("rows", ghost_norm(3), [8, 2]);
    check("a joined rest", ghost_norm(3), [7, 2]);
    check("maps", ghost_norm(2), [3, 2, 1, 3]);
}

#[test]
fn methods_of_one_example_have_the_gradients_of_their_differences() {
    for batch in [1, 3] {
        check("layer", with_method(NormKind::Layer), [batch, 5]);
        check("layer, maps", with_method(NormKind::Layer), [batch, 3, 1, 3]);
        let groups = with_method(NormKind::Group { groups: 2 });
        check("group", groups, [batch, 6]);
        check("group, maps", groups, [batch, 4, 3, 1]);
        check("instance", with_method(NormKind::Instance), [batch, 3, 1, 3]);
    }
}

#[test]
fn renormalisation_has_the_gradients_of_its_differences_where_its_limits_bind() {
    // There r and d do not depend on x, so that the differences treat them as constants as the
    // gradient does. The case without that is among the references.
    let bound = with_method(NormKind::Renorm(Renorm {
        initial_mean: 40.0,
        initial_variance: 25.0,
        ..renorm(1.5, 0.5)
    }));
    check("rows", bound, [5, 3]);
    check("maps", bound, [2, 2, 1, 3]);
}

//! `[norm]`: presets, defaults that depend on each other, and combinations that are refused.

use super::{glyphs, load, problems};
use crate::config::spec::{
    Averages, Averaging, BatchNorm, Constraint, Evaluation, Norm, NormKind, NormLayers,
    NormSettings, RunningVariance,
};

fn norm(text: &str) -> Norm {
    let experiment = load(&glyphs(&format!("[norm]\n{text}"))).experiment;
    experiment.conditions[0].settings.norm.clone()
}

fn layer(text: &str) -> NormSettings {
    norm(text).layer.expect("normalised")
}

fn batch(text: &str) -> BatchNorm {
    match layer(text).kind {
        NormKind::Batch(batch) => batch,
        other => panic!("{}", other.name()),
    }
}

#[test]
fn presets_are_the_defaults_of_their_frameworks() {
    for (preset, decay, epsilon, variance) in [
        ("keras", 0.99, 1e-3, RunningVariance::Biased),
        ("pytorch", 0.9, 1e-5, RunningVariance::Unbiased),
        ("paper", 0.99, 1e-5, RunningVariance::Unbiased),
    ] {
        let norm = norm(&format!("preset = '{preset}'"));
        let expected = NormSettings::batch(decay, epsilon, variance);
        assert_eq!(norm.layer, Some(expected), "{preset}");
        let precise = Evaluation::Precise { examples: 10_000 };
        let evaluation = [Evaluation::Running, precise][usize::from(preset == "paper")];
        assert_eq!(norm.evaluation, evaluation, "{preset}");
    }
}

#[test]
fn affine_sets_the_defaults_of_scale_and_center() {
    for (text, scales, shifts) in [
        ("", true, true),
        ("affine = false", false, false),
        ("scale = false", false, true),
        ("affine = false\nscale = true", true, false),
    ] {
        let layer = layer(text);
        let present = (layer.gamma.is_some(), layer.beta.is_some());
        assert_eq!(present, (scales, shifts), "{text}");
    }
}

#[test]
fn gamma_and_beta_have_their_own_start_weights_and_constraints() {
    let layer = layer(
        "gamma_init = 0\nbeta_l1 = 0.1\nbeta_l2 = 0.2\nbeta_constraint = 'max_norm'\nmax_norm = 3",
    );
    let (gamma, beta) = (layer.gamma.expect("γ"), layer.beta.expect("β"));
    assert_eq!((gamma.init, gamma.l1, gamma.l2), (0.0, 0.0, 0.0));
    assert_eq!(gamma.constraint, Constraint::None);
    assert_eq!((beta.init, beta.l1, beta.l2), (0.0, 0.1, 0.2));
    assert_eq!(beta.constraint, Constraint::MaxNorm { limit: 3.0 });
}

#[test]
fn running_averages_can_be_cumulative_start_elsewhere_or_be_absent() {
    let cumulative = batch("averaging = 'cumulative'\nmean_init = 1\nvariance_init = 2");
    let expected = Averages {
        averaging: Averaging::Cumulative,
        variance: RunningVariance::Biased,
        initial_mean: 1.0,
        initial_variance: 2.0,
    };
    assert_eq!(cumulative.averages, Some(expected));
    let untracked = norm("preset = 'paper'\ntrack_running_stats = false");
    assert_eq!(untracked.evaluation, Evaluation::Batch);
    let precise = norm("track_running_stats = false\nevaluation = 'precise'\nprecise_examples = 9");
    assert_eq!(precise.evaluation, Evaluation::Precise { examples: 9 });
}

#[test]
fn renormalisation_takes_the_usual_values_where_it_has_some() {
    let NormKind::Renorm(renorm) = layer("kind = 'renorm'\nr_max = 4\nd_max = 5").kind else {
        panic!("another kind");
    };
    assert_eq!((renorm.r_min, renorm.renorm_decay), (0.25, 0.99));
    let relaxed = (renorm.relax_from, renorm.r_relaxed_at, renorm.d_relaxed_at);
    assert_eq!(relaxed, (0, 0, 0));
}

#[test]
fn layers_are_named_or_counted_from_the_input() {
    let included = |text: &str, count: usize| -> Vec<usize> {
        let layers = norm(text).layers;
        (0..count).filter(|&i| layers.includes(i, count)).collect()
    };
    assert_eq!(included("", 3), [0, 1, 2]);
    assert_eq!(included("layers = 'first'", 3), [0]);
    assert_eq!(included("layers = 'last'", 3), [2]);
    assert_eq!(norm("layers = [1, 0]").layers, NormLayers::At(vec![0, 1]));
    assert_eq!(included("layers = [1]", 2), [1]);
}

#[test]
fn a_key_of_another_method_is_no_part_of_a_condition() {
    let keys = |text: &str| {
        let experiment = load(&glyphs(&format!("[norm]\n{text}"))).experiment;
        experiment.conditions[0].keys.clone()
    };
    for (text, absent) in [
        ("kind = 'layer'", "norm.decay"),
        ("kind = 'group'", "norm.evaluation"),
        ("kind = 'layer'\nvirtual_batch_size = 8", "norm.virtual_batch_size"),
        ("track_running_stats = false", "norm.decay"),
        ("averaging = 'cumulative'", "norm.decay"),
        ("scale = false", "norm.gamma_init"),
        ("affine = false", "norm.learning_rate_factor"),
        ("r_max = 3", "norm.r_max"),
        ("", "norm.precise_examples"),
    ] {
        assert!(!keys(text).contains_key(absent), "{text}");
    }
}

#[test]
fn impossible_combinations_are_refused_with_the_reason() {
    for (text, expected) in [
        (
            "track_running_stats = false\nevaluation = 'running'",
            "x.toml:4: `norm.evaluation = \"running\"`: with `norm.track_running_stats = false` no running averages are kept; evaluate with `\"batch\"` or `\"precise\"`",
        ),
        (
            "virtual_batch_size = 64",
            "x.toml:3: `norm.virtual_batch_size = 64`: is larger than a batch, `train.batch_size = 32`; take a divisor of it",
        ),
        (
            "virtual_batch_size = 12",
            "x.toml:3: `norm.virtual_batch_size = 12`: does not divide `train.batch_size = 32` into equal sub-batches; take a divisor of it",
        ),
        (
            "layers = [0, 2]",
            "x.toml:3: `norm.layers = [0, 2]`: there is no hidden layer 2; the network has 2 hidden layers, counted from 0",
        ),
        (
            "kind = 'renorm'\nd_max = 5",
            "x.toml:3: `norm.r_max`: is missing, and batch renormalisation has no usual value for it; Ioffe (2017) ends at `norm.r_max = 3` and `norm.d_max = 5`, opened slowly by `norm.relax_from = 5000`, `norm.r_relaxed_at = 40000` and `norm.d_relaxed_at = 25000`",
        ),
        (
            "kind = 'renorm'\nr_max = 3\nd_max = 5\nrelax_from = 9\nr_relaxed_at = 9",
            "x.toml:3: `norm.d_relaxed_at = 0`: comes before `norm.relax_from = 9`, where relaxing begins",
        ),
        (
            "kind = 'instance'",
            "x.toml:3: `norm.kind = \"instance\"`: instance normalisation averages over the positions of a feature map, and hidden layer 0 has none; `\"layer\"` normalises over its features",
        ),
        (
            "kind = 'group'\ngroups = 3",
            "x.toml:4: `norm.groups = 3`: does not divide the 128 features of hidden layer 0 into equal groups; `1`, `2`, `4`, `8`, `16`, `32`, `64` would",
        ),
        (
            "kind = 'group'\ngroups = 64\nlayers = 'last'",
            "x.toml:4: `norm.groups = 64`: normalises each of the 64 values of hidden layer 1 by itself: the mean is the value, and only β would come out",
        ),
        (
            "kind = 'group'\non_input = true",
            "x.toml:3: `norm.groups = 32`: does not divide the 784 features of the input into equal groups; `1`, `2`, `4`, `7`, `8`, `14`, `16`, `28`, `49`, `56`, `98`, `112`, `196`, `392` would",
        ),
    ] {
        assert_eq!(problems(&glyphs(&format!("[norm]\n{text}"))), expected);
    }
    let table =
        "data = { dataset = 'csv', file = 'a.csv' }\nnorm = { kind = 'group', on_input = true }";
    let found = problems(table);
    assert!(
        found.starts_with("x.toml:2: `norm.on_input = true`: how many inputs a table has"),
        "{found}"
    );
    let residual = "data.dataset = 'glyphs'\nmodel.kind = 'resnet'\nnorm.kind = 'instance'";
    load(residual);
    let allowed = "kind = 'group'\ngroups = 64\nlayers = 'first'";
    assert_eq!(layer(allowed).kind, NormKind::Group { groups: 64 });
}

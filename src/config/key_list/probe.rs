//! `[probe]`

use super::{Key, count};
use crate::config::rule::Rule;

const PROBED: &str = "with `probe.every`";

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "probe.evaluations",
        rule: Rule::Flag,
        default: "`false`",
        applies: "",
        meaning: "Whether `epochs.csv` gives the test score under running, precise and batch statistics side by side. Costs two more evaluations an epoch, and a pass over 10,000 training examples (`norm.precise_examples`, if the evaluation is precise).",
    },
    Key {
        path: "probe.train_evaluation",
        rule: Rule::Flag,
        default: "`false`",
        applies: "",
        meaning: "Whether `epochs.csv` gives the score on training examples after each epoch, evaluated just as the test set is: without augmentation and dropout, and with weights that stand still, where `train_loss` is a mean over batches between which they change. Of the training examples (without validation) it takes the first (of a table: of a random order of its rows), at most as many as the test set has, and so costs one more such evaluation an epoch.",
    },
    Key {
        path: "probe.every",
        rule: count(1_000_000_000),
        default: "none: no probe",
        applies: "",
        meaning: "Look inside the network every so many steps, from the untrained network to the last (which no step follows, so only its activations and norms are told), and write `layers.csv`.",
    },
    Key {
        path: "probe.examples",
        rule: Rule::Whole { least: 2, most: 100_000 },
        default: "`300`",
        applies: PROBED,
        meaning: "Size of the fixed set on which activations are measured: the first validation examples (of the training examples where there is no validation).",
    },
    Key {
        path: "probe.activations",
        rule: Rule::Flag,
        default: "`true`",
        applies: PROBED,
        meaning: "Mean, standard deviation and percentiles of what goes into and comes out of each nonlinearity, and the shares of dead and saturated units. Costs one forward pass, and the memory of all these values at once.",
    },
    Key {
        path: "probe.unit",
        rule: Rule::Whole { least: 0, most: 1_000_000 },
        default: "`0`",
        applies: "with `probe.activations`",
        meaning: "The unit of the last hidden layer whose percentiles are told on their own, as in figure 1 of Ioffe & Szegedy (2015).",
    },
    Key {
        path: "probe.gradients",
        rule: Rule::Flag,
        default: "`true`",
        applies: PROBED,
        meaning: "Norms of each layer's weight gradient, of the gradient that flows back to it, and of its update relative to its weights. Costs one step.",
    },
    Key {
        path: "probe.norms",
        rule: Rule::Flag,
        default: "`true`",
        applies: PROBED,
        meaning: "γ and β of each norm layer, and how far its running statistics are from precise ones. Costs a forward pass over 10,000 training examples (`norm.precise_examples`, if the evaluation is precise).",
    },
    Key {
        path: "probe.landscape",
        rule: Rule::Flag,
        default: "`false`",
        applies: PROBED,
        meaning: "Loss range, relative loss, gradient predictiveness and effective smoothness along the gradient (Santurkar et al. 2018, Bjorck et al. 2018). Costs a step for each of `probe.landscape_steps`.",
    },
    Key {
        path: "probe.landscape_steps",
        rule: Rule::Multiples,
        default: "`[0.5, 1.0, 2.0, 4.0]`",
        applies: "with `probe.landscape`",
        meaning: "How far along the gradient, in multiples of the step's learning rate.",
    },
    Key {
        path: "probe.covariate_shift",
        rule: Rule::Flag,
        default: "`false`",
        applies: PROBED,
        meaning: "Internal covariate shift of each layer: how the gradient of its weights changes when the layers below it are updated (Santurkar et al. 2018, definition 2.1). Costs a step for each layer.",
    },
];

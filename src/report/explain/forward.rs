//! The forward pass: in training, the update of the running averages, and in evaluation.

use super::lines::{Line, Section};
use super::numbers::exact;
use super::{ROUNDING, largest, norm_input, size_of_terms};
use crate::explain::{BatchTrace, Estimate, Place, Stages};

/// The forward pass with the batch's statistics.
pub(super) fn training(walk: &BatchTrace) -> Section {
    let z = norm_input(walk);
    let normalised = format!("= ({z} − μ) / σ̂");
    let stages = Pass { walk, stages: &walk.training, deviation: walk.batch.deviation };
    let (first, last) = stages.activated();
    let x = std::iter::once(Line::given("x", &walk.x));
    let before = x.chain(first).chain(statistics(walk));
    Section {
        title: "Forward in training, with the batch's own statistics".to_owned(),
        lines: before.chain(stages.normalised(normalised)).chain(last).collect(),
    }
}

/// The forward pass with the running averages.
pub(super) fn evaluation(walk: &BatchTrace) -> Section {
    let z = norm_input(walk);
    let normalised = format!("= ({z} − μᵣ) / √(σᵣ² + ε)");
    let stages = Pass {
        walk,
        stages: &walk.evaluation,
        deviation: (walk.running.variance + walk.unit.epsilon).sqrt(),
    };
    let (first, last) = stages.activated();
    Section {
        title: "Evaluation of the same values, with the running averages".to_owned(),
        lines: first.into_iter().chain(stages.normalised(normalised)).chain(last).collect(),
    }
}

fn statistics(walk: &BatchTrace) -> [Line; 3] {
    let batch = &walk.batch;
    let z = norm_input(walk);
    let rounding = ROUNDING * largest(walk.norm_input());
    let variance = format!("= Σ ({z} − μ)² / m");
    [
        Line::single("μ", format!("= Σ {z} / m"), batch.mean, rounding),
        Line::single("σ²", variance, batch.variance, rounding.powi(2))
            .remarked("biased: divided by m, not by m − 1".to_owned()),
        Line::single("σ̂", "= √(σ² + ε)", batch.deviation, 0.0),
    ]
}

/// A forward pass, and the deviation that it divides by.
struct Pass<'a> {
    walk: &'a BatchTrace,
    stages: &'a Stages,
    deviation: f64,
}

impl Pass<'_> {
    /// x̂ with its formula, and y.
    fn normalised(&self, formula: String) -> [Line; 2] {
        let rounding = ROUNDING * size_of_terms(self.walk, self.deviation);
        let of_y = rounding * self.walk.unit.gamma.abs();
        [
            Line::several("x̂", formula, &self.stages.x_hat, rounding),
            Line::several("y", "= γ x̂ + β", &self.stages.y, of_y),
        ]
    }

    /// The activation, before the normalisation or after it.
    fn activated(&self) -> (Option<Line>, Option<Line>) {
        let unit = &self.walk.unit;
        let named = unit.activation.as_ref().zip(self.stages.activation.as_ref());
        let line = |argument, rounding| {
            named.map(|(name, values)| {
                let formula = format!("= {}", activation(name, argument));
                Line::several("a", formula, values, rounding)
            })
        };
        match unit.placement {
            Place::After => (line("x", 0.0), None),
            Place::Before => {
                let rounding = ROUNDING * size_of_terms(self.walk, self.deviation);
                (None, line("y", rounding * unit.gamma.abs()))
            }
        }
    }
}

/// A nonlinearity as a formula; short ones are written out.
fn activation(name: &str, argument: &str) -> String {
    match name {
        "relu" => format!("max(0, {argument})"),
        "sigmoid" => format!("1 / (1 + exp(−{argument}))"),
        "softplus" => format!("ln(1 + exp({argument}))"),
        "swish" => format!("{argument} / (1 + exp(−{argument}))"),
        _ => format!("{name}({argument})"),
    }
}

/// The update of the running averages.
pub(super) fn running(walk: &BatchTrace) -> Section {
    let (unit, running) = (&walk.unit, &walk.running);
    let (old, new) = (exact(unit.decay), exact(1.0 - unit.decay));
    let (factor, whose) = match unit.running_variance {
        Estimate::Biased => ("", "biased, as in Keras"),
        Estimate::Unbiased if walk.x.len() == 1 => ("", "biased: m − 1 is 0"),
        Estimate::Unbiased => (" m/(m − 1)", "unbiased, as in PyTorch"),
    };
    let mean = format!("← {old} μᵣ + {new} μ");
    let variance = format!("← {old} σᵣ² + {new} σ²{factor}");
    let old_variance = exact(running.old_variance);
    Section {
        title: "Running averages after this batch".to_owned(),
        lines: vec![
            Line::single("μᵣ", mean, running.mean, 0.0)
                .remarked(format!("was {}", exact(running.old_mean))),
            Line::single("σᵣ²", variance, running.variance, 0.0)
                .remarked(format!("was {old_variance}; {whose}")),
        ],
    }
}

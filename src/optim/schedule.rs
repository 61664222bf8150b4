//! The learning rate of each step.

use std::f64::consts::PI;

use crate::config::spec::{Schedule, Train};

/// The learning rate of optimiser step `step` (from 1) of `total`: the base rate `η`, times the
/// warm-up, times the schedule.
///
/// ```text
/// warm-up over W steps   step / W up to step W, then 1
/// step                   factor^k after k milestones; the one at share s of the training lies
///                        behind step round(s · total)
/// cosine                 f + (1 − f) · (1 + cos(π t / (total − W))) / 2, t = step − 1 − W
/// ```
///
/// These are PyTorch's `LinearLR`, `MultiStepLR` and `CosineAnnealingLR` (Loshchilov & Hutter
/// 2017), counted in steps. The cosine begins after the warm-up at its maximum, and would reach the
/// final share `f` in the step after the last, so that the last step still has an effect.
pub fn learning_rate(train: &Train, step: usize, total: usize) -> f64 {
    let warmup = train.warmup_steps;
    let warmed = if step < warmup { step as f64 / warmup as f64 } else { 1.0 };
    train.learning_rate * warmed * decay(&train.schedule, step, warmup, total)
}

/// The schedule's factor on the base rate.
fn decay(schedule: &Schedule, step: usize, warmup: usize, total: usize) -> f64 {
    match schedule {
        Schedule::Constant => 1.0,
        Schedule::Step { milestones, factor } => {
            let passed = |share: &&f64| step as f64 > (*share * total as f64).round();
            let passed = milestones.iter().filter(passed).count();
            milestones.iter().take(passed).map(|_| factor).product()
        }
        Schedule::Cosine { final_share } => {
            if step <= warmup {
                return 1.0;
            }
            let passed = (step - 1 - warmup) as f64 / (total - warmup) as f64;
            final_share + (1.0 - final_share) * (1.0 + (PI * passed).cos()) / 2.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::spec::Optimizer;
    use crate::optim::tests;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Reference {
        learning_rate: f64,
        steps: usize,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        schedule: String,
        #[serde(default)]
        milestones: Vec<f64>,
        #[serde(default)]
        factor: f64,
        #[serde(default)]
        final_share: f64,
        warmup_steps: usize,
        learning_rates: Vec<f64>,
    }

    fn train(learning_rate: f64, case: &Case) -> Train {
        let Case { schedule, milestones, factor, final_share, warmup_steps, .. } = case;
        Train {
            learning_rate,
            schedule: tests::schedule(schedule, milestones, *factor, *final_share),
            warmup_steps: *warmup_steps,
            ..tests::train(Optimizer::Sgd, 0.0)
        }
    }

    #[test]
    fn every_step_has_the_learning_rate_that_pytorchs_schedulers_give_it() {
        let text = include_str!("../../tests/reference/schedule_torch.json");
        let reference: Reference = serde_json::from_str(text).expect("a valid reference file");
        assert_eq!(reference.cases.len(), 8);
        for case in &reference.cases {
            let train = train(reference.learning_rate, case);
            assert_eq!(case.learning_rates.len(), reference.steps);
            for (before, expected) in case.learning_rates.iter().enumerate() {
                let found = learning_rate(&train, before + 1, reference.steps);
                let error = (found - expected).abs() / expected;
                assert!(
                    error <= 1e-8,
                    "{} after {before} steps: {found} ≠ {expected}",
                    case.schedule
                );
            }
        }
    }

    #[test]
    fn a_training_shorter_than_its_warm_up_only_warms_up() {
        let case = Case {
            schedule: "cosine".to_owned(),
            milestones: Vec::new(),
            factor: 1.0,
            final_share: 0.0,
            warmup_steps: 10,
            learning_rates: Vec::new(),
        };
        let train = train(1.0, &case);
        let rates: Vec<f64> = (1..=4).map(|step| learning_rate(&train, step, 4)).collect();
        assert_eq!(rates, [0.1, 0.2, 0.3, 0.4]);
    }
}

//! `[train]`

use super::Reader;
use crate::config::spec::{LastBatch, Length, Optimizer, Order, Schedule, Train};

/// `[train]` of one condition, whose network decays so hard.
pub(super) fn train(reader: &mut Reader<'_>, weight_decay: f64) -> Train {
    let length = length(reader);
    let (optimizer, learning_rate) = optimizer(reader);
    Train {
        length,
        batch_size: reader.count("train.batch_size", 32),
        last_batch: match reader.text("train.last_batch", "keep").as_str() {
            "drop" => LastBatch::Drop,
            _ => LastBatch::Keep,
        },
        order: match reader.text("train.order", "reshuffled").as_str() {
            "fixed" => Order::Fixed,
            "class_sorted" => Order::ClassSorted,
            _ => Order::Reshuffled,
        },
        optimizer,
        learning_rate: reader.float("train.learning_rate", learning_rate),
        schedule: schedule(reader),
        warmup_steps: reader.count("train.warmup_steps", 0),
        weight_decay,
        clip_norm: reader.optional_float("train.clip_norm"),
        clip_value: reader.optional_float("train.clip_value"),
        divergence_factor: reader.float("train.divergence_factor", 1000.0),
    }
}

fn length(reader: &mut Reader<'_>) -> Length {
    match reader.optional_count("train.steps") {
        Some(steps) => Length::Steps(steps),
        None => Length::Epochs(reader.count("train.epochs", 10)),
    }
}

/// The update rule, and Keras's default learning rate for it.
fn optimizer(reader: &mut Reader<'_>) -> (Optimizer, f64) {
    match reader.text("train.optimizer", "adam").as_str() {
        "sgd" => (Optimizer::Sgd, 0.01),
        "momentum" => {
            let momentum = reader.float("train.momentum", 0.9);
            (Optimizer::Momentum { momentum }, 0.01)
        }
        "nesterov" => {
            let momentum = reader.float("train.momentum", 0.9);
            (Optimizer::Nesterov { momentum }, 0.01)
        }
        "rmsprop" => {
            let rho = reader.float("train.rho", 0.9);
            let epsilon = reader.float("train.optimizer_epsilon", 1e-7);
            (Optimizer::RmsProp { rho, epsilon }, 0.001)
        }
        adam => (adam_or_adamw(reader, adam), 0.001),
    }
}

fn adam_or_adamw(reader: &mut Reader<'_>, word: &str) -> Optimizer {
    let beta_1 = reader.float("train.beta_1", 0.9);
    let beta_2 = reader.float("train.beta_2", 0.999);
    let epsilon = reader.float("train.optimizer_epsilon", 1e-7);
    if word == "adamw" {
        Optimizer::AdamW { beta_1, beta_2, epsilon }
    } else {
        Optimizer::Adam { beta_1, beta_2, epsilon }
    }
}

fn schedule(reader: &mut Reader<'_>) -> Schedule {
    match reader.text("train.schedule", "constant").as_str() {
        "step" => Schedule::Step {
            milestones: reader.floats("train.schedule_milestones", &[0.5, 0.75]),
            factor: reader.float("train.schedule_factor", 0.1),
        },
        "cosine" => {
            Schedule::Cosine { final_share: reader.float("train.final_learning_rate_share", 0.0) }
        }
        _ => Schedule::Constant,
    }
}

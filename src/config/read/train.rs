//! `[train]`

use super::Reader;
use crate::config::spec::{LastBatch, Length, Optimizer, Order, Train};

/// `[train]` of one condition.
pub(super) fn train(reader: &mut Reader<'_>) -> Train {
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
        "rmsprop" => {
            let rho = reader.float("train.rho", 0.9);
            let epsilon = reader.float("train.optimizer_epsilon", 1e-7);
            (Optimizer::RmsProp { rho, epsilon }, 0.001)
        }
        _ => {
            let beta_1 = reader.float("train.beta_1", 0.9);
            let beta_2 = reader.float("train.beta_2", 0.999);
            let epsilon = reader.float("train.optimizer_epsilon", 1e-7);
            (
                Optimizer::Adam {
                    beta_1,
                    beta_2,
                    epsilon,
                },
                0.001,
            )
        }
    }
}

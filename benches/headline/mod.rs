//! The headline network: 784-128-64-10, ReLU, Adam, batch 32.

use bn_lab::config::spec::Shape;

use crate::measure::Measurement;

/// Prints what a step costs with the given allocator.
pub(crate) fn run(allocator: &str) {
    let headline = Measurement {
        title: &format!("allocator {allocator}"),
        experiment: include_str!("../../configs/mnist.toml"),
        overrides: Vec::new(),
        shape: Shape { channels: 1, height: 28, width: 28 },
        rounds: 15,
        steps: 200,
    };
    headline.run();
}

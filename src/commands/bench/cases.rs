//! What is measured: networks, placements and batch sizes.

use super::group::{Group, Network};
use crate::cli;
use crate::config::spec::Shape;
use crate::error::Result;

/// The placements, and their order.
const PLACEMENTS: [&str; 3] = ["none", "before", "after"];

/// Grey images as those of MNIST.
const GREY: Shape = Shape { channels: 1, height: 28, width: 28 };

/// The networks, with the settings in which they differ from the defaults of an experiment.
static NETWORKS: [Network; 4] = [
    Network {
        name: "perceptron",
        experiment: r#"
            data.dataset = "mnist"
            model = { kind = "mlp", hidden = [128, 64], activation = "relu" }
            train = { optimizer = "adam", learning_rate = 0.001 }
        "#,
        shape: GREY,
        batch_sizes: &[8, 32, 128, 512],
    },
    Network {
        name: "convnet",
        experiment: r#"
            data.dataset = "mnist"
            model = { kind = "convnet", activation = "relu" }
            train = { optimizer = "momentum", learning_rate = 0.01 }
        "#,
        shape: GREY,
        batch_sizes: &[32, 128],
    },
    Network {
        name: "vgg",
        experiment: r#"
            data.dataset = "mnist"
            train = { optimizer = "momentum", learning_rate = 0.01 }
            [model]
            kind = "convnet"
            activation = "relu"
            blocks = [{ channels = 32, pool = 2 }, { channels = 64, pool = 2 }, { channels = 64, pool = 2 }]
            head = "global_average"
        "#,
        shape: GREY,
        batch_sizes: &[32, 128],
    },
    Network {
        name: "resnet-20",
        experiment: r#"
            data.dataset = "cifar10"
            model = { kind = "resnet", depth = 20, width = 16, shortcut = "a" }
            train = { optimizer = "momentum", learning_rate = 0.01 }
        "#,
        shape: Shape { channels: 3, height: 32, width: 32 },
        batch_sizes: &[32, 128],
    },
];

/// The cases that the command line names, those of one network and batch size together.
pub(super) fn groups(arguments: &cli::Bench) -> Result<Vec<Group>> {
    let is_asked =
        |asked: &[String], name: &str| asked.is_empty() || asked.iter().any(|a| a == name);
    let placements = PLACEMENTS.into_iter().filter(|name| is_asked(&arguments.placements, name));
    let placements: Vec<&str> = placements.collect();
    let networks = NETWORKS.iter().filter(|network| is_asked(&arguments.networks, network.name));
    let mut sizes: Vec<usize> = arguments.batch_sizes.iter().map(|&size| size.into()).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let of_network = |network: &'static Network| {
        let sizes = if sizes.is_empty() { network.batch_sizes } else { &sizes };
        let group = |&size| Group::new(network, &placements, size);
        sizes.iter().map(group).collect::<Vec<_>>()
    };
    networks.flat_map(of_network).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn of(line: &str) -> Vec<String> {
        let words = ["bn-lab", "bench"].into_iter().chain(line.split_whitespace());
        let Command::Bench(arguments) = Cli::try_parse_from(words).expect(line).command else {
            panic!("another command");
        };
        groups(&arguments).expect(line).iter().map(Group::title).collect()
    }

    #[test]
    fn every_network_that_the_command_line_knows_is_measured() {
        assert_eq!(of("").len(), 10);
        for network in ["perceptron", "convnet", "vgg", "resnet-20"] {
            let title = format!("{network}, batch size 32: before");
            let line = format!("--networks {network} --placements before --batch-sizes 32");
            assert_eq!(of(&line), [title]);
        }
    }

    #[test]
    fn lists_have_commas_or_are_repeated() {
        let lines = [
            "--networks perceptron,vgg --batch-sizes 2,16",
            "--batch-sizes 16 --networks vgg --networks perceptron --batch-sizes 2 --batch-sizes 2",
        ];
        for line in lines {
            assert_eq!(
                of(&format!("{line} --placements none,after")),
                [
                    "perceptron, batch size 2: none, after",
                    "perceptron, batch size 16: none, after",
                    "vgg, batch size 2: none, after",
                    "vgg, batch size 16: none, after",
                ]
            );
        }
    }
}

//! The experiments of `configs/`, which are part of the program: they can be run, read and copied without a file.

use super::suggest;

/// An experiment that is part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name on the command line: `mnist`, `claims/05-deep-gradients`.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

macro_rules! built_in {
    ($($name:literal)*) => {
        &[$(BuiltIn {
            name: $name,
            text: include_str!(concat!("../../configs/", $name, ".toml")),
        }),*]
    };
}

/// All of them: what to begin with first, then by name.
pub const ALL: &[BuiltIn] = built_in![
    "quickstart"
    "mnist"
    "badly-scaled"
    "confusions"
    "convnet"
    "deep-mlp"
    "dense-then-norm"
    "init-scale"
    "input-norm"
    "ioffe-2015-mnist"
    "learning-rates"
    "resnet20-cifar10"
    "resnet20-cifar10-short"
    "rnn"
    "small-batches"
    "claims/01-fewer-steps"
    "claims/02-wall-time"
    "claims/03-learning-rates"
    "claims/04-initialisation"
    "claims/05-deep-gradients"
    "claims/06-activations"
    "claims/07-regularises"
    "claims/08-small-batches"
    "claims/09-input-scaling"
    "claims/10-bias"
    "claims/11-easy-problem"
    "claims/12-before-or-after"
    "claims/13-optimisers"
    "claims/14-input-shift"
];

impl BuiltIn {
    /// A part of the comment at its top: what stands behind `Question`, `Command`, `Cost` or `Expectation`, on one line.
    pub fn header(&self, label: &str) -> String {
        let comment = self.text.lines().map_while(|line| line.strip_prefix('#'));
        let mut words = Vec::new();
        let mut is_inside = false;
        for line in comment {
            // A label stands directly behind `# `; lines that continue are indented.
            match line.strip_prefix(' ').filter(|line| !line.starts_with(' ')) {
                Some(line) => {
                    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
                    is_inside = first == label;
                    words.extend(rest.split_whitespace().filter(|_| is_inside));
                }
                None => words.extend(line.split_whitespace().filter(|_| is_inside)),
            }
        }
        words.join(" ")
    }
}

/// The one of this name.
pub fn find(name: &str) -> Option<&'static BuiltIn> {
    ALL.iter().find(|built_in| built_in.name == name)
}

/// The one that is meant by a path that is no file: `configs/mnist.toml`, `mnist.toml`, `minst`.
pub fn nearest(path: &str) -> Option<&'static BuiltIn> {
    let name = path.strip_suffix(".toml").or_else(|| path.strip_suffix(".json")).unwrap_or(path);
    let name = name.strip_prefix("configs/").unwrap_or(name);
    let last = |built_in: &&BuiltIn| built_in.name.rsplit('/').next() == name.rsplit('/').next();
    find(name)
        .or_else(|| ALL.iter().find(last))
        .or_else(|| find(suggest::nearest(name, ALL.iter().map(|built_in| built_in.name))?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_experiment_of_the_folder_is_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
        let mut files = BTreeSet::new();
        for folder in ["", "claims/"] {
            for entry in root.join(folder).read_dir().expect("a folder of the repository") {
                let name = entry.expect("its entry").file_name().into_string().expect("plain");
                if let Some(name) = name.strip_suffix(".toml") {
                    files.insert(format!("{folder}{name}"));
                }
            }
        }
        assert_eq!(files, ALL.iter().map(|built_in| built_in.name.to_owned()).collect());
    }

    #[test]
    fn every_one_states_its_question_its_cost_and_what_to_expect() {
        for built_in in ALL {
            for label in ["Question", "Command", "Cost", "Expectation"] {
                assert!(built_in.header(label).len() > 10, "{}: {label}", built_in.name);
            }
        }
        let mnist = find("mnist").expect("built in");
        assert!(mnist.header("Cost").starts_with("9 trainings of 10 passes"));
        assert!(mnist.header("Cost").ends_with("on first use."));
    }

    #[test]
    fn a_path_of_the_repository_or_a_slip_finds_the_experiment_that_is_meant() {
        for (path, name) in [
            ("configs/mnist.toml", "mnist"),
            ("minst", "mnist"),
            ("quickstart.json", "quickstart"),
            ("05-deep-gradients", "claims/05-deep-gradients"),
            ("configs/claims/10-bias.toml", "claims/10-bias"),
        ] {
            assert_eq!(nearest(path).map(|built_in| built_in.name), Some(name), "{path}");
        }
        assert_eq!(nearest("zzz"), None);
    }
}

//! Finds keys: by path, and the most similar one for a misspelt path.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::absent;
use super::key::Key;
use super::problem::Problems;
use super::spec::SECTIONS;
use super::suggest;
use super::wire::{Kind, Node};

/// Names after `sweep.` that are not keys.
pub(super) const SWEEP_WORDS: [&str; 4] = ["zip", "when", "include", "exclude"];

/// Every key, in the order of `configs/README.md` and of a resolved experiment.
pub(super) fn all() -> impl Iterator<Item = &'static Key> {
    SECTIONS.into_iter().flatten().copied()
}

/// The keys of these sections.
pub(super) fn in_sections(sections: &[&str]) -> Vec<&'static Key> {
    all().filter(|key| sections.contains(&key.section())).collect()
}

/// The key at a dotted path.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    static KEYS: LazyLock<HashMap<&str, &Key>> =
        LazyLock::new(|| all().map(|key| (key.path, key)).collect());
    KEYS.get(path).copied()
}

/// Whether this is the name of a section of keys.
pub(super) fn is_section(name: &str) -> bool {
    !name.is_empty() && all().any(|key| key.section() == name)
}

/// Descends from `path` to known keys, nested or dotted; anything else is a problem. `within` names the
/// table that is read; empty for the file.
pub(super) fn descend<'n, T>(
    path: &str,
    node: &'n Node,
    within: &str,
    known: &dyn Fn(&str) -> Option<T>,
    problems: &mut Problems,
) -> Vec<(T, &'n Node)> {
    if let Some(target) = known(path) {
        return vec![(target, node)];
    }
    let is_file = within.is_empty();
    let in_sweep = path.strip_prefix("sweep.").filter(|_| is_file);
    let is_section = is_section(in_sweep.unwrap_or(path)) || (is_file && path == "sweep");
    match &node.kind {
        Kind::Table(members) if is_section || (is_file && !members.is_empty()) => members
            .iter()
            .flat_map(|(name, node)| {
                descend(&format!("{path}.{name}"), node, within, known, problems)
            })
            .collect(),
        kind if is_section && is_file => {
            let text = format!("`{path} = {}`: must be a section, `[{path}]`", kind.shown());
            problems.add(node.place, text);
            Vec::new()
        }
        _ => {
            problems.add_with_hint(node.place, suggest::unknown_key(path, within), hint(path));
            Vec::new()
        }
    }
}

/// The hint for an unknown key: that no such feature exists, or the key that was most likely
/// meant.
pub(super) fn hint(unknown: &str) -> Option<String> {
    let other_direction = if unknown.ends_with("norm.momentum") {
        " Keras's `momentum` is that; PyTorch's is 1 minus it: 0.1 there is `norm.decay = 0.9`"
    } else {
        ""
    };
    absent::hint(unknown).or_else(|| {
        suggestion(unknown).map(|known| format!("did you mean `{known}`?{other_direction}"))
    })
}

/// The known key that was most likely meant by an unknown one.
pub(super) fn suggestion(unknown: &str) -> Option<String> {
    let (sweep, path) = match unknown.strip_prefix("sweep.") {
        Some(path) => ("sweep.", path),
        None => ("", unknown),
    };
    let known = OTHER_NAMES
        .iter()
        .find(|(other, _)| *other == path || path.ends_with(&format!(".{other}")))
        .map(|(_, known)| *known);
    if !sweep.is_empty()
        && let Some(word) = suggest::nearest(path, SWEEP_WORDS)
    {
        return Some(format!("sweep.{word}"));
    }
    known
        .or_else(|| same_end(path))
        .or_else(|| most_alike(path))
        .map(|known| format!("{sweep}{known}"))
}

/// The key whose last part was given without its section, or in a wrong one: `epochs`.
pub(super) fn same_end(path: &str) -> Option<&'static str> {
    let is_same = |key: &&Key| last_segment(key.path) == last_segment(path);
    all().find(is_same).map(|key| key.path)
}

/// The most similar key, by the whole path or, for a key in the wrong section, by its last segment.
fn most_alike(path: &str) -> Option<&'static str> {
    let alike = |known: &'static str| {
        let whole = strsim::jaro_winkler(path, known);
        let end = strsim::jaro_winkler(last_segment(path), last_segment(known));
        (whole.max(0.8 * end + 0.2 * whole), known)
    };
    all()
        .map(|key| alike(key.path))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Names of this program's keys in other programs.
const OTHER_NAMES: [(&str, &str); 53] = [
    ("na_values", "data.missing"),
    ("data.target", "data.label"),
    ("data.path", "data.file"),
    ("data.random_state", "data.seed"),
    ("norm.position", "norm.placement"),
    ("lr_scheduler", "train.schedule"),
    ("scheduler", "train.schedule"),
    ("num_epochs", "train.epochs"),
    ("max_epochs", "train.epochs"),
    ("n_epochs", "train.epochs"),
    ("max_steps", "train.steps"),
    ("optim", "train.optimizer"),
    ("random_state", "seed"),
    ("random_seed", "seed"),
    ("dropout_rate", "model.dropout"),
    ("validation_split", "data.validation"),
    ("val_split", "data.validation"),
    ("test_size", "data.test_share"),
    ("hidden_layer_sizes", "model.hidden"),
    ("shuffle", "train.order"),
    ("norm.momentum", "norm.decay"),
    ("norm.method", "norm.kind"),
    ("norm.type", "norm.kind"),
    ("model.norm", "norm.kind"),
    ("batch_norm", "norm.placement"),
    ("batchnorm", "norm.placement"),
    ("batch_normalization", "norm.placement"),
    ("use_bn", "norm.placement"),
    ("norm.gamma", "norm.gamma_init"),
    ("norm.beta", "norm.beta_init"),
    ("norm.unbiased", "norm.running_variance"),
    ("norm.bessel", "norm.running_variance"),
    ("train.nesterov", "train.optimizer"),
    ("normalize", "data.input_scaling"),
    ("augment", "data.shift"),
    ("renorm_momentum", "norm.renorm_decay"),
    ("num_groups", "norm.groups"),
    ("ghost_batch_size", "norm.virtual_batch_size"),
    ("elementwise_affine", "norm.affine"),
    ("lr", "train.learning_rate"),
    ("bs", "train.batch_size"),
    ("eps", "norm.epsilon"),
    ("betas", "train.beta_1"),
    ("seeds", "replicates"),
    ("repeats", "replicates"),
    ("layers", "model.hidden"),
    ("train.weight_decay", "model.weight_decay"),
    ("gradient_clip", "train.clip_norm"),
    ("max_norm", "train.clip_norm"),
    ("clipnorm", "train.clip_norm"),
    ("clipvalue", "train.clip_value"),
    ("warmup", "train.warmup_steps"),
    ("milestones", "train.schedule_milestones"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_suggests_the_known_one_it_resembles() {
        for (unknown, known) in [
            ("train.lerning_rate", "train.learning_rate"),
            ("placement", "norm.placement"),
            ("sweep.placement", "sweep.norm.placement"),
            ("trian.batch_size", "train.batch_size"),
            ("train.batchsize", "train.batch_size"),
            ("model.epochs", "train.epochs"),
            ("epochs", "train.epochs"),
            ("train.optimiser", "train.optimizer"),
            ("norm.momentum", "norm.decay"),
            ("train.lr", "train.learning_rate"),
            ("bs", "train.batch_size"),
            ("model.batchnorm", "norm.placement"),
            ("replicate", "replicates"),
        ] {
            assert_eq!(suggestion(unknown).as_deref(), Some(known), "{unknown}");
        }
        assert_eq!(suggestion("colour"), None);
    }

    #[test]
    fn every_key_is_listed_once_and_is_in_a_section_or_at_the_top() {
        for (index, key) in all().enumerate() {
            assert!(all().take(index).all(|earlier| earlier.path != key.path));
            assert!(!key.name().contains('.'), "{}", key.path);
        }
    }
}

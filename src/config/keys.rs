//! Finding keys: the one at a path, and the one that a misspelt path most likely stands for.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::absent;
use super::key_list::{self, Key};
use super::sweep::Part;

/// The key at a dotted path.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    static KEYS: LazyLock<HashMap<&str, &Key>> =
        LazyLock::new(|| key_list::all().map(|key| (key.path, key)).collect());
    KEYS.get(path).copied()
}

/// Whether keys live below this path.
pub(super) fn is_section(path: &str) -> bool {
    let path = path.strip_prefix("sweep.").unwrap_or(path);
    path == "sweep" || SECTIONS.contains(&path)
}

/// What to say of an unknown key: that there is nothing of the kind, or the key that it most likely
/// stands for.
pub(super) fn hint(unknown: &str) -> Option<String> {
    absent::hint(unknown)
        .or_else(|| suggestion(unknown).map(|known| format!("did you mean `{known}`?")))
}

/// The known key that an unknown one most likely stands for.
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
        && let Some(word) = super::rule::nearest(path, Part::words())
    {
        return Some(format!("sweep.{word}"));
    }
    known
        .or_else(|| same_end(path))
        .or_else(|| most_alike(path))
        .map(|known| format!("{sweep}{known}"))
}

/// The key that was given without its section, or in the wrong one: `epochs`.
fn same_end(path: &str) -> Option<&'static str> {
    let is_same = |key: &&super::key_list::Key| last_segment(key.path) == last_segment(path);
    key_list::all().find(is_same).map(|key| key.path)
}

/// By the likeness of the whole path or, for a key in the wrong section, of its last segment.
fn most_alike(path: &str) -> Option<&'static str> {
    let alike = |known: &'static str| {
        let whole = strsim::jaro_winkler(path, known);
        let end = strsim::jaro_winkler(last_segment(path), last_segment(known));
        (whole.max(0.8 * end + 0.2 * whole), known)
    };
    key_list::all()
        .map(|key| alike(key.path))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

fn last_segment(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Names that other programs have for ours.
const OTHER_NAMES: [(&str, &str); 49] = [
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

const SECTIONS: [&str; 9] =
    ["data", "model", "norm", "train", "tune", "claim", "checkpoint", "probe", "output"];

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
            ("replicate", "replicates"),
        ] {
            assert_eq!(suggestion(unknown).as_deref(), Some(known), "{unknown}");
        }
        assert_eq!(suggestion("colour"), None);
    }

    #[test]
    fn every_key_is_listed_once_and_lives_in_a_section_or_at_the_top() {
        for (index, key) in key_list::all().enumerate() {
            assert!(key_list::all().take(index).all(|earlier| earlier.path != key.path));
            let section = key.path.split_once('.').map(|(section, _)| section);
            assert!(section.is_none_or(is_section), "{}", key.path);
        }
    }
}

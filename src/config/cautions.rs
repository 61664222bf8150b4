//! Warnings about settings that can be trained but whose results mean little: printed before training and
//! beside the results.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::combinations::norm::has_rows;
use super::spec::{Condition, NormKind, Settings};

/// Warnings about the results of these conditions, a sentence each.
pub fn cautions(conditions: &[Arc<Condition>]) -> Vec<String> {
    let all = conditions.iter();
    let found: BTreeSet<String> = all.filter_map(|c| one_value(&c.settings)).collect();
    found.into_iter().collect()
}

/// A warning about batch statistics over a single value. Groups of one value are refused (`norm.groups`);
/// this is allowed, because the same batch size is useful in the other conditions of a sweep.
fn one_value(settings: &Settings) -> Option<String> {
    let batch = match settings.norm.layer?.kind {
        NormKind::Batch(batch) => batch,
        NormKind::Renorm(_) | NormKind::Layer | NormKind::Group { .. } | NormKind::Instance => {
            return None;
        }
    };
    let key = match batch.virtual_batch_size {
        Some(1) => "norm.virtual_batch_size",
        None if settings.train.batch_size == 1 => "train.batch_size",
        _ => return None,
    };
    has_rows(settings).then(|| {
        format!(
            "`{key} = 1` leaves batch normalisation of a fully connected layer one value to average: the mean is the value, so in training only β comes out, and whatever lies before it learns nothing; take batches of at least 2, or `norm.kind = \"layer\"`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn of(text: &str) -> Vec<String> {
        let text = format!("data.dataset = 'glyphs'\n{text}");
        let loaded = config::parse("x.toml".as_ref(), &text, &[]).expect("valid");
        cautions(&loaded.experiment.conditions)
    }

    #[test]
    fn a_mean_over_one_value_is_warned_of_and_nothing_else() {
        for (text, key) in [
            ("train.batch_size = 1", "`train.batch_size = 1`"),
            ("sweep.train.batch_size = [1, 32]", "`train.batch_size = 1`"),
            ("norm.virtual_batch_size = 1", "`norm.virtual_batch_size = 1`"),
            (
                "model.kind = 'convnet'\nmodel.dense = [8]\ntrain.batch_size = 1",
                "`train.batch_size = 1`",
            ),
        ] {
            let found = of(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].starts_with(key), "{text}: {found:?}");
        }
        for text in [
            "train.batch_size = 2",
            "norm.virtual_batch_size = 2",
            "train.batch_size = 1\nnorm.kind = 'layer'",
            "train.batch_size = 1\nsweep.norm.placement = ['none']",
            // Every position of an image is a value.
            "model.kind = 'convnet'\ntrain.batch_size = 1",
            // Every step of a sequence is a value, too.
            "model.kind = 'rnn'\ntrain.batch_size = 1",
        ] {
            assert!(of(text).is_empty(), "{text}: {:?}", of(text));
        }
    }
}

//! Checks of `[norm]`: a norm layer needs several values to normalise over, and consistent limits.

use crate::config::problem::Report;
use crate::config::spec::{
    Architecture, BatchNorm, Convnet, Evaluation, NormKind, NormLayers, Placement, Renorm,
    Settings, Shape,
};

/// Reports the keys that make a norm layer impossible.
pub(super) fn check(settings: &Settings, report: Report<'_>) {
    check_layers(settings, report);
    let Some(layer) = &settings.norm.layer else {
        return;
    };
    match &layer.kind {
        NormKind::Batch(batch) => check_batch(batch, settings, report),
        NormKind::Renorm(renorm) => check_renorm(renorm, report),
        NormKind::Layer => check_groups("norm.kind", 1, settings, report),
        NormKind::Group { groups } => check_groups("norm.groups", *groups, settings, report),
        NormKind::Instance => check_instance(settings, report),
    }
}

fn check_layers(settings: &Settings, report: Report<'_>) {
    let residual = matches!(settings.model.kind, Architecture::Resnet(_));
    if residual && settings.norm.layers != NormLayers::All {
        let reason = "a residual network is normalised by whole blocks; choose among them by `norm.placement`";
        report("norm.layers", reason.to_owned());
        return;
    }
    let count = settings.model.kind.hidden_features().len();
    let NormLayers::At(positions) = &settings.norm.layers else {
        return;
    };
    if let Some(missing) = positions.iter().find(|&&position| position >= count) {
        let layers = if count == 1 { "layer" } else { "layers" };
        report(
            "norm.layers",
            format!(
                "there is no hidden layer {missing}; the network has {count} hidden {layers}, counted from 0"
            ),
        );
    }
}

fn check_batch(batch: &BatchNorm, settings: &Settings, report: Report<'_>) {
    if batch.averages.is_none() && settings.norm.evaluation == Evaluation::Running {
        let reason = "with `norm.track_running_stats = false` no running averages are kept; evaluate with `\"batch\"` or `\"precise\"`";
        report("norm.evaluation", reason.to_owned());
    }
    let Some(size) = batch.virtual_batch_size else {
        return;
    };
    if matches!(settings.model.kind, Architecture::Rnn(_)) {
        let reason = "counts examples, and a recurrent layer normalises the steps of all examples together; leave it out";
        report("norm.virtual_batch_size", reason.to_owned());
    }
    let whole = settings.train.batch_size;
    if size > whole {
        let reason =
            format!("is larger than a batch, `train.batch_size = {whole}`; take a divisor of it");
        report("norm.virtual_batch_size", reason);
    } else if !whole.is_multiple_of(size) {
        let reason = format!(
            "does not divide `train.batch_size = {whole}` into equal sub-batches; take a divisor of it"
        );
        report("norm.virtual_batch_size", reason);
    }
}

fn check_renorm(renorm: &Renorm, report: Report<'_>) {
    for (key, limit) in [("norm.r_max", renorm.r_max), ("norm.d_max", renorm.d_max)] {
        if limit.is_infinite() {
            let reason = "is missing, and batch renormalisation has no usual value for it; Ioffe (2017) ends at `norm.r_max = 3` and `norm.d_max = 5`, opened slowly by `norm.relax_from = 5000`, `norm.r_relaxed_at = 40000` and `norm.d_relaxed_at = 25000`";
            report(key, reason.to_owned());
        }
    }
    let from = renorm.relax_from;
    for (key, at) in
        [("norm.r_relaxed_at", renorm.r_relaxed_at), ("norm.d_relaxed_at", renorm.d_relaxed_at)]
    {
        if at < from {
            let reason = format!("comes before `norm.relax_from = {from}`, where relaxing begins");
            report(key, reason);
        }
    }
}

fn check_groups(key: &'static str, groups: usize, settings: &Settings, report: Report<'_>) {
    let mut sites = normalised(settings).into_iter();
    if let Some(reason) = sites.find_map(|site| site.refuses(groups)) {
        report(key, reason);
    }
    if groups > 1 && settings.norm.on_input && settings.data.dataset.image().is_none() {
        let reason = "how many inputs a table has is not known here, and so neither whether they make equal groups; normalise the input some other way";
        report("norm.on_input", reason.to_owned());
    }
}

fn check_instance(settings: &Settings, report: Report<'_>) {
    if settings.norm.on_input && settings.data.dataset.image().is_none() {
        let reason = "instance normalisation averages over the positions of an image, and a table has none; `\"layer\"` normalises over its columns";
        report("norm.kind", reason.to_owned());
        return;
    }
    if let Some(site) = normalised(settings).iter().find(|site| site.positions == 1) {
        let reason = format!(
            "instance normalisation averages over the positions of a feature map, and {} has none; `\"layer\"` normalises over its features",
            site.name
        );
        report("norm.kind", reason);
    }
}

/// A place in the network that is normalised.
struct Site {
    name: String,
    features: usize,
    /// Positions of the feature map; 1 for a row.
    positions: usize,
}

impl Site {
    /// Why its features cannot be normalised in `groups` groups.
    fn refuses(&self, groups: usize) -> Option<String> {
        let (name, features) = (&self.name, self.features);
        if !features.is_multiple_of(groups) {
            return Some(format!(
                "does not divide the {features} features of {name} into equal groups; {} would",
                one_of(features, features * self.positions)
            ));
        }
        (features * self.positions == groups).then(|| {
            format!(
                "normalises each of the {features} values of {name} by itself: the mean is the value, and only β would come out"
            )
        })
    }
}

/// The numbers of groups that `features` can be divided into; a group holds more than one
/// of the `values`.
fn one_of(features: usize, values: usize) -> String {
    let fit = |groups: &usize| features.is_multiple_of(*groups) && *groups < values;
    let fitting: Vec<String> =
        (1..=features).filter(fit).map(|groups| format!("`{groups}`")).collect();
    fitting.join(", ")
}

/// Whether some norm layer over batches sees one value of each feature in an example, as after a fully
/// connected layer, and not a feature map or the steps of a sequence.
pub(in crate::config) fn has_rows(settings: &Settings) -> bool {
    match settings.model.kind {
        Architecture::Rnn(_) => false,
        Architecture::Mlp { .. } if settings.norm.on_input => true,
        Architecture::Mlp { .. } | Architecture::Convnet(_) | Architecture::Resnet(_) => {
            normalised(settings).iter().any(|site| site.positions == 1)
        }
    }
}

/// Every normalised part of the network whose shape is known before the data are read.
fn normalised(settings: &Settings) -> Vec<Site> {
    let norm = &settings.norm;
    let hidden = hidden(settings);
    let count = hidden.len();
    let normalised = hidden
        .into_iter()
        .enumerate()
        .filter(|(layer, _)| norm.of_hidden(*layer, count).is_some())
        .map(|(_, site)| site);
    input(settings).filter(|_| norm.on_input).into_iter().chain(normalised).collect()
}

/// The raw input: a network with convolutions normalises each channel.
fn input(settings: &Settings) -> Option<Site> {
    let image = settings.data.dataset.image()?;
    let (features, positions) = match settings.model.kind {
        Architecture::Mlp { .. } => (image.features(), 1),
        Architecture::Convnet(_) | Architecture::Resnet(_) => {
            (image.channels, image.height * image.width)
        }
        // The network reads one row at a time.
        Architecture::Rnn(_) => (image.channels * image.width, 1),
    };
    Some(Site { name: "the input".to_owned(), features, positions })
}

fn hidden(settings: &Settings) -> Vec<Site> {
    let image = settings.data.dataset.image();
    let kind = &settings.model.kind;
    let site = |(layer, features): (usize, usize)| {
        let (features, positions) = match kind {
            Architecture::Convnet(net) => {
                (features, image.map(|image| positions(net, image, layer)))
            }
            Architecture::Resnet(net) => {
                // The stem, then three stages, the second and third with half the rows and columns.
                let stage = layer.saturating_sub(1) / (2 * net.blocks_per_stage()).max(1);
                let side = |of: usize| of.div_ceil(1 << stage);
                (features, image.map(|image| side(image.height) * side(image.width)))
            }
            // The linear map of the inputs, with all gates side by side, or the last state.
            Architecture::Rnn(net) if settings.norm.placement == Placement::Before => {
                (net.cell.gates() * features, None)
            }
            Architecture::Mlp { .. } | Architecture::Rnn(_) => (features, None),
        };
        let name = format!("hidden layer {layer}");
        Site { name, features, positions: positions.unwrap_or(1) }
    };
    kind.hidden_features().into_iter().enumerate().map(site).collect()
}

/// How many positions the feature map of hidden layer `layer` has where it is normalised, which is before
/// pooling. A network too deep for its images is refused elsewhere.
fn positions(net: &Convnet, image: Shape, layer: usize) -> usize {
    if layer >= net.blocks.len() {
        return 1;
    }
    let mut until = net.clone();
    until.blocks.truncate(layer + 1);
    until.blocks[layer].pool = 1;
    match until.feature_map(image) {
        Ok(map) | Err((_, map)) => map.height * map.width,
    }
}

//! Checks of `[model]`: the network fits the inputs, and has the layers that are normalised.

use crate::config::problem::Report;
use crate::config::spec::{Architecture, Convnet, Settings, Shape};

/// Reports the key that makes the network impossible for its inputs.
pub(super) fn check(settings: &Settings, report: Report<'_>) {
    let kind = &settings.model.kind;
    let image = settings.data.dataset.image();
    if let Some(reason) = not_images(kind, image) {
        report("model.kind", reason);
    }
    if settings.norm.placement.needs_shortcuts() && !matches!(kind, Architecture::Resnet(_)) {
        let reason = "stands relative to the sum of a residual block, and only `model.kind = \"resnet\"` has one; use `\"before\"` or `\"after\"`";
        report("norm.placement", reason.to_owned());
    }
    if let (Architecture::Convnet(net), Some(image)) = (kind, image)
        && let Some(reason) = outgrown(net, image)
    {
        report("model.blocks", reason);
    }
}

/// Why a table's rows cannot be inputs of this architecture.
fn not_images(kind: &Architecture, image: Option<Shape>) -> Option<String> {
    (kind.needs_images() && image.is_none()).then(|| {
        "needs images, and the dataset is a table of numbers without neighbours; use `\"mlp\"`"
            .to_owned()
    })
}

/// The block whose pooling window is larger than its feature map.
fn outgrown(net: &Convnet, image: Shape) -> Option<String> {
    let (index, map) = net.feature_map(image).err()?;
    let (number, pool) = (index + 1, net.blocks[index].pool);
    Some(format!(
        "block {number} pools over {pool} × {pool} values, and its feature map has {} × {} left of {} × {}; pool less, or with fewer blocks",
        map.height, map.width, image.height, image.width
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::spec::{Block, Head};

    #[test]
    fn a_table_is_no_image() {
        let net = Convnet {
            blocks: vec![Block { channels: 1, stride: 1, pool: 1 }],
            head: Head::Flatten,
            dense: Vec::new(),
            dropout: 0.0,
        };
        let convnet = Architecture::Convnet(net);
        let mlp = Architecture::Mlp { hidden: Vec::new(), dropout: 0.0 };
        assert!(not_images(&convnet, None).is_some_and(|why| why.starts_with("needs images")));
        assert_eq!(not_images(&mlp, None), None);
    }
}

//! One optimiser step of the convolutional networks, with the allocator that the program uses: the
//! default convnet on 28 × 28 images, and ResNet-20 (He et al. 2015) on 32 × 32 images in colour.
//! `cargo bench --bench convolution -- resnet` measures one of them.

mod measure;

use bn_lab::config::spec::Shape;
use measure::Measurement;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EXPERIMENT: &str = include_str!("../configs/convnet.toml");

fn main() {
    let wanted = std::env::args().nth(1).filter(|word| !word.starts_with('-'));
    for (kind, channels, side) in [("convnet", 1, 28), ("resnet", 3, 32)] {
        for batch_size in [32, 128] {
            let title = format!("{kind}, batches of {batch_size}");
            if wanted.as_ref().is_none_or(|wanted| title.contains(wanted)) {
                measurement(&title, kind, batch_size, [channels, side]).run();
            }
        }
    }
}

fn measurement<'a>(
    title: &'a str,
    kind: &str,
    batch_size: usize,
    [channels, side]: [usize; 2],
) -> Measurement<'a> {
    Measurement {
        title,
        experiment: EXPERIMENT,
        overrides: vec![format!("model.kind={kind}"), format!("train.batch_size={batch_size}")],
        shape: Shape { channels, height: side, width: side },
        rounds: if kind == "convnet" { 9 } else { 3 },
        steps: if kind == "convnet" { 10 } else { 1 },
    }
}

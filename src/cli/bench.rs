//! Arguments of `bn-lab bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::plan::kernels::Kernels;

/// Longest time of a case.
const MOST_SECONDS: f64 = 3600.0;

/// Largest batch.
const MOST_EXAMPLES: i64 = 8192;

/// `bn-lab bench`
#[derive(Debug, Args)]
#[command(
    after_help = "Example: bn-lab bench --networks perceptron,convnet --batch-sizes 32 --json bench.json\n\
                  All cases take some minutes. Other load on the machine makes every number larger: look at ratios, and at the smallest time."
)]
pub struct Bench {
    /// Measure these networks only: `perceptron` is 784-128-64-10 with Adam; the others are convolutional, with
    /// momentum [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = ["perceptron", "convnet", "vgg", "resnet-20"])]
    pub networks: Vec<String>,
    /// Measure these placements of the norm only [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = ["none", "before", "after"])]
    pub placements: Vec<String>,
    /// Measure with these batch sizes [default: 32,128; perceptron 8,32,128,512]
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(2..=MOST_EXAMPLES))]
    pub batch_sizes: Vec<u16>,
    /// Seconds of each case, about
    #[arg(long, value_name = "S", default_value = "1", allow_negative_numbers = true, value_parser = seconds)]
    pub seconds: f64,
    /// Write all numbers to a file as JSON as well
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Look for the files of MNIST and CIFAR-10 here first (else in `$BN_LAB_DATA`, else in the user's cache);
    /// where there are none, inputs of the same shape are random
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// How the steps are computed: several tensor operations at once, or one after the other
    #[arg(long, value_name = "KIND", default_value = "fused")]
    pub kernels: Kernels,
    /// The widest vector instructions that the fused kernels use [default: `$BN_LAB_INSTRUCTION_SET`, which `run`
    /// follows as well, else `native`]
    #[arg(long, value_name = "NAME")]
    pub instruction_set: Option<InstructionSet>,
}

/// The widest vector instructions that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InstructionSet {
    /// The processor's widest
    Native,
    /// AVX2, on processors with AVX-512 as well
    Avx2,
}

fn seconds(text: &str) -> Result<f64, String> {
    let found: f64 = text.trim().parse().map_err(|_| format!("`{text}` is not a number"))?;
    if found > 0.0 && found <= MOST_SECONDS {
        Ok(found)
    } else {
        Err(format!("`{text}` is not above 0 and at most {MOST_SECONDS}"))
    }
}

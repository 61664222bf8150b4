//! Arguments of `bn-lab explain`.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use crate::config::spec::Activation;

/// `bn-lab explain`
#[derive(Debug, Args)]
#[command(
    after_help = "Example: bn-lab explain --values=-1,2.1,0.4,-0.5,2.1 --gamma 1.5 --beta 0.2 --activation relu\n\
                  Computed by the layer and the automatic differentiation that train networks here, in 64-bit \
                  floats."
)]
pub struct Explain {
    /// What the unit gives for each example of the batch: `--values=-1,2.1,0.4`, at most 32
    #[arg(long, value_name = "X,…", required = true, value_delimiter = ',', allow_hyphen_values = true, value_parser = number)]
    pub values: Vec<f64>,
    /// γ, the factor on the normalised values
    #[arg(long, value_name = "γ", default_value = "1", allow_hyphen_values = true, value_parser = number)]
    pub gamma: f64,
    /// β, which is added after that
    #[arg(long, value_name = "β", default_value = "0", allow_hyphen_values = true, value_parser = number)]
    pub beta: f64,
    /// The framework whose ε, decay and running variance are used: Keras's are 0.001, 0.99, biased; PyTorch's are
    /// 1e-5, 0.9, unbiased
    #[arg(long, value_name = "NAME", default_value = "keras")]
    pub preset: Preset,
    /// ε, added to the variance under the root [default: by preset]
    #[arg(long, value_name = "ε", allow_hyphen_values = true, value_parser = positive)]
    pub epsilon: Option<f64>,
    /// Weight on the old value of the running averages: Keras's `momentum`, one minus PyTorch's
    /// [default: by preset]
    #[arg(long, value_name = "D", allow_hyphen_values = true, value_parser = below_one)]
    pub decay: Option<f64>,
    /// The running mean before this batch
    #[arg(long, value_name = "μ", default_value = "0", allow_hyphen_values = true, value_parser = number)]
    pub running_mean: f64,
    /// The running variance before this batch
    #[arg(long, value_name = "σ²", default_value = "1", allow_hyphen_values = true, value_parser = not_negative)]
    pub running_variance: f64,
    /// The nonlinearity [default: none]
    #[arg(long, value_name = "NAME", value_parser = activations())]
    pub activation: Option<String>,
    /// Where the normalisation stands relative to the nonlinearity
    #[arg(long, value_name = "WHERE", default_value = "before", requires = "activation")]
    pub placement: Order,
    /// The gradient of the loss with respect to each output, or one number for all of them [default:
    /// 1 for the largest output, 0 for the others]
    #[arg(long, value_name = "G,…", value_delimiter = ',', allow_hyphen_values = true, value_parser = number)]
    pub gradient: Vec<f64>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Page,
}

/// Whose defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Keras 3's `BatchNormalization`
    Keras,
    /// PyTorch 2's `BatchNorm1d`
    Pytorch,
}

/// Where the normalisation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// norm, then activation
    Before,
    /// activation, then norm
    After,
}

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// Aligned lines for people
    Table,
    /// Tables in Markdown
    Md,
    /// Every digit, for programs
    Json,
}

/// All but the one that leaves out the nonlinearity, which is the default.
fn activations() -> PossibleValuesParser {
    let names = Activation::NAMES.iter().copied();
    names.filter(|name| *name != Activation::Identity.name()).collect::<Vec<_>>().into()
}

fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a number is missing between the commas".to_owned());
    }
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    if number.is_finite() { Ok(number) } else { Err(format!("`{text}` is not a finite number")) }
}

fn positive(text: &str) -> Result<f64, String> {
    let found = number(text)?;
    Some(found).filter(|&number| number > 0.0).ok_or_else(|| format!("`{text}` is not above 0"))
}

fn not_negative(text: &str) -> Result<f64, String> {
    let found = number(text)?;
    Some(found).filter(|&number| number >= 0.0).ok_or_else(|| format!("`{text}` is below 0"))
}

fn below_one(text: &str) -> Result<f64, String> {
    let found = number(text)?;
    Some(found)
        .filter(|number| (0.0..1.0).contains(number))
        .ok_or_else(|| format!("`{text}` is not within 0 ≤ decay < 1"))
}

//! `[norm]`: the subject, as the experiment sets it.

/// `[norm]`
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// Where hidden layers are normalised.
    pub placement: Placement,
    /// Whether the raw input is normalised as well (without regard to the placement).
    pub on_input: bool,
    /// The layer's own settings; `None` where nothing is normalised.
    pub layer: Option<BatchNormSettings>,
}

/// Where batch normalisation stands relative to the activation of a hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placement {
    /// Nowhere.
    None,
    /// linear → **norm** → activation, as in Ioffe & Szegedy 2015.
    Before,
    /// linear → activation → **norm**.
    After,
}

impl Placement {
    /// `none`, `before`, `after`
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// Settings of one batch normalisation layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNormSettings {
    /// Weight on the **old** value in `running ← decay · running + (1 − decay) · batch`: Keras's
    /// `momentum`, one minus PyTorch's.
    pub decay: f64,
    /// ε, added to the variance under the root.
    pub epsilon: f64,
    /// Which variance estimate is stored for evaluation.
    pub running_variance: RunningVariance,
}

/// The estimate of the variance that feeds the running variance; the batch itself is always
/// normalised with the biased one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunningVariance {
    /// Divided by `n` (Keras).
    Biased,
    /// Divided by `n − 1` (PyTorch, the 2015 paper).
    Unbiased,
}

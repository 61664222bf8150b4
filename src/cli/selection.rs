//! Arguments that select conditions and order their values, of several commands.

use clap::Args;

/// Which conditions are shown, and in which order.
#[derive(Debug, Clone, Default, Args)]
pub struct Selection {
    /// Show the conditions for which an expression is true: `--filter 'batch_size = 32'`, an axis with = != < <= > >=.
    /// Those to which the axis does not apply stay, as the reference. p-values and verdicts stay those of the
    /// whole experiment. May be given several times; all must hold
    #[arg(long, value_name = "CONDITION")]
    pub filter: Vec<String>,
    /// The order of an axis's values: `--order placement=none,after,before`; those that are not named come last.
    /// May be given several times
    #[arg(long, value_name = "AXIS=VALUES")]
    pub order: Vec<String>,
    /// The conditions.
    #[command(flatten)]
    pub labels: Labels,
}

/// What readers see in place of values.
#[derive(Debug, Clone, Default, Args)]
pub struct Labels {
    /// Show a value by another name: `--label 'before=BN → ReLU'`; `--label 'placement.none=…'` where several axes have
    /// the value. CSV and JSON keep the value. May be given several times
    #[arg(long, value_name = "VALUE=LABEL")]
    pub label: Vec<String>,
}

//! Arguments of `bn-lab configs`, `init` and `keys`.

use clap::{Args, Subcommand};

/// `bn-lab configs`
#[derive(Debug, Args)]
pub struct Configs {
    /// What to do with them [default: list them].
    #[command(subcommand)]
    pub action: Option<ConfigsAction>,
}

/// What to do with the built-in experiments.
#[derive(Debug, Subcommand)]
pub enum ConfigsAction {
    /// Print the file of one experiment
    Show {
        /// Its name, as `bn-lab configs` lists it
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// `bn-lab init`
#[derive(Debug, Args)]
pub struct Init {
    /// The name of the experiment: `NAME.toml` is written
    #[arg(value_name = "NAME", default_value = "experiment")]
    pub name: String,
    /// The built-in experiment to start from, as `bn-lab configs` lists them
    #[arg(long, value_name = "NAME", default_value = "quickstart")]
    pub template: String,
}

/// `bn-lab keys`
#[derive(Debug, Args)]
pub struct Keys {
    /// Only keys whose name or description contains WORD: `batch`, `train.`, `momentum`
    #[arg(value_name = "WORD")]
    pub word: Option<String>,
}

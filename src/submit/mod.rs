//! Generates jobs for engines that run many processes: a Slurm array, a Kubernetes Indexed Job. Text only:
//! nothing here writes a file or calls an engine.
//!
//! A job has several tasks and one results folder. Each task trains its own part of the trials
//! (`run --shard`), and in Slurm then any trial that no task has locked. The parts avoid conflicts; the
//! locks balance the load.

pub mod kubernetes;
mod quote;
pub mod slurm;

use std::fmt;
use std::str::FromStr;

/// The settings that all engines need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The experiment's name.
    pub name: String,
    /// Number of tasks that share the trials.
    pub tasks: u32,
    /// Number of cores of each task, and of trials that it trains at a time.
    pub cpus: u16,
    /// Memory of each task.
    pub memory: Memory,
    /// GPUs of each task.
    pub gpus: Option<u16>,
    /// Most tasks at the same time.
    pub limit: Option<u32>,
    /// Further arguments of `bn-lab run`.
    pub run_arguments: Vec<String>,
}

/// An amount of memory: `512M` or `512MiB`, `4G`, `1T` are mebi-, gibi- and tebibytes, as in Slurm;
/// `512MB`, `4GB`, `1TB` are powers of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    amount: u64,
    /// The unit: `K`, `M`, `G` or `T`, of powers of two.
    unit: char,
}

/// The units, the first of 1024 bytes and each 1024 times as large as the one before it.
const UNITS: &str = "KMGT";

impl Memory {
    /// The amount in bytes.
    pub fn bytes(self) -> u64 {
        let power = UNITS.find(self.unit).unwrap_or_default() as u32 + 1;
        self.amount.saturating_mul(1024_u64.pow(power))
    }
}

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (amount, unit) = text.split_at(end);
        // No machine has larger amounts, and their bytes would overflow.
        let amount: Option<u64> = amount.parse::<u32>().ok().map(u64::from);
        let memory = amount.and_then(|amount| match unit {
            "M" | "MiB" => Some(Self { amount, unit: 'M' }),
            "G" | "GiB" => Some(Self { amount, unit: 'G' }),
            "T" | "TiB" => Some(Self { amount, unit: 'T' }),
            // Engines have no units of powers of ten.
            "MB" => Some(Self { amount: amount * 1_000_000 / 1024, unit: 'K' }),
            "GB" => Some(Self { amount: amount * 1_000_000_000 / 1024, unit: 'K' }),
            "TB" => Some(Self { amount: amount.checked_mul(1_000_000_000_000)? / 1024, unit: 'K' }),
            _ => None,
        });
        memory.filter(|memory| memory.amount > 0).ok_or_else(|| {
            "write it as `512M`, `4G` or `1T` (of powers of two), or as `512MB` or `4GB` (of powers of ten)".to_owned()
        })
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.unit)
    }
}

#[cfg(test)]
mod tests;

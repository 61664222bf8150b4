//! Jobs for engines that run many processes: a Slurm array, a Kubernetes Indexed Job. Text only:
//! nothing here writes a file or calls an engine.
//!
//! A job has several tasks and one results folder. Each task trains its own part of the trials
//! (`run --shard`), and in Slurm then whatever no task has locked yet. The parts keep tasks apart; the
//! locks balance what the parts left uneven.

pub mod kubernetes;
mod quote;
pub mod slurm;

use std::fmt;
use std::str::FromStr;

/// What is to run, whichever engine runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The experiment's name.
    pub name: String,
    /// Tasks that share the trials.
    pub tasks: u32,
    /// Cores of each task, and trials that it trains at a time.
    pub cpus: u16,
    /// Memory of each task.
    pub memory: Memory,
    /// Further arguments of `bn-lab run`.
    pub run_arguments: Vec<String>,
}

/// An amount of memory, as in `512M` or `4G`: mebi-, gibi- or tebibytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    amount: u32,
    unit: char,
}

impl Memory {
    /// In bytes.
    pub fn bytes(self) -> u64 {
        let power = match self.unit {
            'M' => 20,
            'G' => 30,
            _ => 40,
        };
        u64::from(self.amount) << power
    }
}

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit = text.chars().last().filter(|unit| "MGT".contains(*unit));
        let amount = unit.and_then(|unit| text.strip_suffix(unit)?.parse().ok());
        match (amount, unit) {
            (Some(amount), Some(unit)) if amount > 0 => Ok(Self { amount, unit }),
            _ => Err("write it as `512M` or `4G`".to_owned()),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.unit)
    }
}

#[cfg(test)]
mod tests;

//! Tests of the program as users run it: a real process, real files.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]

mod architecture;
mod awkward;
mod backends;
mod bench;
mod breadth;
mod by_hand;
mod checkpoints;
mod claims;
mod clean;
mod compare;
mod data;
mod described;
mod determinism;
mod documents;
mod evaluated;
mod explain;
mod exporting;
mod faults;
mod figures;
mod harness;
mod hostile;
#[cfg(unix)]
mod hostile_places;
mod interruption;
mod kernels;
mod memory;
mod merging;
mod messages;
mod numbers_version;
mod own_tables;
mod ownership;
mod packaging;
mod pages;
mod plan;
mod predictions;
mod probe_values;
mod probes;
mod publishing;
mod refusals;
mod replay;
mod report;
mod results;
mod run;
mod shards;
mod shown;
#[cfg(unix)]
mod signals;
mod starting;
mod submitting;
mod trained;
mod tune;
mod watch;
mod wiring;

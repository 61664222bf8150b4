//! Tests of the program as its users meet it: a real process, real files.

#![expect(unreachable_pub, reason = "a test binary exports nothing")]

mod backends;
mod breadth;
mod data;
mod determinism;
mod documents;
mod harness;
mod interruption;
mod probes;
mod refusals;
mod replay;
mod rooms;
mod run;

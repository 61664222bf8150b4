//! One optimiser step, with the system's allocator: what the program's own one is worth.

mod headline;
mod measure;

fn main() {
    headline::run("system");
}

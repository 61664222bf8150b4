//! One optimiser step, with the system's allocator: what the program's own one is worth.

mod measure;

fn main() {
    measure::run("system");
}

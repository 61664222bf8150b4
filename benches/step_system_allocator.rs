//! One optimiser step with the system's allocator, to compare it with the program's.

mod headline;
mod measure;

fn main() {
    headline::run("system");
}

//! One optimiser step, with the allocator that the program uses.

mod measure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    measure::run("mimalloc");
}

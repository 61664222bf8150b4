//! One optimiser step, with the allocator that the program uses.

mod headline;
mod measure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    headline::run("mimalloc");
}

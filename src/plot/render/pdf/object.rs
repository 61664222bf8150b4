//! What the objects of a PDF have in common.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::Ref;
use resvg::tiny_skia::Transform;

/// Numbers of the objects of a document, given one after the other.
#[derive(Default)]
pub(super) struct Refs(i32);

impl Refs {
    /// The next number.
    pub(super) fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

/// The bytes of a stream, packed.
pub(super) fn compressed(bytes: &[u8]) -> Result<Vec<u8>, String> {
    use std::io::Write;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|error| error.to_string())
}

/// A transformation as a PDF has it.
pub(super) fn matrix(transform: Transform) -> [f32; 6] {
    let Transform { sx, kx, ky, sy, tx, ty } = transform;
    [sx, ky, kx, sy, tx, ty]
}

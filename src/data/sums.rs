//! Identifies the content of a dataset's files, however they are packed: by the SHA-256 of their unpacked
//! bytes, from which published files are recognised and changes are detected.

use std::io::{self, Read};

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};

use super::idx::GZIP_MAGIC;
use super::published::SourceFile;
use crate::units::hexadecimal;

/// Most bytes of an unpacked file that are read: more than any known dataset has.
const MOST_BYTES: u64 = 1 << 31;

/// The SHA-256 of `bytes`, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 of `bytes` after unpacking. For a damaged packed file it is that of the packed bytes;
/// the reader reports what is wrong.
pub(super) fn unpacked_sum(bytes: &[u8], file: &SourceFile) -> String {
    let packed = sha256(bytes);
    if packed == file.sha256 {
        // Unpacking takes ten times as long.
        return file.unpacked.to_owned();
    }
    if !bytes.starts_with(&GZIP_MAGIC) {
        return packed;
    }
    inflated_sum(GzDecoder::new(bytes).take(MOST_BYTES)).unwrap_or(packed)
}

fn inflated_sum(mut stream: impl Read) -> io::Result<String> {
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&sum.finalize())),
            count => sum.update(&buffer[..count]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::published::MNIST;
    use crate::data::tests::gzipped as packed;

    #[test]
    fn a_file_has_one_sum_whether_it_is_packed_or_not() {
        let file = &MNIST.files[0];
        let sum = sha256(b"pixels");
        assert_eq!(unpacked_sum(b"pixels", file), sum);
        assert_eq!(unpacked_sum(&packed(b"pixels"), file), sum);
        assert_ne!(unpacked_sum(&packed(b"Pixels"), file), sum);
        let mut damaged = packed(b"pixels");
        damaged.truncate(12);
        assert_eq!(unpacked_sum(&damaged, file), sha256(&damaged));
    }
}

//! Records of a `TFRecord` file: a length, its checksum, the data, their checksum.
//!
//! The checksum is CRC-32C, rotated right by 15 bits, plus a constant (`record_writer.cc` of `TensorFlow`), so that
//! a record that contains checksums has another checksum than they.

/// Added to a rotated checksum.
const MASK: u32 = 0xa282_ead8;

/// Number of bytes before the data: the length and its checksum.
const HEADER: usize = 12;

/// The checksum of a record's part.
fn checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(MASK)
}

/// Appends a record.
pub(super) fn push(file: &mut Vec<u8>, data: &[u8]) {
    let length = (data.len() as u64).to_le_bytes();
    file.extend(length);
    file.extend(checksum(&length).to_le_bytes());
    file.extend(data);
    file.extend(checksum(data).to_le_bytes());
}

/// The data of the first record, and the bytes after it; `None` where there is none, or where it is damaged.
pub(super) fn first(file: &[u8]) -> Option<(&[u8], &[u8])> {
    let (header, rest) = file.split_at_checked(HEADER)?;
    let (length, sum) = header.split_at(8);
    let length: [u8; 8] = length.try_into().ok()?;
    if sum != checksum(&length).to_le_bytes() {
        return None;
    }
    let (data, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(length)).ok()?)?;
    let (sum, rest) = rest.split_at_checked(4)?;
    (sum == checksum(data).to_le_bytes()).then_some((data, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_the_bytes_that_tensorboard_writes() {
        // `tensorboard.summary.writer.record_writer.RecordWriter` of 2.21 on b"bn-lab".
        let mut file = Vec::new();
        push(&mut file, b"bn-lab");
        let expected = [
            0x06, 0, 0, 0, 0, 0, 0, 0, 0x73, 0x69, 0xd5, 0x37, b'b', b'n', b'-', b'l', b'a', b'b',
            0x60, 0xc0, 0x81, 0x91,
        ];
        assert_eq!(file, expected);
        assert_eq!(first(&file), Some((&b"bn-lab"[..], &b""[..])));
    }

    #[test]
    fn a_damaged_record_is_none() {
        let mut file = Vec::new();
        push(&mut file, b"bn-lab");
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1;
            assert_eq!(first(&damaged), None, "byte {at}");
            assert_eq!(first(&file[..at]), None, "{at} bytes");
        }
    }
}

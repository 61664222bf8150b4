//! A file of CIFAR-10's Python version, which Keras and torchvision keep: a pickled dictionary with `labels`, a list, and
//! `data`, an array of NumPy's. It is read into the records of the binary version, which has the same images in the same
//! order.
//!
//! Pickle is a program for a stack machine that may call any function. Nothing is executed here: the operations are read
//! one after the other, and those that hold labels and pixels are recognised by their order. Source: Python's module
//! `pickletools`; protocol 2 as Python 2 wrote it, in which the files are published. Errors are texts that follow the
//! name of the file.

/// Bytes of an image: three planes of 32×32.
const IMAGE: usize = 3 * 32 * 32;

/// Largest file: twice as many bytes as a published one has.
const MOST_BYTES: usize = 64 << 20;

/// Most operations, about 20 times those of a published file: each takes much more memory than its byte in the file.
const MOST_OPERATIONS: usize = 1 << 20;

/// One operation of a pickle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation<'b> {
    /// A string of bytes.
    Text(&'b [u8]),
    /// A whole number below 2¹⁶.
    Number(u16),
    /// An empty list.
    List,
    /// The beginning of several items.
    Mark,
    /// Adds the items since the mark to a list.
    Append,
    /// The name of a class or function: module and name.
    Name(&'b [u8], &'b [u8]),
    /// Python's `False`.
    False,
    /// One that neither labels nor pixels need.
    Other,
}

/// The records of the pickled dictionary: for each image its label, then its planes.
pub(super) fn as_records(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let operations = operations(bytes)?;
    let after = |key: &[u8]| {
        let at = operations.iter().position(|operation| *operation == Operation::Text(key));
        let rest = at.map(|at| &operations[at + 1..]);
        rest.ok_or_else(|| format!("it has no `{}`", String::from_utf8_lossy(key)))
    };
    let labels = labels(after(b"labels")?)?;
    let pixels = pixels(after(b"data")?)?;
    if labels.is_empty() || pixels.len() != labels.len() * IMAGE {
        return Err(format!(
            "expected {IMAGE} bytes for each of its labels, found {} for {}",
            pixels.len(),
            labels.len()
        ));
    }
    let mut records = Vec::with_capacity(labels.len() * (1 + IMAGE));
    for (label, image) in labels.iter().zip(pixels.chunks(IMAGE)) {
        records.push(*label);
        records.extend(image);
    }
    Ok(records)
}

/// The numbers of the list that the operations begin with. A long one is written in several parts.
fn labels(operations: &[Operation<'_>]) -> Result<Vec<u8>, String> {
    let wrong = || "its `labels` are no list of numbers below 256".to_owned();
    let mut operations = operations.iter();
    if operations.next() != Some(&Operation::List) {
        return Err(wrong());
    }
    let mut labels = Vec::new();
    while operations.next() == Some(&Operation::Mark) {
        loop {
            match operations.next() {
                Some(Operation::Number(label)) => {
                    labels.push(u8::try_from(*label).map_err(|_| wrong())?);
                }
                Some(Operation::Append) => break,
                _ => return Err(wrong()),
            }
        }
    }
    Ok(labels)
}

/// The elements of the array of bytes that the operations begin with: the last part of its state, after its order.
fn pixels<'b>(operations: &[Operation<'b>]) -> Result<&'b [u8], String> {
    let begins = Operation::Name(b"numpy.core.multiarray", b"_reconstruct");
    let is_array = operations.first() == Some(&begins);
    let pairs = operations.windows(2);
    let at = pairs.clone().position(|pair| matches!(pair, [Operation::False, Operation::Text(_)]));
    let kind = at.filter(|_| is_array).map(|at| &operations[..at]);
    let is_of_bytes = kind.is_some_and(|before| before.contains(&Operation::Text(b"u1")));
    match at.and_then(|at| operations.get(at + 1)) {
        Some(Operation::Text(pixels)) if is_of_bytes => Ok(pixels),
        _ => Err("its `data` are no array of unsigned bytes in C's order".to_owned()),
    }
}

/// The operations of a pickle up to its end, without those that only remember values.
fn operations(bytes: &[u8]) -> Result<Vec<Operation<'_>>, String> {
    if bytes.len() > MOST_BYTES {
        return Err(format!("it has more than {MOST_BYTES} bytes"));
    }
    let mut rest = Rest { bytes, at: 0 };
    if rest.take(2)? != [0x80, 2] {
        return Err("it is no pickle of protocol 2".to_owned());
    }
    let mut operations = Vec::new();
    loop {
        if operations.len() == MOST_OPERATIONS {
            return Err(format!("its pickle has more than {MOST_OPERATIONS} operations"));
        }
        let at = rest.at;
        operations.push(match rest.take(1)?[0] {
            b'.' => return Ok(operations),
            // The index under which a value is remembered, in 1 or 4 bytes.
            b'q' => {
                rest.take(1)?;
                continue;
            }
            b'r' => {
                rest.take(4)?;
                continue;
            }
            b'U' => {
                let length = usize::from(rest.take(1)?[0]);
                Operation::Text(rest.take(length)?)
            }
            b'T' => {
                let length = rest.take(4)?;
                let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]);
                Operation::Text(rest.take(length as usize)?)
            }
            b'K' => Operation::Number(u16::from(rest.take(1)?[0])),
            b'M' => {
                let number = rest.take(2)?;
                Operation::Number(u16::from_le_bytes([number[0], number[1]]))
            }
            b'c' => Operation::Name(rest.line()?, rest.line()?),
            b']' => Operation::List,
            b'(' => Operation::Mark,
            b'e' => Operation::Append,
            0x89 => Operation::False,
            b'J' | b'j' => {
                rest.take(4)?;
                Operation::Other
            }
            b'h' => {
                rest.take(1)?;
                Operation::Other
            }
            // An empty dictionary or tuple, None, True, tuples, calls, states and items: nothing is done with them.
            b'}' | b')' | b'N' | 0x88 | b't' | 0x85..=0x87 | b'R' | b'b' | b's' | b'u' | b'a' => {
                Operation::Other
            }
            other => {
                return Err(format!(
                    "its pickle has the operation {other:#04x} at byte {at}, which the published files have not"
                ));
            }
        });
    }
}

/// The bytes that are not read yet.
struct Rest<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Rest<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8], String> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| {
            format!("it is cut short: its pickle goes on after its {} bytes", self.bytes.len())
        })?;
        self.at += count;
        Ok(taken)
    }

    /// A line without its end.
    fn line(&mut self) -> Result<&'b [u8], String> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let line = self.take(length)?;
        self.take(1)?;
        Ok(line)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A pickle of images with these labels, all of whose bytes are their number, as Python 2 wrote the published
    /// files: `batch_label`, `labels`, `data`, `filenames`.
    pub(in crate::data) fn pickled(labels: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03U\x06labelsq\x04]q\x05".to_vec();
        for part in labels.chunks(1000) {
            bytes.push(b'(');
            bytes.extend(part.iter().flat_map(|label| [b'K', *label]));
            bytes.push(b'e');
        }
        bytes.extend(b"U\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85q\tU\x01bq\n\x87q\x0bRq\x0c(K\x01M");
        bytes.extend((labels.len() as u16).to_le_bytes());
        bytes.extend(b"M\x00\x0c\x86q\rcnumpy\ndtype\nq\x0eU\x02u1q\x0fK\x00K\x01\x87q\x10Rq\x11(K\x03U\x01|q\x12NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x13b\x89T");
        bytes.extend(((labels.len() * IMAGE) as u32).to_le_bytes());
        for index in 0..labels.len() {
            bytes.extend([index as u8; IMAGE]);
        }
        bytes.extend(b"q\x14tq\x15bU\tfilenamesq\x16]q\x17(U\x05a.pngr\x18\x00\x00\x00eu.");
        bytes
    }

    #[test]
    fn labels_and_images_become_records() {
        let labels: Vec<u8> = (0..1500).map(|index| (index % 10) as u8).collect();
        let records = as_records(&pickled(&labels)).unwrap();
        assert_eq!(records.len(), 1500 * (1 + IMAGE));
        for (index, record) in records.chunks(1 + IMAGE).enumerate() {
            assert_eq!(record[0], labels[index]);
            assert!(record[1..].iter().all(|byte| *byte == index as u8));
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let bytes = pickled(&[3, 1]);
        for length in 0..bytes.len() {
            assert!(as_records(&bytes[..length]).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn a_file_that_would_take_much_memory_is_refused() {
        let many = [&b"\x80\x02"[..], &vec![b'N'; MOST_OPERATIONS + 1], b"."].concat();
        let error = as_records(&many).unwrap_err();
        assert!(error.contains("more than 1048576 operations"), "{error}");
        let error = as_records(&vec![0; MOST_BYTES + 1]).unwrap_err();
        assert!(error.contains("more than 67108864 bytes"), "{error}");
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_what_is_expected() {
        let bytes = pickled(&[3, 1]);
        let with = |old: &[u8], new: &[u8]| {
            let at = bytes.windows(old.len()).position(|part| part == old).unwrap();
            let changed = [&bytes[..at], new, &bytes[at + old.len()..]].concat();
            as_records(&changed).unwrap_err()
        };
        assert!(as_records(b"<html>").unwrap_err().contains("no pickle of protocol 2"));
        assert_eq!(with(b"labels", b"lebals"), "it has no `labels`");
        assert!(with(b"K\x01e", b"M\x00\x01e").contains("no list of numbers below 256"));
        assert!(with(b"K\x01e", b"e").contains("found 6144 for 1"));
        assert!(with(b"U\x02u1", b"U\x02f4").contains("no array of unsigned bytes"));
        assert!(with(b"_reconstruct", b"_reconstruc2").contains("no array of unsigned bytes"));
        // A function that a reader of pickles would call.
        assert!(with(b"cnumpy.core.multiarray\n_reconstruct", b"cos\nsystem").contains("no array"));
        assert!(with(b"NNN", b"NN\x8c").contains("operation 0x8c at byte"));
    }
}

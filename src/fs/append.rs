//! Files to which rows are appended, and which can be truncated to an earlier length.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::crash::before_a_change;
use super::place::{self, Writing};
use crate::error::{Error, Result};
use crate::units::hexadecimal;

/// The length and the checksum of a file at an earlier time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePrefix {
    /// The length in bytes.
    pub bytes: u64,
    /// The SHA-256 of these bytes, in hexadecimal digits.
    pub sha256: String,
}

impl FilePrefix {
    /// The prefix of a file with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: hexadecimal(&Sha256::digest(bytes)) }
    }

    /// Whether the file at `path` still begins with these bytes.
    pub fn begins(&self, path: &Path) -> Result<bool> {
        Ok(self.digest(path)?.is_some())
    }

    /// The digest of the file's first bytes, to be continued; `None` if they have changed.
    fn digest(&self, path: &Path) -> Result<Option<Sha256>> {
        let file = match place::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io("read", path, e)),
        };
        let mut digest = Sha256::new();
        let mut start = file.take(self.bytes);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match start.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => digest.update(&buffer[..count]),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::io("read", path, e)),
            }
        }
        let is_same = hexadecimal(&digest.clone().finalize()) == self.sha256;
        Ok(is_same.then_some(digest))
    }
}

/// The complete lines of a file that is appended to, for reading in chunks; `None` where it does not exist. A
/// last line without line end was truncated by a kill, or is being written, and is left out.
pub fn whole_lines(path: &Path) -> Result<Option<impl Read>> {
    let mut file = match place::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io("read", path, e)),
    };
    let end = end_of_lines(&mut file).map_err(|e| Error::io("read", path, e))?;
    Ok(Some(file.take(end)))
}

/// The number of bytes of a file up to its last line end; rewinds the file.
fn end_of_lines(file: &mut File) -> std::io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut piece = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(8 * 1024);
        file.seek(SeekFrom::Start(start))?;
        piece.clear();
        (&*file).take(end - start).read_to_end(&mut piece)?;
        if let Some(place) = piece.iter().rposition(|&byte| byte == b'\n') {
            end = start + place as u64 + 1;
            break;
        }
        end = start;
    }
    file.rewind()?;
    Ok(end)
}

/// A file to which rows are appended; each [`AppendFile::append`] is passed to the system before it returns.
#[derive(Debug)]
pub struct AppendFile {
    file: File,
    path: PathBuf,
    bytes: u64,
    digest: Sha256,
}

impl AppendFile {
    /// Creates the file, replacing an earlier one: a trial that is trained again writes its rows again.
    pub fn create(path: &Path) -> Result<Self> {
        let file = place::open_to_write(path, Writing::Emptied)
            .map_err(|e| Error::io("create", path, e))?;
        Ok(Self { file, path: path.to_owned(), bytes: 0, digest: Sha256::new() })
    }

    /// Truncates the file to its earlier length and continues there; `None` if its beginning has changed.
    pub fn resume(path: &Path, grown: &FilePrefix) -> Result<Option<Self>> {
        let Some(digest) = grown.digest(path)? else {
            return Ok(None);
        };
        let cut = || {
            let mut file = place::open_to_write(path, Writing::Existing)?;
            file.set_len(grown.bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok(file)
        };
        let file = cut().map_err(|e| Error::io("write", path, e))?;
        Ok(Some(Self { file, path: path.to_owned(), bytes: grown.bytes, digest }))
    }

    /// Appends bytes in one write.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        before_a_change();
        self.file.write_all(bytes).map_err(|e| Error::io("write", &self.path, e))?;
        self.bytes += bytes.len() as u64;
        self.digest.update(bytes);
        Ok(())
    }

    /// Waits until everything written so far has reached the disk.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| Error::io("write", &self.path, e))
    }

    /// The length in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The present length and checksum.
    pub fn grown(&self) -> FilePrefix {
        FilePrefix { bytes: self.bytes, sha256: hexadecimal(&self.digest.clone().finalize()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::read;

    #[test]
    fn what_was_appended_is_on_disk_before_the_next_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        let mut growing = AppendFile::create(&path).unwrap();
        for rows in 1..=3 {
            growing.append(b"1,2\n").unwrap();
            assert_eq!(read(&path).unwrap().len(), 4 * rows);
        }
    }

    #[test]
    fn a_torn_last_line_is_left_out_however_long_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        let lines = |text: &str| {
            crate::fs::replace(&path, text.as_bytes()).unwrap();
            let mut read = String::new();
            let lines = whole_lines(&path).unwrap().expect("a file");
            let mut lines = lines;
            lines.read_to_string(&mut read).unwrap();
            read
        };
        let long = "x".repeat(8 * 1024);
        for whole in ["", "a\n", "a\n1,2\n", &format!("{long}\n{long}y\n")] {
            for torn in ["", "3,", &long, &format!("{long}{long}{long}z")] {
                assert_eq!(lines(&format!("{whole}{torn}")), whole);
            }
        }
        assert!(whole_lines(&folder.path().join("none")).unwrap().is_none());
    }

    #[test]
    fn a_file_is_cut_back_to_where_it_was_and_grows_on_as_if_nothing_had_happened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        let mut growing = AppendFile::create(&path).unwrap();
        growing.append(b"a,b\n1,2\n").unwrap();
        let then = growing.grown();
        assert_eq!(then, FilePrefix::of(b"a,b\n1,2\n"));
        growing.append(b"3,4\n5,").unwrap();
        let mut resumed = AppendFile::resume(&path, &then).unwrap().expect("unchanged");
        resumed.append(b"3,4\n").unwrap();
        assert_eq!(read(&path).unwrap(), b"a,b\n1,2\n3,4\n");
        assert_eq!(resumed.grown(), FilePrefix::of(b"a,b\n1,2\n3,4\n"));
    }

    #[test]
    fn a_file_that_was_cut_or_changed_or_is_gone_is_not_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("steps.csv");
        let then = FilePrefix::of(b"a,b\n1,2\n");
        for other in [&b"a,b\n1,"[..], b"a,b\n1,3\n", b"", b"\0\0\0\0\0\0\0\0"] {
            crate::fs::replace(&path, other).unwrap();
            assert!(!then.begins(&path).unwrap());
            assert!(AppendFile::resume(&path, &then).unwrap().is_none());
            assert_eq!(read(&path).unwrap(), other, "left as it is");
        }
        assert!(!then.begins(&folder.path().join("missing")).unwrap());
    }
}

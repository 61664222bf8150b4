//! Unpacks files from a gzipped tar archive during its download: only regular files with known
//! names are extracted, each checked against its size and SHA-256, and the archive itself is never
//! stored. Paths in the archive are not followed: a member is recognised by its file name, and is written
//! into the given folder.

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use tar::{Archive, Entry};

use super::download::{Failure, keep};
use super::published::SourceFile;

/// Most bytes of an archive besides the known files: headers and small notes.
const MOST_ELSE: u64 = 1 << 20;

/// Extracts `wanted` from the archive that `stream` yields, into `folder`, which must exist.
/// `known` are all files that the archive is known to contain; they limit its unpacked size.
pub(super) fn unpack(
    stream: impl Read,
    known: &[SourceFile],
    wanted: &[&SourceFile],
    folder: &Path,
) -> Result<(), Failure> {
    let most = MOST_ELSE + known.iter().map(|file| file.bytes).sum::<u64>();
    let mut archive = Archive::new(GzDecoder::new(stream).take(most));
    let mut missing = wanted.to_vec();
    // Raw: the long names and sparse maps of some archives are read into memory completely, and
    // the known archives have none of them.
    for entry in archive.entries().map_err(damaged)?.raw(true) {
        if missing.is_empty() {
            break;
        }
        let mut entry = entry.map_err(damaged)?;
        if let Some(index) = missing.iter().position(|file| is_member(&entry, file)) {
            let file = missing.swap_remove(index);
            keep(&mut entry, file, &folder.join(file.name))
                .map_err(|failure| in_member(file, failure))?;
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|file| file.name).collect();
    let fault = format!("the archive lacks {}", names.join(", "));
    Err(Failure::mirror(fault))
}

fn is_member<R: Read>(entry: &Entry<'_, R>, file: &SourceFile) -> bool {
    let path = entry.path_bytes();
    let name = path.rsplit(|&byte| byte == b'/').next();
    entry.header().entry_type().is_file() && name == Some(file.name.as_bytes())
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` asks for")]
fn damaged(error: std::io::Error) -> Failure {
    Failure::mirror(format!("the archive is damaged: {error}"))
}

fn in_member(file: &SourceFile, failure: Failure) -> Failure {
    failure.in_context(|fault| format!("`{}` in it: {fault}", file.name))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::data::download::tests::{BODY, FILE, fault_of};
    use crate::data::tests::gzipped;
    use crate::fs;

    /// A gzipped archive of these members, in a folder as is usual in archives.
    pub(in crate::data) fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in members {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, format!("a-folder/{name}"), *bytes).unwrap();
        }
        gzipped(&builder.into_inner().unwrap())
    }

    fn unpacked(archive: &[u8]) -> (Result<(), String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let result = unpack(archive, &[FILE], &[&FILE], folder.path());
        let result = result.map_err(fault_of);
        if result.is_ok() {
            assert_eq!(fs::read(&folder.path().join(FILE.name)).unwrap(), BODY);
        }
        let left = folder.path().read_dir().unwrap();
        let left = left.map(|entry| entry.unwrap().file_name().display().to_string());
        (result, left.collect())
    }

    #[test]
    fn only_wanted_files_are_extracted() {
        let archive = packed(&[("readme.html", b"<p>"), (FILE.name, BODY), ("more", b"x")]);
        assert_eq!(unpacked(&archive), (Ok(()), vec![FILE.name.to_owned()]));
    }

    #[test]
    fn a_member_with_a_wrong_sum_or_size_never_appears() {
        for (bytes, fault) in [
            (&b"ten bytes?"[..], "`ten.gz` in it: wrong SHA-256"),
            (b"ten", "`ten.gz` in it: wrong size"),
            (b"ten bytes! and more", "`ten.gz` in it: wrong size"),
        ] {
            let (result, left) = unpacked(&packed(&[(FILE.name, bytes)]));
            let error = result.unwrap_err();
            assert!(error.starts_with(fault), "{error}");
            assert!(left.is_empty());
        }
    }

    #[test]
    fn an_archive_without_the_file_or_with_a_link_in_its_place_is_refused() {
        let lacks = Err("the archive lacks ten.gz".to_owned());
        assert_eq!(unpacked(&packed(&[("else", b"x")])), (lacks.clone(), vec![]));
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder.append_link(&mut header, FILE.name, "elsewhere").unwrap();
        let archive = gzipped(&builder.into_inner().unwrap());
        assert_eq!(unpacked(&archive), (lacks, vec![]));
    }

    #[test]
    fn what_is_no_archive_is_refused_and_nothing_is_left() {
        let whole = packed(&[(FILE.name, BODY)]);
        for bytes in [&b"<html>not found</html>"[..], &whole[..whole.len() / 2], b""] {
            let (result, left) = unpacked(bytes);
            assert!(result.is_err());
            assert!(left.is_empty());
        }
    }

    #[test]
    fn an_archive_that_unpacks_without_end_is_given_up() {
        let zeros = vec![1; 3 << 20];
        let archive = packed(&[("zeros", &zeros), (FILE.name, BODY)]);
        let (result, left) = unpacked(&archive);
        assert!(result.is_err());
        assert!(left.is_empty());
    }
}

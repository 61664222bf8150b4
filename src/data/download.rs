//! Downloads one file from one address: streamed, never longer than expected, and kept only if its
//! SHA-256 is right. Or all files of a dataset at once, where they are served in an archive.
//!
//! [`mod@super::fetch`] chooses files and addresses, and reports the error when all fail.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};
use ureq::http::Response;
use ureq::{Agent, Body};

use super::archive::unpack;
use super::published::{Archive, SourceFile};
use crate::error::Error;
use crate::fs::Partial;
use crate::units::hexadecimal;

/// The progress of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchProgress<'a> {
    /// The file's name.
    pub file: &'a str,
    /// Number of bytes received so far.
    pub received: u64,
    /// Number of bytes of the whole file.
    pub total: u64,
}

/// How long to wait for a server that sends nothing. A slow one may take as long as it needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    /// For a connection, including TLS.
    pub(super) connect: Duration,
    /// For the next bytes.
    pub(super) read: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), read: Duration::from_secs(20) }
    }
}

/// Why a file could not be downloaded.
#[derive(Debug)]
pub(super) enum Failure {
    /// The fault at each address that was tried; another address may work.
    Mirrors(Vec<String>),
    /// An error of this machine, which no other address can avoid.
    Local(Error),
}

impl Failure {
    /// The failure for a fault of one address.
    pub(super) fn mirror(fault: String) -> Self {
        Self::Mirrors(vec![fault])
    }

    /// The same failure with a context added to the faults of addresses.
    pub(super) fn in_context(self, more: impl Fn(String) -> String) -> Self {
        match self {
            Self::Mirrors(faults) => Self::Mirrors(faults.into_iter().map(more).collect()),
            local @ Self::Local(_) => local,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Local(error)
    }
}

/// A client with these timeouts. It uses `HTTPS_PROXY` and similar variables, and trusts the root
/// certificates that are compiled in.
pub(super) fn client(timeouts: Timeouts) -> Agent {
    configured(timeouts).build().new_agent()
}

fn configured(timeouts: Timeouts) -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    Agent::config_builder()
        .user_agent(concat!("bn-lab/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(timeouts.connect))
        .timeout_connect(Some(timeouts.connect))
        .timeout_recv_response(Some(timeouts.read))
        .timeout_per_read(Some(timeouts.read))
}

fn call(client: &Agent, address: &str) -> Result<Body, Failure> {
    let response = client.get(address).call();
    response.map(Response::into_body).map_err(|e| Failure::mirror(e.to_string()))
}

/// Downloads `file` from `address` to `path`, whose folder must exist. A file at `path` is replaced
/// only if the downloaded bytes are right.
pub(super) fn download(
    client: &Agent,
    address: &str,
    file: &SourceFile,
    path: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<(), Failure> {
    let mut body = call(client, address)?;
    if let Some(announced) = body.content_length().filter(|&length| length != file.bytes) {
        return Err(wrong_size(file, &format!("{announced} were announced")));
    }
    keep(&mut ProgressReader::new(body.as_reader(), file.name, file.bytes, progress), file, path)
}

/// Downloads the archive of a dataset from `address` and keeps `wanted` of its `files` in `folder`,
/// which must exist.
pub(super) fn download_archive(
    client: &Agent,
    address: &str,
    archive: &Archive,
    files: &[SourceFile],
    wanted: &[&SourceFile],
    folder: &Path,
    progress: &mut dyn FnMut(FetchProgress<'_>),
) -> Result<(), Failure> {
    let mut body = call(client, address)?;
    let body = body.as_reader().take(archive.bytes);
    unpack(ProgressReader::new(body, archive.name, archive.bytes, progress), files, wanted, folder)
}

/// A stream that reports how much of it has been read.
struct ProgressReader<'a, R> {
    stream: R,
    now: FetchProgress<'a>,
    progress: &'a mut dyn FnMut(FetchProgress<'_>),
}

impl<'a, R> ProgressReader<'a, R> {
    fn new(
        stream: R,
        file: &'a str,
        total: u64,
        progress: &'a mut dyn FnMut(FetchProgress<'_>),
    ) -> Self {
        let now = FetchProgress { file, received: 0, total };
        progress(now);
        Self { stream, now, progress }
    }
}

impl<R: Read> Read for ProgressReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.now.received += count as u64;
        (self.progress)(self.now);
        Ok(count)
    }
}

/// Stores what `body` yields as `path`, if it is exactly `file`.
pub(super) fn keep(body: &mut impl Read, file: &SourceFile, path: &Path) -> Result<(), Failure> {
    let mut partial = Partial::beside(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut received = 0;
    loop {
        let count = match body.read(&mut buffer) {
            Ok(0) if received == file.bytes => break,
            Ok(0) => return Err(wrong_size(file, &format!("only {received} arrived"))),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                let fault = format!("after {received} of {} bytes: {error}", file.bytes);
                return Err(Failure::mirror(fault));
            }
        };
        received += count as u64;
        if received > file.bytes {
            return Err(wrong_size(file, "more arrived"));
        }
        hash.update(&buffer[..count]);
        partial.write(&buffer[..count])?;
    }
    let (expected, found) = (file.sha256, hexadecimal(&hash.finalize()));
    if found != expected {
        return Err(Failure::mirror(format!("wrong SHA-256: expected {expected}, found {found}")));
    }
    Ok(partial.persist()?)
}

fn wrong_size(file: &SourceFile, found: &str) -> Failure {
    Failure::mirror(format!("wrong size: expected {} bytes, {found}", file.bytes))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::data::loopback::{Server, answer, unannounced};
    use crate::data::published::Content;
    use crate::fs;

    /// The bytes `ten bytes!`.
    pub(in crate::data) const BODY: &[u8] = b"ten bytes!";
    /// The file that consists of [`BODY`].
    pub(in crate::data) const FILE: SourceFile = SourceFile {
        twin: None,
        name: "ten.gz",
        content: Content::Records,
        bytes: 10,
        sha256: "0425074d7748edc4faa98177678ef8e16a493504dfa15ca02bcdc56a848aca99",
        unpacked: "0425074d7748edc4faa98177678ef8e16a493504dfa15ca02bcdc56a848aca99",
    };

    /// A client with short timeouts that never uses a proxy.
    pub(in crate::data) fn impatient() -> Agent {
        let read = Duration::from_millis(400);
        let timeouts = Timeouts { connect: Duration::from_secs(5), read };
        configured(timeouts).proxy(None).build().new_agent()
    }

    /// The fault at the only address that was tried.
    pub(in crate::data) fn fault_of(failure: Failure) -> String {
        match failure {
            Failure::Mirrors(faults) => faults.concat(),
            Failure::Local(error) => panic!("{error}"),
        }
    }

    /// Downloads [`FILE`] from `server`; returns the result, and the content of the path afterwards.
    fn outcome(server: &Server) -> (Result<(), String>, Option<Vec<u8>>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE.name);
        let address = server.address() + FILE.name;
        let result = download(&impatient(), &address, &FILE, &path, &mut |_| {});
        let result = result.map_err(fault_of);
        let left = folder.path().read_dir().unwrap().count();
        let content = fs::read_if_exists(&path).unwrap();
        assert_eq!(left, usize::from(content.is_some()), "a partial file was left");
        (result, content)
    }

    fn fault(server: &Server) -> String {
        let (result, content) = outcome(server);
        assert_eq!(content, None, "a file that failed must not appear");
        result.unwrap_err()
    }

    #[test]
    fn a_sound_file_appears_and_its_progress_ends_at_its_size() {
        let server = Server::start(|_| answer(200, 10, &[BODY]));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE.name);
        let address = server.address() + FILE.name;
        let mut received = Vec::new();
        download(&impatient(), &address, &FILE, &path, &mut |p| {
            received.push(p.received);
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), BODY);
        assert_eq!((received[0], received[received.len() - 1]), (0, 10));
    }

    #[test]
    fn a_wrong_sum_is_reported_and_the_file_never_appears() {
        let fault = fault(&Server::start(|_| answer(200, 10, &[b"ten bytes?"])));
        assert!(fault.starts_with("wrong SHA-256: expected "), "{fault}");
        assert!(fault.contains(FILE.sha256), "{fault}");
    }

    #[test]
    fn a_body_that_is_cut_short_is_reported() {
        let fault = fault(&Server::start(|_| answer(200, 10, &[b"ten"])));
        assert!(fault.starts_with("after 3 of 10 bytes: "), "{fault}");
    }

    #[test]
    fn an_announced_size_that_is_wrong_is_reported_before_anything_is_received() {
        let fault = fault(&Server::start(|_| answer(200, 11, &[b"ten bytes!!"])));
        assert_eq!(fault, "wrong size: expected 10 bytes, 11 were announced");
    }

    #[test]
    fn a_body_of_unannounced_length_must_have_the_known_size_too() {
        let fault_of = |chunks: &'static [&[u8]]| fault(&Server::start(|_| unannounced(chunks)));
        let wrong = "wrong size: expected 10 bytes, ";
        assert_eq!(fault_of(&[b"ten"]), format!("{wrong}only 3 arrived"));
        assert_eq!(fault_of(&[BODY, BODY]), format!("{wrong}more arrived"));
        let sound = Server::start(|_| unannounced(&[BODY]));
        assert_eq!(outcome(&sound), (Ok(()), Some(BODY.to_vec())));
    }

    #[test]
    fn a_missing_file_is_reported_with_the_server_s_answer() {
        let fault = fault(&Server::start(|_| answer(404, 0, &[])));
        assert!(fault.contains("404"), "{fault}");
    }

    #[test]
    fn a_server_that_should_encrypt_and_does_not_is_an_error() {
        let server = Server::start(|_| answer(200, 10, &[BODY]));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE.name);
        let address = server.address().replace("http:", "https:") + FILE.name;
        let result = download(&impatient(), &address, &FILE, &path, &mut |_| {});
        assert!(matches!(result, Err(Failure::Mirrors(_))));
    }

    #[test]
    fn a_slow_server_is_waited_for_and_a_silent_one_is_not() {
        let each: Vec<&[u8]> = BODY.chunks(1).collect();
        let pausing = |milliseconds: u64| {
            let mut steps = answer(200, 10, &each);
            for step in &mut steps {
                step.pause = Duration::from_millis(milliseconds);
            }
            Server::start(move |_| steps.clone())
        };
        // Ten pauses of 100 ms are longer than the allowed silence of 400 ms, but none of them is.
        assert_eq!(outcome(&pausing(100)), (Ok(()), Some(BODY.to_vec())));
        let fault = fault(&pausing(2_000));
        assert!(fault.contains("timeout"), "{fault}");
    }
}

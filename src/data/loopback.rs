//! A scripted web server on this machine, for tests of downloads: it can delay, send wrong bytes and
//! close the connection.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A pause, then bytes to send.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// How long to wait before sending.
    pub(super) pause: Duration,
    /// The bytes of the response.
    pub(super) bytes: Vec<u8>,
}

/// A server that closes each connection after one answer; stopped when dropped.
pub(super) struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server that answers the request for a path with the steps that `script` returns.
    pub(super) fn start(script: impl Fn(&str) -> Vec<Step> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = thread::spawn(move || {
            for connection in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                // Some tests let the client close the connection early.
                let _ = serve(connection.unwrap(), &script);
            }
        });
        Self { address, stopping, thread: Some(thread) }
    }

    /// The server's address, `http://127.0.0.1:PORT/`.
    pub(super) fn address(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Ends the thread's wait for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "the server panicked");
        }
    }
}

fn serve(mut connection: TcpStream, script: impl Fn(&str) -> Vec<Step>) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    for step in script(path.trim_start_matches('/')) {
        thread::sleep(step.pause);
        connection.write_all(&step.bytes)?;
    }
    Ok(())
}

/// A response with the header `Content-Length: length`, followed by the chunks, without pauses.
pub(super) fn answer(status: u16, length: usize, chunks: &[&[u8]]) -> Vec<Step> {
    let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\n");
    steps(&head, chunks)
}

/// A response without a length, followed by the chunks; the end of the connection ends the body.
pub(super) fn unannounced(chunks: &[&[u8]]) -> Vec<Step> {
    steps("HTTP/1.1 200 x\r\n", chunks)
}

fn steps(head: &str, chunks: &[&[u8]]) -> Vec<Step> {
    let head = format!("{head}Connection: close\r\n\r\n");
    std::iter::once(head.as_bytes())
        .chain(chunks.iter().copied())
        .map(|bytes| Step { pause: Duration::ZERO, bytes: bytes.to_vec() })
        .collect()
}

//! What signals do to a run.
//!
//! While trials are trained, the first request to stop lets every trial finish its step and keep its
//! state; the second ends the process at once. Before and after there is nothing to keep that is not
//! on the disk already, so the first one ends it at once, whatever it waits for: a download, a lock, a
//! large dataset; while charts are drawn, in words. Either way the exit code is that of [`Error::Interrupted`].

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use signal_hook::{consts, flag, low_level};

use crate::error::{Error, Result};
use crate::event::Stop;
use crate::fs;
use crate::streams::say;

/// The requests to stop that reach this process.
pub(super) struct Signals {
    stop: Stop,
    /// Whether a request ends the process at once.
    at_once: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> Result<Self> {
        let (asked, at_once) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(true)));
        for signal in requests() {
            on_request(signal, &at_once, &asked)
                .map_err(|e| Error::Usage(format!("cannot listen for Ctrl-C: {e}")))?;
        }
        Ok(Self { stop: Stop::on(asked), at_once })
    }

    /// What a request during [`Signals::while_training`] raises.
    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Trains, with requests to stop passed on to it.
    pub(super) fn while_training<T>(&self, train: impl FnOnce() -> T) -> T {
        self.at_once.store(false, Ordering::Relaxed);
        let trained = train();
        self.at_once.store(true, Ordering::Relaxed);
        trained
    }

    /// Draws charts, which may take a while: a first request meanwhile ends the process at once, but in words,
    /// which a signal handler cannot say.
    pub(super) fn while_drawing<T>(&self, draw: impl FnOnce() -> T) -> T {
        if self.stop.is_requested_by_user() {
            return draw();
        }
        let (drawing, drawn) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let listen = move || self.end_on_request(&drawn);
            let listener = std::thread::Builder::new().name("signals".to_owned());
            // Where no thread is to be had, the process ends without a word.
            let is_heard = listener.spawn_scoped(scope, listen).is_ok();
            self.at_once.store(!is_heard, Ordering::Relaxed);
            let result = draw();
            self.at_once.store(true, Ordering::Relaxed);
            drop(drawing);
            result
        })
    }

    /// Waits until a request comes, or until nobody holds the other end of `drawn` any more.
    fn end_on_request(&self, drawn: &mpsc::Receiver<()>) {
        while drawn.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            if self.stop.is_requested_by_user() {
                say(
                    "error: interrupted while the charts were drawn; all trials are recorded: the same command, without `--force`, draws them",
                );
                low_level::exit(exit_code());
            }
        }
    }
}

/// How often it is looked whether a request has come.
const LOOK: Duration = Duration::from_millis(20);

fn exit_code() -> i32 {
    i32::from(Error::Interrupted { is_forced: false }.exit_code())
}

/// The order matters: the first signal during a training finds the flag `asked` down, and raises it.
fn on_request(signal: i32, at_once: &Arc<AtomicBool>, asked: &Arc<AtomicBool>) -> io::Result<()> {
    let code = exit_code();
    flag::register_conditional_shutdown(signal, code, Arc::clone(at_once))?;
    // The system repeats the signal of the limit on processor time every second: the next is no second request.
    if !is_repeated(signal) {
        flag::register_conditional_shutdown(signal, code, Arc::clone(asked))?;
    }
    flag::register(signal, Arc::clone(asked)).map(drop)
}

#[cfg(unix)]
fn is_repeated(signal: i32) -> bool {
    signal == consts::SIGXCPU
}

#[cfg(not(unix))]
fn is_repeated(_: i32) -> bool {
    false
}

/// The signals that ask a run to stop: from the terminal, from `kill` and job schedulers, from the limit
/// on processor time, and from a terminal or connection that was closed. Those that this process was started to
/// ignore (`nohup`, `trap "" INT`) stay ignored.
fn requests() -> Vec<i32> {
    let mut signals = vec![consts::SIGINT, consts::SIGTERM];
    #[cfg(unix)]
    {
        signals.extend([consts::SIGUSR1, consts::SIGXCPU]);
        signals.retain(|&signal| is_ignored(signal) != Some(true));
        // `nohup` is so common that a request must be sure.
        if is_ignored(consts::SIGHUP) == Some(false) {
            signals.push(consts::SIGHUP);
        }
    }
    signals
}

/// Whether whoever started this process had it ignore a signal; `None` where the system does not tell
/// (only Linux does). Registering a handler would end that.
#[cfg(unix)]
fn is_ignored(signal: i32) -> Option<bool> {
    let status = fs::read_text(Path::new("/proc/self/status")).ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    Some(mask & (1 << (signal - 1)) != 0)
}

/// Lets a write beyond the limit on file sizes (`ulimit -f`) fail as one to a full disk does, where the
/// system would end the process without a word.
pub(crate) fn let_long_files_fail() {
    #[cfg(unix)]
    {
        // Nobody asks for the flag. Where it cannot be registered, all is as if it had not been tried.
        drop(flag::register(consts::SIGXFSZ, Arc::default()));
    }
}

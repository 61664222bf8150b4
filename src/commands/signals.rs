//! How a run handles signals.
//!
//! While trials are trained, the first request to stop lets every trial finish its step and save its
//! state; the second ends the process at once. Before and after, everything is already on the
//! disk, so the first one ends the process at once, whatever it is waiting for: a download, a lock, a
//! large dataset. While charts are drawn, it prints a message first. Either way the exit code is that of
//! [`Error::Interrupted`].

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
    /// Installs the signal handlers.
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

    /// Runs `train`, during which a request to stop raises the flag of [`Signals::stop`].
    pub(super) fn while_training<T>(&self, train: impl FnOnce() -> T) -> T {
        self.at_once.store(false, Ordering::Relaxed);
        let trained = train();
        self.at_once.store(true, Ordering::Relaxed);
        trained
    }

    /// Runs `draw`, which may take a while: a first request meanwhile ends the process at once, but with a
    /// message, which a signal handler cannot print.
    pub(super) fn while_drawing<T>(&self, draw: impl FnOnce() -> T) -> T {
        if self.stop.is_requested_by_user() {
            return draw();
        }
        let (drawing, drawn) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let listen = move || self.end_on_request(&drawn);
            let listener = std::thread::Builder::new().name("signals".to_owned());
            // Where no thread can be started, the process ends without a message.
            let is_heard = listener.spawn_scoped(scope, listen).is_ok();
            self.at_once.store(!is_heard, Ordering::Relaxed);
            let result = draw();
            self.at_once.store(true, Ordering::Relaxed);
            drop(drawing);
            result
        })
    }

    /// Waits until a request comes, or until the sender of `drawn` is dropped.
    fn end_on_request(&self, drawn: &mpsc::Receiver<()>) {
        while drawn.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            if self.stop.is_requested_by_user() {
                say(
                    "interrupted while the charts were drawn; all trials are recorded\n  hint: the same command, without `--force`, draws them",
                );
                low_level::exit(exit_code());
            }
        }
    }
}

/// How often it is checked whether a request has come.
const LOOK: Duration = Duration::from_millis(20);

fn exit_code() -> i32 {
    i32::from(Error::interrupted().exit_code())
}

/// The order matters: the first signal during a training finds `asked` not raised, and raises it.
fn on_request(signal: i32, at_once: &Arc<AtomicBool>, asked: &Arc<AtomicBool>) -> io::Result<()> {
    let code = exit_code();
    flag::register_conditional_shutdown(signal, code, Arc::clone(at_once))?;
    // The system repeats the signal of the limit on CPU time every second: a repetition is no second request.
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

/// The signals that request a run to stop: from the terminal, from `kill` and job schedulers, from the limit
/// on CPU time, and from a terminal or connection that was closed. Those that this process was started to
/// ignore (`nohup`, `trap "" INT`) stay ignored.
fn requests() -> Vec<i32> {
    let mut signals = vec![consts::SIGINT, consts::SIGTERM];
    #[cfg(unix)]
    {
        signals.extend([consts::SIGUSR1, consts::SIGXCPU]);
        signals.retain(|&signal| is_ignored(signal) != Some(true));
        // `nohup` is so common that the signal is handled only where it is certain that it is not ignored.
        if is_ignored(consts::SIGHUP) == Some(false) {
            signals.push(consts::SIGHUP);
        }
    }
    signals
}

/// Whether this process was started with a signal ignored; `None` where the system does not report it
/// (only Linux does). Registering a handler would end that.
#[cfg(unix)]
fn is_ignored(signal: i32) -> Option<bool> {
    let status = fs::read_text(Path::new("/proc/self/status")).ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    Some(mask & (1 << (signal - 1)) != 0)
}

/// Lets a write beyond the limit on file sizes (`ulimit -f`) fail as one to a full disk does, where the
/// system would otherwise end the process without a message.
pub(crate) fn let_long_files_fail() {
    #[cfg(unix)]
    {
        // The flag is not used. Where the handler cannot be registered, the system's default remains.
        drop(flag::register(consts::SIGXFSZ, Arc::default()));
    }
}

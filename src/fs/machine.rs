//! Which kernel a process runs on, and which of its file systems a folder is on.

use std::path::Path;

/// Text that is the same for two processes only if they run on one kernel since one start of it and
/// see `folder` on the same one of its file systems: then each sees the locks that the other holds,
/// whatever containers they are in and whatever their hosts are called. `None` where that cannot be
/// told.
pub fn kernel_and_device(folder: &Path) -> Option<String> {
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let device = std::fs::metadata(folder).ok()?.dev();
        let boot = boot.trim();
        (!boot.is_empty()).then(|| format!("{boot} {device}"))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = folder;
        None
    }
}

//! Identifies the kernel that a process runs on, and the file system that a folder is on.

use std::path::Path;

/// A text that is the same for two processes only if they run on the same kernel since the same boot and
/// see `folder` on the same file system: then each sees the locks that the other holds,
/// whatever containers they are in and whatever their hosts' names are. `None` where it cannot be
/// determined.
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

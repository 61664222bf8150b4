//! Device names → burn devices. The only file that names a backend.

pub mod spread;

use std::sync::{Arc, Mutex, PoisonError};

use burn::tensor::Device;

use crate::error::{Error, Result};

/// Backends that are cargo features of the same names.
const FEATURES: [&str; 2] = ["ndarray", "wgpu"];

/// A device as the user names it, opened.
#[derive(Debug, Clone)]
pub struct OpenDevice {
    name: String,
    device: Device,
}

impl OpenDevice {
    /// Opens a device by name: `cpu` (burn's `flex` backend), or `ndarray`, `wgpu`, `wgpu:1` in a build
    /// that has them. Computes a small sum on it, so that a device that does not work is detected now.
    pub fn open(name: &str) -> Result<Self> {
        let device = match name.split_once(':').unwrap_or((name, "")) {
            ("cpu", "") => Device::flex(),
            #[cfg(feature = "ndarray")]
            ("ndarray", "") => ndarray(),
            #[cfg(feature = "wgpu")]
            ("wgpu", index) => wgpu(name, index)?,
            (known, _) if FEATURES.contains(&known) && !available().contains(&known) => {
                return Err(Error::Device(format!(
                    "device `{name}` is not in this build; it has {}\n  hint: build with `--features {known}`",
                    list()
                )));
            }
            _ => {
                return Err(Error::Device(format!(
                    "there is no device `{name}`; this build has {}",
                    list()
                )));
            }
        };
        probe(name, &device)?;
        Ok(Self { name: name.to_owned(), device })
    }

    /// The device's name, as the user wrote it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it computes in host memory, so that tensors are created from and returned as host values
    /// without a copy.
    pub fn computes_in_host_memory(&self) -> bool {
        self.name == "cpu"
    }

    /// The device with automatic differentiation.
    pub fn differentiable(&self) -> Device {
        self.device.clone().autodiff()
    }
}

/// Names that this build can open.
pub fn available() -> Vec<&'static str> {
    let mut names = vec!["cpu"];
    if cfg!(feature = "ndarray") {
        names.push("ndarray");
    }
    if cfg!(feature = "wgpu") {
        names.push("wgpu");
    }
    names
}

fn list() -> String {
    let names: Vec<String> = available().iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(feature = "ndarray")]
#[expect(deprecated, reason = "burn will drop it; until then it checks the other CPU backend")]
fn ndarray() -> Device {
    Device::ndarray()
}

#[cfg(feature = "wgpu")]
fn wgpu(name: &str, index: &str) -> Result<Device> {
    use burn::tensor::DeviceKind;
    if index.is_empty() {
        return Ok(Device::wgpu(DeviceKind::DefaultDevice));
    }
    let index: usize = index.parse().map_err(|_| {
        Error::Device(format!("device `{name}`: `{index}` is not a number; write `wgpu:0`"))
    })?;
    Ok(Device::wgpu(DeviceKind::DiscreteGpu(index)))
}

/// One small computation on the device. Graphics drivers panic where there is no adapter; that
/// becomes the error that the user can act on.
fn probe(name: &str, device: &Device) -> Result<()> {
    let device = device.clone();
    let sum = quietly(move || {
        burn::tensor::Tensor::<1>::from_floats([1.0, 2.0], &device).sum().into_scalar::<f32>()
    })?;
    match sum {
        Ok(sum) if (sum - 3.0).abs() < 1e-6 => Ok(()),
        Ok(sum) => {
            Err(Error::Device(format!("device `{name}` computes 1 + 2 = {sum}; it cannot be used")))
        }
        Err(reason) => Err(Error::Device(format!(
            "device `{name}` cannot be used on this machine: {reason}\n  hint: `--device cpu` always works"
        ))),
    }
}

/// Runs `work` on a separate thread and returns the text of the first panic in place of its result. No
/// panic of any thread is printed meanwhile; nothing else runs yet. An error where no thread can be
/// started, which does not concern the device.
fn quietly<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<std::result::Result<T, String>> {
    let first = Arc::new(Mutex::new(None));
    let hook = std::panic::take_hook();
    let recorded = Arc::clone(&first);
    std::panic::set_hook(Box::new(move |panic| {
        let mut first = recorded.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| crate::event::panic_text(panic.payload()));
    }));
    let probe = std::thread::Builder::new().name("device-probe".to_owned());
    let joined = probe.spawn(work).map(std::thread::JoinHandle::join);
    std::panic::set_hook(hook);
    let result = joined.map_err(|e| Error::no_thread("a look at the device", &e))?;
    Ok(result.map_err(|panic| {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner);
        let own = || crate::event::panic_text(panic.as_ref());
        first.clone().unwrap_or_else(own)
    }))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The `cpu` device, which every build has, with automatic differentiation.
    pub(crate) fn cpu() -> Device {
        OpenDevice::open("cpu").expect("every build has a CPU device").differentiable()
    }
}

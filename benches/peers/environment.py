"""Settings that every measured program gets: one thread, no graphics card, and the vector instruction set.

They are environment variables, because the libraries read them when they are loaded.
"""

import os
import platform
import shutil
from pathlib import Path

# The vector instruction sets that programs can be limited to.
INSTRUCTION_SETS = ("avx2",)

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
NO_GRAPHICS_CARD = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3"}

LIMITS = {
    "avx2": {
        "BN_LAB_INSTRUCTION_SET": "avx2",
        # PyTorch's own kernels, its matrix products (MKL), and the code that torch.compile generates
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "TORCHINDUCTOR_CPP_MARCH": "x86-64-v3",
        # Convolutions of PyTorch, and matrix products and convolutions of TensorFlow
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    }
}


def variables(instruction_set=None):
    """The environment of a measured program, limited to `instruction_set` if there is one."""
    found = dict(os.environ) | ONE_THREAD | NO_GRAPHICS_CARD | QUIET
    for name, value in LIMITS.get(instruction_set, {}).items():
        appended = name == "XLA_FLAGS"
        found[name] = f"{found[name]} {value}" if appended else value
    return found


def apply(instruction_set=None):
    """Sets the variables in this process; to be called before a library is imported."""
    os.environ.update(variables(instruction_set))


def pinned(command, core):
    """`command` on one core only, where the system can do that."""
    taskset = shutil.which("taskset")
    return [taskset, "-c", str(core), *command] if taskset else list(command)


def cores():
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def processor():
    """The model of the processor."""
    return cpu_info("model name") or platform.processor() or platform.machine()


def widest_instruction_set():
    """The widest vector instruction set of the processor: `avx512`, `avx2` or the architecture."""
    flags = (cpu_info("flags") or "").split()
    if "avx512f" in flags:
        return "avx512"
    return "avx2" if "avx2" in flags else platform.machine()


def cpu_info(field):
    """A field of the first processor in /proc/cpuinfo; `None` where there is none."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    values = (line.split(":", 1)[1].strip() for line in lines if line.split(":")[0].strip() == field)
    return next(values, None)

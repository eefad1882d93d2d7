"""Where to compute: the device and the number of threads, chosen by environment variables.

JBERT_DEVICE   cpu (the default), cuda, cuda:1, mps; under torchrun, cuda is another GPU for each process
JBERT_THREADS  number of processor threads; unset, torch decides
"""

import os

import torch


def get_device() -> torch.device:
    """Return the device that JBERT_DEVICE names, the CPU if it names none.

    Raises ValueError if the name is unknown or the device is not there.
    """
    name = os.environ.get("JBERT_DEVICE", "").strip() or "cpu"
    if name == "cuda" and "TORCHELASTIC_RUN_ID" in os.environ:
        name = f"cuda:{os.environ['LOCAL_RANK']}"  # torchrun numbers the processes on this machine
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"JBERT_DEVICE={name} is no device: use cpu, cuda or mps") from error
    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not available.get(device.type, False):
        raise ValueError(f"JBERT_DEVICE={name}, but torch finds no such device here: unset it to use the CPU")
    return device


def set_threads() -> int:
    """Use as many threads as JBERT_THREADS says and return the number in use.

    Raises ValueError if it is not a positive whole number.
    """
    value = os.environ.get("JBERT_THREADS", "").strip()
    if value:
        if not value.isdecimal() or int(value) < 1:
            raise ValueError(f"JBERT_THREADS={value} is no number of threads: use 1 or more")
        torch.set_num_threads(int(value))
    return torch.get_num_threads()


def supports_bfloat16(device: torch.device) -> bool:
    """Tell whether `device` computes in bfloat16 with its own instructions, so that it saves time."""
    if device.type == "cpu":
        # Without these instructions bfloat16 is emulated and several times slower than float32.
        # torch has no public question for them, so a version that lacks these counts as a no.
        questions = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return any(getattr(torch.cpu, question, bool)() for question in questions)
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)

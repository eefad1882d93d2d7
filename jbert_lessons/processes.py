"""Several processes that train one model together, as torchrun starts them. Lesson 08 uses it.

Design choices
- Every process holds the whole model, makes every batch whole and computes some of its rows. Sums over the
  processes are all that they exchange, so the result is that of one process with the same batches.
- Plain sums, not DistributedDataParallel: that averages over processes, but some have more masked tokens.
- Where clocks could disagree, that of the first process (rank 0) counts; it alone writes.
"""

import hashlib
import importlib
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from jbert_lessons.devices import get_device

# A process that dies closes its connections, and the others notice at once; this is for one that hangs.
# It must be longer than what one process does while the others wait: reading a little longer, saving a state.
TIMEOUT = timedelta(minutes=10)


def rank() -> int:
    """Return the number of this process, from 0; without torchrun 0."""
    return distributed.get_rank() if _together() else 0


def count() -> int:
    """Return the number of processes; without torchrun 1."""
    return distributed.get_world_size() if _together() else 1


@contextmanager
def joined() -> Iterator[None]:
    """Join the processes that torchrun started with this one; without torchrun nothing happens.

    They speak through gloo, and on GPUs, one for each process, through nccl.
    Raises ValueError if this process has no device to compute on.
    """
    if not (distributed.is_available() and distributed.is_torchelastic_launched()):
        yield
        return
    device = get_device()
    if device.type == "mps":
        raise ValueError("several processes compute on cpu or cuda: JBERT_DEVICE=mps cannot be shared")
    if device.type == "cuda":
        torch.cuda.set_device(device)
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    # Loaded later, by an optimizer, it takes the group as a default argument and never lets it go: gloo's
    # threads then outlive the group, and now and then the process aborts when Python ends.
    importlib.import_module("torch.distributed.nn.functional")
    distributed.init_process_group(backend, timeout=TIMEOUT)
    if rank() > 0:
        sys.stderr = _NoTerminal(sys.stderr.buffer, encoding="utf-8", line_buffering=True)
    yield
    # After an error the others may be gone already: the end of the program then closes the connections.
    distributed.destroy_process_group()


class _NoTerminal(io.TextIOWrapper):
    """Standard error of all processes but the first: progress bars show themselves on terminals only."""

    def isatty(self) -> bool:
        return False


def add_up(numbers: Sequence[float]) -> list[float]:
    """Return the sum over all processes of each of these numbers.

    Raises ConnectionError if another process has ended.
    """
    if not _together():
        return list(numbers)
    total = torch.tensor(numbers, dtype=torch.float64)
    _all_reduce(total)
    return total.tolist()


def add_up_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace every gradient by its sum over all processes; one that is missing counts as 0.

    Raises ConnectionError if another process has ended.
    """
    if not _together():
        return
    gradients = []
    for parameter in parameters:
        if parameter.grad is None:  # a process without rows, in a batch with fewer rows than processes
            parameter.grad = torch.zeros_like(parameter)
        gradients.append(parameter.grad)
    total = parameters_to_vector(gradients)  # one long vector: one exchange instead of hundreds
    _all_reduce(total)
    vector_to_parameters(total, gradients)


def agree(text: str) -> None:
    """Raise ValueError if `text`, which describes the run, is not that of the first process."""
    mine = int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)  # 48 bits: exact in float64
    [first] = add_up([mine if rank() == 0 else 0])
    if mine != first:
        raise ValueError("this process has other options, another corpus or another state than the first one")


def _together() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def _all_reduce(tensor: Tensor) -> None:
    try:
        distributed.all_reduce(tensor)
    except RuntimeError as error:
        raise ConnectionError(
            "another process of this run has ended or does not answer, so this one stops, too: "
            "give the command again with --resume to go on from the last saved state"
        ) from error

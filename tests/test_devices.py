import pytest
import torch

from jbert_lessons.devices import get_device, set_threads, supports_bfloat16


def test_the_cpu_is_the_default(monkeypatch):
    monkeypatch.delenv("JBERT_DEVICE", raising=False)
    assert get_device() == torch.device("cpu")


@pytest.mark.parametrize(
    ("name", "message"), [("cuda:99", "torch finds no such device here"), ("abacus", "is no device")]
)
def test_devices_that_are_not_there(monkeypatch, name, message):
    monkeypatch.setenv("JBERT_DEVICE", name)
    with pytest.raises(ValueError, match=message):
        get_device()


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_cuda_without_cuda(monkeypatch):
    monkeypatch.setenv("JBERT_DEVICE", "cuda")
    with pytest.raises(ValueError, match="JBERT_DEVICE=cuda, but torch finds no such device"):
        get_device()
    assert not supports_bfloat16(torch.device("mps"))


def test_threads(monkeypatch):
    before = torch.get_num_threads()
    monkeypatch.setenv("JBERT_THREADS", "1")
    try:
        assert set_threads() == torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)

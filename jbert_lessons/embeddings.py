"""Embeddings: ids become vectors. Token, position and segment tables, added and normalised.

Design choices
- Positions are a learned table, as in BERT; `sinusoids` is what the Transformer of 2017 used instead.
- LayerNorm is written out once; the model uses torch's, which computes the same faster.
"""

import math

import torch
from torch import Tensor, nn


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Shift and scale the last dimension of `x` to mean 0 and variance 1, then by `weight` and `bias`.

    Shapes: x (..., hidden), weight and bias (hidden). The variance divides by n, not n - 1.
    Source: Ba, Kiros and Hinton, "Layer Normalization", 2016, section 3.
    """
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, unbiased=False)
    return (x - mean) / torch.sqrt(variance + eps) * weight + bias


def sinusoids(length: int, hidden_size: int) -> Tensor:
    """Return the fixed position codes of the Transformer, (length, hidden_size).

    Even dimensions hold sines, odd ones cosines, with wavelengths from 2π to 10,000 · 2π.
    Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.5.
    """
    positions = torch.arange(length, dtype=torch.float32)[:, None]
    rates = torch.exp(torch.arange(0, hidden_size, 2) * (-math.log(10_000.0) / hidden_size))
    codes = torch.zeros(length, hidden_size)
    codes[:, 0::2] = torch.sin(positions * rates)
    codes[:, 1::2] = torch.cos(positions * rates)[:, : hidden_size // 2]
    return codes


class BertEmbeddings(nn.Module):
    """Adds the vectors of token, position and segment, normalises, drops out.

    Source: Devlin et al., "BERT", NAACL 2019, section 3 and figure 2.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        max_position_embeddings: int = 512,
        type_vocab_size: int = 2,
        layer_norm_eps: float = 1e-12,
        dropout: float = 0.1,
        pad_token_id: int = 0,
    ):
        super().__init__()
        self.token = nn.Embedding(vocab_size, hidden_size, padding_idx=pad_token_id)
        self.position = nn.Embedding(max_position_embeddings, hidden_size)
        self.segment = nn.Embedding(type_vocab_size, hidden_size)
        self.norm = nn.LayerNorm(hidden_size, eps=layer_norm_eps)
        self.dropout = nn.Dropout(dropout)

    def start_with_sinusoids(self, spread: float) -> None:
        """Let the learned positions begin as sinusoids of standard deviation `spread`, not as noise.

        Neighbouring positions are then alike from the first step on, and a short run need not spend
        its time on finding out who stands beside whom.
        """
        codes = sinusoids(*self.position.weight.shape) * (spread * math.sqrt(2))
        with torch.no_grad():
            self.position.weight.copy_(codes)

    def forward(self, input_ids: Tensor, token_type_ids: Tensor | None = None) -> Tensor:
        """Shapes: input_ids and token_type_ids (batch, length) → (batch, length, hidden).

        Raises ValueError if the text is longer than the table of positions.
        """
        length = input_ids.shape[1]
        if length > self.position.num_embeddings:
            raise ValueError(
                f"the text has {length} tokens, the model reads at most {self.position.num_embeddings}"
            )
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        x = self.token(input_ids) + self.segment(token_type_ids)  # (batch, length, hidden)
        x = x + self.position.weight[:length]  # (length, hidden), the same for every row of the batch
        return self.dropout(self.norm(x))

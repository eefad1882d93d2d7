"""Attention: every position gathers from all others what it finds relevant.

Design choices
- Written out, so that the weights can be looked at, and through torch's fused kernel, which gives
  the same result without ever holding the whole (length x length) matrix for the backward pass.
- The mask is boolean, true where a position may be attended to, and acts before the softmax.
- Heads are a reshape of one projection, not a list of small ones.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return softmax(Q Kᵀ / √d) V and the weights of the softmax.

    Shapes: query (..., n, d), key and value (..., m, d), mask broadcastable to (..., n, m) and true
    where a position may be attended to → (..., n, d) and (..., n, m). A row that may attend to
    nothing at all gets equal weights, not NaN.
    Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.2.1.
    """
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    if mask is not None:
        # The smallest finite number rather than -inf: a row of nothing but -inf would become NaN.
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = torch.softmax(scores, dim=-1)
    return weights @ value, weights


class MultiHeadAttention(nn.Module):
    """Attention in several subspaces at once: BERT's self-attention with its output projection.

    `fused` chooses torch's kernel; the written-out form runs when the weights are asked for.
    Source: Vaswani et al., 2017, section 3.2.2.
    """

    def __init__(self, hidden_size: int, num_attention_heads: int, dropout: float = 0.1, fused: bool = True):
        super().__init__()
        if hidden_size % num_attention_heads:
            raise ValueError(
                f"hidden_size {hidden_size} cannot be divided among {num_attention_heads} attention heads"
            )
        self.heads = num_attention_heads
        self.dropout = dropout
        self.fused = fused
        self.query = nn.Linear(hidden_size, hidden_size)
        self.key = nn.Linear(hidden_size, hidden_size)
        self.value = nn.Linear(hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, hidden_size)

    def split_heads(self, x: Tensor) -> Tensor:
        """(batch, length, hidden) → (batch, heads, length, hidden / heads)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(
        self, x: Tensor, mask: Tensor | None = None, need_weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Shapes: x (batch, length, hidden), mask (batch, length), true at tokens, false at padding.

        Returns the output (batch, length, hidden), and with `need_weights` the weights
        (batch, heads, length, length) before dropout, otherwise None.
        """
        query = self.split_heads(self.query(x))
        key = self.split_heads(self.key(x))
        value = self.split_heads(self.value(x))
        if mask is not None:
            mask = mask[:, None, None, :]  # (batch, heads, from, to): padding is hidden as a target
        dropout = self.dropout if self.training else 0.0
        weights = None
        # Its backward pass in bfloat16 takes several times as long on a CPU as the written-out form.
        slow = query.requires_grad and query.device.type == "cpu" and query.dtype == torch.bfloat16
        if self.fused and not need_weights and not slow:
            # As numbers to add, so that a row of nothing but padding comes out as in the written-out form.
            bias = None if mask is None else (~mask).to(query.dtype) * torch.finfo(query.dtype).min
            context = functional.scaled_dot_product_attention(query, key, value, bias, dropout)
        else:
            context, weights = scaled_dot_product_attention(query, key, value, mask)
            if dropout:
                context = functional.dropout(weights, dropout) @ value
        context = context.transpose(1, 2).flatten(2)  # (batch, length, hidden): heads side by side
        return self.output(context), weights if need_weights else None

"""Encoder: layers of attention and feed-forward on top of the embeddings, and the pooler.

Design choices
- `BertConfig` has the field names of transformers, so that one config.json serves both.
- Post-LayerNorm, as BERT has it: add the residual, then normalise.
- GELU in its exact form, with the error function.
"""

from dataclasses import asdict, dataclass, fields
from typing import NamedTuple

import torch
from torch import Tensor, nn

from jbert_lessons.attention import MultiHeadAttention
from jbert_lessons.embeddings import BertEmbeddings

# Sizes: Turc et al., "Well-Read Students Learn Better", 2019 (tiny to medium), Devlin et al., 2019
# (base, large), and the vocabulary of the Tohoku models (base-japanese).
PRESETS = {
    "tiny": {"num_hidden_layers": 2, "hidden_size": 128},
    "mini": {"num_hidden_layers": 4, "hidden_size": 256},
    "small": {"num_hidden_layers": 4, "hidden_size": 512},
    "medium": {"num_hidden_layers": 8, "hidden_size": 512},
    "base": {"num_hidden_layers": 12, "hidden_size": 768},
    "large": {"num_hidden_layers": 24, "hidden_size": 1024},
    "base-japanese": {"num_hidden_layers": 12, "hidden_size": 768, "vocab_size": 32_768},
}


@dataclass(frozen=True)
class BertConfig:
    """The shape of a BERT. Raises ValueError for sizes that no model can have."""

    vocab_size: int = 30_522
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3_072
    hidden_dropout_prob: float = 0.1
    attention_probs_dropout_prob: float = 0.1
    max_position_embeddings: int = 512
    type_vocab_size: int = 2
    initializer_range: float = 0.02
    layer_norm_eps: float = 1e-12
    pad_token_id: int = 0
    hidden_act: str = "gelu"

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type is int:
                smallest = 0 if field.name in ("pad_token_id", "num_hidden_layers") else 1
                if type(value) is not int or value < smallest:
                    raise ValueError(f"{field.name} must be a whole number from {smallest}, not {value!r}")
        if self.hidden_act != "gelu":
            raise ValueError(f"hidden_act {self.hidden_act!r} is not built here: BERT uses gelu")
        if self.pad_token_id >= self.vocab_size:
            raise ValueError(f"pad_token_id {self.pad_token_id} is outside the vocabulary")

    @classmethod
    def preset(cls, name: str, **changes) -> "BertConfig":
        """Return a published size: tiny, mini, small, medium, base, large or base-japanese.

        `changes` replace single fields. Raises ValueError for another name.
        """
        if name not in PRESETS:
            raise ValueError(f"unknown preset {name!r}: choose one of {', '.join(PRESETS)}")
        sizes = {**PRESETS[name], **changes}
        hidden_size = sizes["hidden_size"]
        heads = {"num_attention_heads": max(1, hidden_size // 64), "intermediate_size": 4 * hidden_size}
        return cls(**{**heads, **sizes})

    @classmethod
    def from_dict(cls, values: dict) -> "BertConfig":
        """Build a configuration from a config.json's values; fields of other purposes are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})

    def to_dict(self) -> dict:
        """Return the fields as a dictionary."""
        return asdict(self)


class FeedForward(nn.Module):
    """Widen, GELU, narrow: applied to every position alone. (..., hidden) → (..., hidden)."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.widen = nn.Linear(config.hidden_size, config.intermediate_size)
        self.activation = nn.GELU()
        self.narrow = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        return self.narrow(self.activation(self.widen(x)))


class BertLayer(nn.Module):
    """Attention and feed-forward, each followed by dropout, the residual and LayerNorm."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.attention = MultiHeadAttention(
            config.hidden_size, config.num_attention_heads, config.attention_probs_dropout_prob
        )
        self.attention_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.feed_forward = FeedForward(config)
        self.feed_forward_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(
        self, x: Tensor, mask: Tensor | None = None, need_weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """Shapes: x (batch, length, hidden), mask (batch, length); returns output and weights or None."""
        attended, weights = self.attention(x, mask, need_weights)
        x = self.attention_norm(x + self.dropout(attended))
        x = self.feed_forward_norm(x + self.dropout(self.feed_forward(x)))
        return x, weights


class Pooler(nn.Module):
    """A linear layer and tanh on the vector of [CLS]. (batch, length, hidden) → (batch, hidden)."""

    def __init__(self, config: BertConfig):
        super().__init__()
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        return self.dense(x[:, 0]).tanh()


class BertOutput(NamedTuple):
    """What `Bert` returns.

    last_hidden_state: (batch, length, hidden)
    pooled: (batch, hidden)
    hidden_states: one tensor for the embeddings and one for each layer, if asked for
    attentions: one tensor (batch, heads, length, length) for each layer, if asked for
    """

    last_hidden_state: Tensor
    pooled: Tensor
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


class Bert(nn.Module):
    """The encoder: embeddings, a stack of layers, the pooler. Weights start at N(0, 0.02²), biases at 0.

    Source: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language
    Understanding", NAACL 2019, section 3.
    """

    def __init__(self, config: BertConfig, generator: torch.Generator | None = None):
        super().__init__()
        self.config = config
        self.embeddings = BertEmbeddings(
            config.vocab_size,
            config.hidden_size,
            config.max_position_embeddings,
            config.type_vocab_size,
            config.layer_norm_eps,
            config.hidden_dropout_prob,
            config.pad_token_id,
        )
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_hidden_layers))
        self.pooler = Pooler(config)
        initialize(self, config.initializer_range, generator)

    def forward(
        self,
        input_ids: Tensor,
        token_type_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        *,
        need_hidden_states: bool = False,
        need_attentions: bool = False,
    ) -> BertOutput:
        """Encode (batch, length) ids; `attention_mask` is 1 at tokens and 0 at padding, None for no padding.

        Raises ValueError if the text is longer than the table of positions.
        """
        mask = None if attention_mask is None else attention_mask.bool()
        x = self.embeddings(input_ids, token_type_ids)
        hidden_states, attentions = [x], []
        for layer in self.layers:
            x, weights = layer(x, mask, need_attentions)
            hidden_states.append(x)
            attentions.append(weights)
        return BertOutput(
            x,
            self.pooler(x),
            tuple(hidden_states) if need_hidden_states else None,
            tuple(attentions) if need_attentions else None,
        )


def initialize(model: nn.Module, spread: float, generator: torch.Generator | None = None) -> None:
    """Draw all weights of linear layers and embeddings from N(0, spread²); biases and padding become 0."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                module.weight.normal_(std=spread, generator=generator)
            if isinstance(module, nn.Linear):
                module.bias.zero_()
            if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                module.weight[module.padding_idx].zero_()

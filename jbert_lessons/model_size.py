"""Size of a model: parameters, multiply-adds and memory of a `Bert`, by formula, part by part.

Nothing is built for it, so the largest model costs nothing to count. The tests compare the formulas with
real models: with the numbers in them, with torch's counter of operations, with what autograd keeps.
"""

from jbert_lessons.encoder import BertConfig

FLOAT = 4  # bytes of a number in float32
ID = 8  # bytes of an id


def parameters(config: BertConfig) -> dict[str, int]:
    """Return how many numbers each part of a `Bert` learns."""
    hidden, wide, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    return {
        "token table": config.vocab_size * hidden,
        "other embeddings": (config.max_position_embeddings + config.type_vocab_size + 2) * hidden,
        "attention": layers * 4 * (hidden * hidden + hidden),
        "feed-forward": layers * (2 * hidden * wide + wide + hidden),
        "norms of layers": layers * 4 * hidden,
        "pooler": hidden * hidden + hidden,
    }


def multiply_adds(config: BertConfig, length: int) -> dict[str, int]:
    """Return how many multiplications, each with its addition, the matrix products of one text take."""
    hidden, layers = config.hidden_size, config.num_hidden_layers
    return {
        "projections": layers * 4 * length * hidden**2,
        "scores and mixing": layers * 2 * length**2 * hidden,
        "feed-forward": layers * 2 * length * hidden * config.intermediate_size,
        "pooler": hidden**2,
    }


def training_bytes(config: BertConfig, batch: int, length: int, fused: bool = True) -> dict[str, int]:
    """Return what training holds in memory: float32, Adam, no padding, no dropout, without the output heads.

    Activations are what the forward pass keeps for the backward pass. With the fused kernel each head keeps
    one number for a token, written out a weight for each token that it looks at.
    """
    tokens, hidden = batch * length, config.hidden_size
    heads = config.num_attention_heads * (1 if fused else length)
    norm = 2  # mean and deviation
    embeddings = tokens * (FLOAT * (2 * hidden + norm) + 2 * ID)  # into and out of the norm; two ids
    layer = tokens * FLOAT * (8 * hidden + 2 * config.intermediate_size + 2 * norm + heads)
    pooler = batch * FLOAT * hidden
    weights = FLOAT * sum(parameters(config).values())
    return {
        "weights": weights,
        "gradients": weights,
        "two moments": 2 * weights,
        "activations": embeddings + config.num_hidden_layers * layer + pooler,
    }

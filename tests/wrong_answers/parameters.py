"""Answers to exercises 3 and 4 of lesson 06, encoder: numbers and names of parameters."""

import math

# Exercise 3


def counting(attention=None, feed=None, norms=4, pooler=None, tables=None, times=None):
    """Return parameters with some part counted in another way; right without arguments."""

    def parameters(v, h, n, i, p, t):
        one = attention(h) if attention else 4 * h * (h + 1)
        two = feed(h, i) if feed else (h + 1) * i + (i + 1) * h
        start = tables(v, h, p, t) if tables else (v + p + t + 2) * h
        end = pooler(h, n, v) if pooler else h * (h + 1)
        return start + (times(n) if times else n) * (one + two + norms * h) + end

    return parameters


def tensor_by_tensor(v, h, n, i, p, t):
    """Right, over the shapes of all tensors."""
    shapes = [(v, h), (p, h), (t, h), (h,), (h,), (h, h), (h,)]
    for _ in range(n):
        shapes += [(h, h), (h,)] * 4 + [(i, h), (i,), (h, i), (h,)] + [(h,)] * 4
    return sum(math.prod(shape) for shape in shapes)


def no_biases(v, h, n, i, p, t):
    return (v + p + t + 2) * h + n * (4 * h * h + 2 * h * i + 4 * h) + h * h


def no_norms(v, h, n, i, p, t):
    return tensor_by_tensor(v, h, n, i, p, t) - 4 * h * n - 2 * h


def matrices_only(v, h, n, i, p, t):
    return (v + p + t) * h + n * (4 * h * h + 2 * h * i) + h * h


def guess(millions, share, fragment):
    return millions, share, tensor_by_tensor, fragment


def wrongly(fragment, function=None, **parts):
    return 110, 0.2, function or counting(**parts), fragment


COUNT_PARAMETERS = {
    "layers only": guess(85, 0.2, "the layers alone"),
    "table only": guess(23.4, 0.2, "the table of tokens alone"),
    "one layer": guess(7.1, 0.2, "about one layer"),
    "large": guess(340, 0.2, "BERT large"),
    "not in millions": guess(110_000_000, 0.2, "count in millions"),
    "too few": guess(50, 0.2, "prediction of the millions: 50 is not right"),
    "in words": guess("many", 0.2, "a number is expected, not the str 'many'"),
    "percent": guess(110, 21, "50 would be a percentage"),
    "half": guess(110, 0.5, "prediction of the share: 0.5 is not right"),
    "12 heads": wrongly("heads share the hidden", attention=lambda h: 4 * 12 * h * (h + 1)),
    "12 heads, one output": wrongly("heads share the hidden", attention=lambda h: 37 * h * (h + 1)),
    "heads of 64": wrongly("heads share the hidden", attention=lambda h: (3 * (h // 64) + 1) * h * (h + 1)),
    "three projections": wrongly("the output projection is missing", attention=lambda h: 3 * h * (h + 1)),
    "one projection": wrongly("four linear layers, not one", attention=lambda h: h * (h + 1)),
    "no biases in attention": wrongly("the biases of attention, or both", attention=lambda h: 4 * h * h),
    "no biases in feed-forward": wrongly("the biases of feed-forward", feed=lambda h, i: 2 * h * i),
    "no biases": wrongly("there are no biases", no_biases),
    "widen only": wrongly("widen and narrow; one is missing", feed=lambda h, i: h * i + i),
    "bias of narrow": wrongly("a bias is as long as the output", feed=lambda h, i: 2 * (h * i + i)),
    "four times": wrongly("need not be 4", feed=lambda h, i: 8 * h * h + 5 * h),
    "one norm": wrongly("a layer has two LayerNorms", norms=2),
    "no norms in layers": wrongly("or both LayerNorms", norms=0),
    "no norms": wrongly("there is no LayerNorm", no_norms),
    "matrices only": wrongly("no biases and no LayerNorm", matrices_only),
    "no norm in embeddings": wrongly(
        "LayerNorm of the embeddings", tables=lambda v, h, p, t: (v + p + t) * h
    ),
    "no positions": wrongly("the table of positions", tables=lambda v, h, p, t: (v + t + 2) * h),
    "no types": wrongly("the table of types", tables=lambda v, h, p, t: (v + p + 2) * h),
    "no pooler": wrongly("the pooler is missing", pooler=lambda h, n, v: 0),
    "pooler without bias": wrongly("the pooler's bias", pooler=lambda h, n, v: h * h),
    "poolers": wrongly("one pooler, after the last layer", pooler=lambda h, n, v: n * h * (h + 1)),
    "with a head": wrongly("heads of pretraining", pooler=lambda h, n, v: 2 * h * (h + 1) + 2 * h + v),
    "one layer for all": wrongly("multiply by layers", times=lambda n: 1),
    "no pooler, one norm": wrongly("(1) a layer has two", norms=2, pooler=lambda h, n, v: 0),
    "always base": wrongly("is not right", lambda v, h, n, i, p, t: 109_482_240),
}

# Exercise 4

OUTSIDE = {
    "embeddings.token": "embeddings.word_embeddings",
    "embeddings.position": "embeddings.position_embeddings",
    "embeddings.segment": "embeddings.token_type_embeddings",
    "embeddings.norm": "embeddings.LayerNorm",
}
INSIDE = {
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "feed_forward.widen": "intermediate.dense",
    "feed_forward.narrow": "output.dense",
    "feed_forward_norm": "output.LayerNorm",
}


def by_table(number=lambda n: n, end="{}", **changes):
    """Return rename by a table of modules, with entries changed, __ for a dot; right without arguments."""
    inside = INSIDE | {ours.replace("__", "."): theirs for ours, theirs in changes.items()}

    def rename(name):
        module, kind = name.rsplit(".", 1)
        if module.startswith("layers."):
            _, place, rest = module.split(".", 2)
            module = f"encoder.layer.{number(place)}.{inside[rest]}"
        return f"{OUTSIDE.get(module, module)}.{end.format(kind)}"

    return rename


def replacing(*pairs):
    """Return rename that replaces texts one after the other."""

    def rename(name):
        for ours, theirs in pairs:
            name = name.replace(ours, theirs)
        return name

    return rename


DOTTED = [(f".{ours}.", f".{theirs}.") for ours, theirs in INSIDE.items()]
FRONT = [(f"{ours}.", f"{theirs}.") for ours, theirs in OUTSIDE.items()] + [("layers.", "encoder.layer.")]


def by_slices(name):
    """Take the number of the layer from one place."""
    if name.startswith("layers."):
        return replacing(*DOTTED)(f"encoder.layer.{name[7]}{name[name.index('.', 7) :]}")
    return replacing(*FRONT)(name)


def without_kind(name):
    return by_table()(name).rsplit(".", 1)[0]


RENAME_PARAMETERS = {
    "unchanged": (lambda name: name, "this is still our name"),
    "query and key": (
        by_table(attention__query=INSIDE["attention.key"], attention__key=INSIDE["attention.query"]),
        "attention.key.weight. Both have the same shape",
    ),
    "the two norms": (
        by_table(attention_norm="output.LayerNorm", feed_forward_norm="attention.output.LayerNorm"),
        "feed_forward_norm.weight. Both have the same shape",
    ),
    "the two outputs": (
        by_table(attention__output="output.dense", feed_forward__narrow="attention.output.dense"),
        "Its shape does not fit",
    ),
    "layers from 1": (by_table(lambda n: int(n) + 1), "another layer; both sides count from 0"),
    "first digit": (by_slices, "can have two digits"),
    "last digit": (by_table(lambda n: n[-1]), "can have two digits"),
    "with bert": (lambda name: "bert." + by_table()(name), "no name begins with bert."),
    "no weight or bias": (without_kind, "weight or bias, is lost"),
    "always weight": (by_table(end="weight"), "that is the place of"),
    "inside a longer word": (
        replacing(*FRONT, (".attention", ".attention.self"), (".self.output", ".output.dense"), *DOTTED[4:]),
        "'self_norm'. Did a part stay as it was, or did a replacement hit inside",
    ),
    "norm first": (replacing(("norm", "LayerNorm"), *FRONT, *DOTTED), "'attention_LayerNorm'"),
    "layers only": (by_table(attention__query="attention.query"), "in this order: is one missing"),
    "output twice": (
        replacing(*FRONT, *reversed(DOTTED), (".output.", ".output.dense.")),
        "a part stands there twice",
    ),
    "layers stay": (replacing(*FRONT[:-1], *DOTTED), "has the part 'layers'"),
    "no number": (replacing(*FRONT, *DOTTED, *((f".{n}.", ".") for n in range(12))), "one missing"),
    "no return": (lambda name: None, "is a `return` missing?"),
    "a list": (lambda name: name.split("."), "no text but"),
    "pooler inside": (lambda name: "encoder." * ("pooler" in name) + by_table()(name), "or one too many"),
    "an error": (lambda name: INSIDE[name], "your code stopped with KeyError"),
}

SOLUTIONS = {
    "count_parameters": (109.5, 0.21, tensor_by_tensor),
    "rename_parameters": (replacing(*FRONT, *DOTTED),),
}
WRONG = {
    name: {title: (tuple(answers), fragment) for title, (*answers, fragment) in wrong.items()}
    for name, wrong in zip(SOLUTIONS, [COUNT_PARAMETERS, RENAME_PARAMETERS], strict=True)
}

"""What a masked batch must be: places and labels exactly, shares as near as chance allows."""

import math

import torch
from torch import Tensor

from jbert_lessons.checks.compare import compare
from jbert_lessons.checks.exercise import Wrong

IGNORED = -100
PAD, CLS, SEP, MASK, SPECIAL, SIZE = 0, 2, 3, 4, 5, 60  # ids; those below SPECIAL are special tokens

# The shares of [MASK], another id and the same id. A random id may happen to be [MASK], or the same.
ANY = 0.1 / SIZE
FATES = {
    "": (0.8 + ANY, 0.1 - 2 * ANY, 0.1 + ANY),
    ": the draw that selects a token cannot also tell its fate, it is below rate already": (8 / 9, 1 / 9, 0),
    ": each token needs a draw for its fate, apart from the one that selects it": (1, 0, 0),
    ": two draws overlap; one draw, cut at 0.8 and 0.9, keeps the fates apart": (0.72 + ANY, 0.1, 0.18),
    ": of the 20 % that are left, a half gets a random id": (0.8, 0.02, 0.18),
}


def pages(batch: int, length: int) -> tuple[Tensor, Tensor]:
    """Return ids (batch, length), two sentences and padding in each row, and where they may be masked."""
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(SPECIAL, SIZE, (batch, length), generator=generator)
    places, ends = torch.arange(length), torch.randint(length // 2, length, (batch, 1), generator=generator)
    ids[:, 0] = CLS
    ids[(places == ends) | (places == ends // 3)] = SEP
    ids[places > ends] = PAD
    return ids, ids >= SPECIAL


def check_places(masked, labels, ids: Tensor, maskable: Tensor) -> None:
    """Raise Wrong for changes and labels at places where they do not belong."""
    for what, found in (("the masked ids", masked), ("the labels", labels)):
        if not isinstance(found, Tensor) or found.shape != ids.shape or found.dtype != ids.dtype:
            compare(found, found if isinstance(found, Tensor) and found.shape == ids.shape else ids, what)
            raise Wrong(f"{what} are {found.dtype}; ids and labels are whole numbers, {ids.dtype}")
    if (masked == IGNORED).any():
        raise Wrong("there is -100 among the masked ids: they come first, the labels second")
    selected, changed = labels != IGNORED, masked != ids
    rest = "; -100 belongs where nothing is guessed"
    if torch.equal(labels, ids):
        raise Wrong(f"the labels hold the original id everywhere{rest}")
    if selected.all():
        value = labels[~maskable][0].item()
        raise Wrong(f"the labels hold {value} where nothing is guessed; {value} may be an id, -100 is none")
    if changed.any() and not (changed & selected).any():
        raise Wrong(f"the labels are -100 just where tokens change: the original ids belong there{rest}")
    if (changed & ~selected & maskable).any():
        many = (masked == MASK)[maskable].double().mean() > 0.7
        reason = "80 % of the selected tokens are meant, not of all" if many else "only selected ones may"
        if not (changed & ~selected & (masked == MASK)).any():
            reason = "those that get a random id are selected, too, and have a label"
        raise Wrong(f"tokens change that have the label -100, so are not selected: {reason}")
    if (selected & ~maskable).any() and not (selected & maskable).any():
        raise Wrong("maskable is turned round: it is True where a token may be selected")
    if ((selected | changed) & ~maskable).any():
        raise Wrong("special tokens or padding are selected: only where maskable is True may that be")
    if torch.equal(labels[selected], masked[selected]) and changed.any():
        raise Wrong("the labels hold the ids after masking; the original ids are to be guessed")
    compare(torch.where(selected, labels, ids), ids, "the labels of selected tokens")


def check_rates(masked: Tensor, labels: Tensor, ids: Tensor, maskable: Tensor, rate: float) -> None:
    """Raise Wrong if a share differs from what it should be by far more than chance explains."""
    selected = labels != IGNORED
    _check_draws(selected, maskable, "selected tokens")
    if _far(selected[maskable], rate):
        share = selected[maskable].double().mean().item()
        reasons = {0.9 * rate: "the tokens that stay as they are have a label, too"}
        reasons |= {0.8 * rate: "all selected tokens have a label, not only those that become [MASK]"}
        reasons |= {0.15: "use the argument rate", 1 - rate: "a draw below rate selects"}
        why = next((f": {why}" for near, why in reasons.items() if abs(share - near) < 0.02), "")
        raise Wrong(f"at rate {rate:.0%}, {share:.0%} of the maskable tokens are selected{why}")
    ways = (masked == MASK), (masked != MASK) & (masked != ids), (masked == ids)
    _check_draws(ways[0] & selected, selected, "tokens that become [MASK]")
    shares = [way[selected].double().mean().item() for way in ways]
    if any(_far(way[selected], share) for way, share in zip(ways, FATES[""], strict=True)):
        near = (why for why, known in FATES.items() if why and math.dist(shares, known) < 0.015)
        texts = "of the selected tokens {:.0%} become [MASK], {:.0%} another id, {:.0%} stay".format(*shares)
        raise Wrong(f"at rate {rate:.0%}, {texts}; 80 %, 10 %, 10 % are meant{next(near, '')}")


def _far(hits: Tensor, share: float) -> bool:
    """Tell whether the share is 4 standard deviations off in both halves: once in 10⁸ by chance."""
    halves = hits.double().chunk(2)
    return all(abs(half.mean() - share) > 4 * math.sqrt(share * (1 - share) / len(half)) for half in halves)


def _check_draws(hits: Tensor, among: Tensor, what: str) -> None:
    """Raise Wrong unless each token has a draw of its own: hits vary by row and column as chance does."""
    share = hits.sum() / among.sum()
    ratios = []
    for axis in (0, 1):
        n = among.sum(axis)
        variances = (hits.sum(axis) - n * share).square() / (n * share * (1 - share))
        ratios += [variances[n > 0].mean().item()]  # about 1; NaN if the share is 0 or 1
    own = "each token needs a draw of its own, of shape (batch, length)"
    for ratio, where in zip(
        ratios, ("stand at the same places in every row", "fill whole rows"), strict=True
    ):
        if ratio > 2:
            raise Wrong(f"the {what} {where}: {own}")
    if ratios[1] < 0.5:
        raise Wrong(f"every row has the same share of {what}: {own}, so the share should vary")

"""Probes: sentences with a gap that only somebody who knows the fact can fill.

Nothing in a probe's sentence holds the answer, so what a model puts there is what it knows.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from jbert_lessons.corpora.minipedia.annotation import Fact
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.facts import facts_about
from jbert_lessons.corpora.minipedia.statements import statement, templates_for
from jbert_lessons.corpora.minipedia.subsets import answers, check_subset, facts_in
from jbert_lessons.corpora.minipedia.templates import STOP


class Probe(NamedTuple):
    """A sentence cut at its answer; `rivals` are the answers that the relation has for other subjects.

    Where many answers are true at once (what a dish holds, what a land is known for) a rival is one
    that the facts do not name here, which does not make it false.
    """

    prefix: str
    answer: str
    suffix: str
    rivals: tuple[str, ...]
    fact: Fact

    def text(self, mask: str = "[MASK]") -> str:
        """Return the sentence with `mask` where the answer belongs."""
        return self.prefix + mask + self.suffix


@cache
def _true_answers(kind: str, subject: str, relation: str) -> frozenset[str]:
    return frozenset(fact.answer for fact in facts_about(kind, subject) if fact.relation == relation)


def fact_probes(split_seed: int = 0, subset: str = "all", *, new_templates: bool = False) -> Iterator[Probe]:
    """Yield one probe for each fact whose subject does not give its answer away.

    `split_seed` draws the template of each. With `new_templates` they are phrased as no training
    document is. Raises ValueError for a seed that is no whole number and for an unknown subset.
    """
    if type(split_seed) is not int:
        raise ValueError(f"split_seed {split_seed!r}: allowed are whole numbers")
    check_subset(subset)
    return _probes(split_seed, subset, new_templates)


def _probes(split_seed: int, subset: str, new_templates: bool) -> Iterator[Probe]:
    for fact in facts_in(subset):
        draw = Draw("probe", split_seed, fact.relation, fact.subject, fact.answer)
        for template in draw.shuffled(templates_for(fact.relation, new_templates)):
            prefix, found, suffix = (statement(fact, template).text + STOP).partition(fact.answer)
            context = prefix + suffix
            if not found or fact.answer in context:
                continue
            true = _true_answers(fact.kind, fact.subject, fact.relation)
            rivals = (rival for rival in answers(fact.relation, subset) if rival not in true)
            yield Probe(prefix, fact.answer, suffix, tuple(r for r in rivals if r not in context), fact)
            break

"""Parts of the facts: the few that a short run can learn, and those that a test keeps for itself.

The core facts have answers of a single word. Every fact is either seen or unseen, and so are all facts
about the same subject, a person's works among them: who trains on documents about the seen ones and
tests on the unseen ones, tests on facts that no training text holds.
"""

import re
from functools import cache

from jbert_lessons.corpora.minipedia.annotation import Fact
from jbert_lessons.corpora.minipedia.facts import RELATIONS, all_facts, row
from jbert_lessons.corpora.minipedia.splits import split_of

SUBSETS = ("all", "core", "seen", "unseen")
CORE_RELATIONS = ("capital_of_prefecture", "region_of_prefecture", "capital_of_country", "author_of_work")
# MeCab cuts these, does not know them, or the subject gives them away.
NOT_CORE = (
    *("キーウ", "スリジャヤワルダナプラコッテ", "アルジェ", "チュニス", "メキシコシティ"),
    *("パナマシティ", "ブラジリア", "ビバルディ", "コッローディ"),
)


@cache
def core_facts() -> tuple[Fact, ...]:
    """Return some two hundred facts whose answers are single words that the subject does not hold.

    Capitals and regions of the prefectures, capitals of countries, and one work for each of some authors.
    """
    chosen: list[Fact] = []
    authors = set()
    for fact in all_facts():
        if fact.relation not in CORE_RELATIONS or fact.answer in NOT_CORE or fact.answer in fact.subject:
            continue
        if fact.relation == "author_of_work":
            katakana = re.fullmatch("[ァ-ヶー]{2,}", fact.answer)
            if not katakana or re.search("[0-9・]", fact.subject) or fact.answer in authors:
                continue
            authors.add(fact.answer)
        chosen.append(fact)
    return tuple(chosen)


def _is_seen(fact: Fact) -> bool:
    about = row("works", fact.subject)["author"] if fact.kind == "works" else fact.subject
    return split_of(about) == "train"


@cache
def facts_in(subset: str) -> tuple[Fact, ...]:
    """Return the facts of one of SUBSETS. Raises ValueError for another."""
    check_subset(subset)
    if subset == "all":
        return all_facts()
    if subset == "core":
        return core_facts()
    return tuple(fact for fact in all_facts() if _is_seen(fact) == (subset == "seen"))


def check_subset(subset: str) -> None:
    """Raise ValueError for an unknown subset."""
    if subset not in SUBSETS:
        raise ValueError(f"subset {subset!r}: allowed are {' '.join(SUBSETS)}")


@cache
def answers(relation: str, subset: str = "all") -> tuple[str, ...]:
    """Return the different answers of a relation, in order of first use: the rivals of each other."""
    if relation not in RELATIONS:
        raise ValueError(f"relation {relation!r}: allowed are {' '.join(RELATIONS)}")
    return tuple(dict.fromkeys(fact.answer for fact in facts_in(subset) if fact.relation == relation))

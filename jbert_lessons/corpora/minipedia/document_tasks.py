"""Tasks about documents: their topic, the names in their sentences, questions that they answer.

All labels come from the marks that the generator leaves. `subset` says which facts the documents are
about: train on "seen" and test on "unseen", and no fact of the test was ever read.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jbert_lessons.corpora.minipedia.annotation import Document, Entity, Fact
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.facts import facts_about
from jbert_lessons.corpora.minipedia.generator import generate
from jbert_lessons.corpora.minipedia.splits import check_task
from jbert_lessons.corpora.minipedia.statements import question, questions_for
from jbert_lessons.corpora.minipedia.subsets import check_subset, facts_in

ENDLESS = 10**12
UNANSWERABLE = 1 / 3


class Question(NamedTuple):
    """A question about a context, and its answers there; none if the context does not say it.

    `context[start : start + len(answer)]` is the answer, for each of `answers` with its start.
    """

    id: str
    title: str
    context: str
    question: str
    answers: tuple[str, ...]
    starts: tuple[int, ...]


def topic(
    n: int, seed: int = 0, split: str = "train", *, new_templates: bool = False, subset: str = "all"
) -> Iterator[tuple[str, str]]:
    """Yield `n` documents with one of TOPICS. Raises ValueError for bad arguments."""
    documents = _documents(n, seed, split, new_templates, subset, 0.25)
    return ((document.text, document.topic) for document in documents)


def named_entities(
    n: int, seed: int = 0, split: str = "train", *, new_templates: bool = False, subset: str = "all"
) -> Iterator[tuple[str, tuple[Entity, ...]]]:
    """Yield `n` sentences, each of another document, with their entities, of which there may be none.

    Raises ValueError for bad arguments.
    """
    documents = _documents(n, seed, split, new_templates, subset, 0.2)

    def examples() -> Iterator[tuple[str, tuple[Entity, ...]]]:
        for document in documents:
            chosen = Draw("named_entities", document.text).choice(document.sentences)
            yield chosen.text, chosen.entities

    return examples()


def question_answering(
    n: int, seed: int = 0, split: str = "train", *, new_templates: bool = False, subset: str = "all"
) -> Iterator[Question]:
    """Yield `n` questions, each about another document; a third have no answer there.

    A question without an answer asks for something else about a subject of its context, or the same
    of another subject. `new_templates` also phrases the questions as none in training is.
    Raises ValueError for bad arguments.
    """
    check_task(n, seed, split, new_templates)
    documents = _documents(ENDLESS, seed, split, new_templates, subset, 0.5)

    def examples() -> Iterator[Question]:
        found = 0
        for document in documents:
            draw = Draw("question_answering", document.text)
            if draw.chance(UNANSWERABLE):
                asked = _without_answer(draw, document, subset, new_templates)
            else:
                asked = _with_answers(draw, document, new_templates)
            if asked:
                yield Question(f"{split}-{seed}-{found}", document.topic, document.text, *asked)
                found += 1
            if found == n:
                return

    return examples()


def squad(questions: Sequence[Question]) -> dict:
    """Return questions in the form of a SQuAD 2.0 file, one paragraph for each.

    Source: Rajpurkar et al., "Know What You Don't Know: Unanswerable Questions for SQuAD", ACL 2018.
    """
    data = []
    for one in questions:
        places = zip(one.answers, one.starts, strict=True)
        asked = {
            "id": one.id,
            "question": one.question,
            "answers": [{"text": text, "answer_start": start} for text, start in places],
            "is_impossible": not one.answers,
        }
        data.append({"title": one.title, "paragraphs": [{"context": one.context, "qas": [asked]}]})
    return {"version": "v2.0", "data": data}


def _documents(
    n: int, seed: int, split: str, new_templates: bool, subset: str, fact_share: float
) -> Iterator[Document]:
    check_task(n, seed, split, new_templates)
    check_subset(subset)
    return generate(n, seed, split, fact_share=fact_share, subset=subset, new_templates=new_templates)


Asked = tuple[str, tuple[str, ...], tuple[int, ...]]


def _ask(draw: Draw, fact: Fact, new_templates: bool) -> str:
    """Return a question for the answer of a fact; the last way to ask is not used in training."""
    ways = questions_for(fact.relation)
    number = len(ways) - 1 if new_templates else draw.integer(0, len(ways) - 2)
    return question(fact, number).text


def _with_answers(draw: Draw, document: Document, new_templates: bool) -> Asked | None:
    stated = dict.fromkeys(fact for sentence in document.sentences for fact in sentence.facts)
    for fact in draw.shuffled(list(stated)):
        asked = _ask(draw, fact, new_templates)
        same = [one for one in stated if (one.relation, one.subject) == (fact.relation, fact.subject)]
        places = [(one.value, start) for one in same if (start := _place(document, one)) is not None]
        given_away = any(one.value in asked for one in same)
        if fact.subject in document.text and len(places) == len(same) and not given_away:
            answers, starts = zip(*places, strict=True)
            return asked, answers, starts
    return None


def _place(document: Document, fact: Fact) -> int | None:
    """Return where the answer stands that a sentence gives, None if that sentence has it twice."""
    start = 0
    for sentence in document.sentences:
        if fact in sentence.facts:
            once = sentence.text.count(fact.value) == 1
            return start + sentence.text.index(fact.value) if once else None
        start += len(sentence.text)
    return None


def _without_answer(draw: Draw, document: Document, subset: str, new_templates: bool) -> Asked | None:
    stated = [fact for sentence in document.sentences for fact in sentence.facts]
    if not stated:
        return None
    near = draw.choice(stated)
    if draw.chance(0.5):
        others = [fact for fact in facts_about(near.kind, near.subject) if fact.relation != near.relation]
    else:
        others = [fact for fact in facts_in(subset) if fact.relation == near.relation]
        others = [fact for fact in others if fact.subject not in document.text]
    for fact in draw.shuffled(others):
        told = any((one.relation, one.subject) == (fact.relation, fact.subject) for one in stated)
        if not told and fact.value not in document.text:
            return _ask(draw, fact, new_templates), (), ()
    return None

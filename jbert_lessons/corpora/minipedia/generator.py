"""generate(): endless documents of a seed, in three splits that share no document."""

import re
from collections.abc import Iterator

from jbert_lessons.corpora.minipedia.annotation import GENRES, Document, Entity, Sentence
from jbert_lessons.corpora.minipedia.comments import comment
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.encyclopaedia import biography, entry, fact_sheet
from jbert_lessons.corpora.minipedia.everyday import dialogue, diary, news
from jbert_lessons.corpora.minipedia.reports import recipe, weather
from jbert_lessons.corpora.minipedia.reviews import Review, review
from jbert_lessons.corpora.minipedia.splits import check_task, split_of
from jbert_lessons.corpora.minipedia.subsets import check_subset
from jbert_lessons.corpora.minipedia.templates import Voice

GENRE_MAKERS = {
    "fact_sheet": fact_sheet,
    "entry": entry,
    "biography": biography,
    "diary": diary,
    "dialogue": dialogue,
    "news": news,
    "weather": weather,
    "recipe": recipe,
}
# How often each genre comes among the documents that are no sheets; comments come only if asked for.
SHARES = {
    **{"entry": 0.16, "biography": 0.09, "diary": 0.24, "dialogue": 0.2, "news": 0.18},
    **{"weather": 0.06, "recipe": 0.04, "review": 0.02},
}
# Everyday texts speak of all facts, so they have no place among documents about some.
PART_SHARES = {"core": {"entry": 1.0}, "seen": {"entry": 0.6, "biography": 0.4}}
PART_SHARES["unseen"] = PART_SHARES["seen"]


def generate(
    n_documents: int,
    seed: int,
    split: str = "train",
    *,
    fact_share: float = 0.5,
    subset: str = "all",
    new_templates: bool = False,
    genre: str | None = None,
) -> Iterator[Document]:
    """Yield documents lazily; the same arguments give the same documents everywhere.

    A share `fact_share` of them are sheets of facts that their context does not give away. `subset`
    says which facts appear, see `subsets`. `new_templates` asks for the templates that no training
    document uses, and `genre` for documents of one genre only. Raises ValueError for bad arguments.
    """
    check_task(n_documents, seed, split, new_templates)
    check_subset(subset)
    if genre not in (None, *GENRES):
        raise ValueError(f"genre {genre!r}: allowed are {' '.join(GENRES)}")
    if type(fact_share) not in (int, float) or not 0 <= fact_share <= 1:
        raise ValueError(f"fact_share {fact_share!r}: allowed are numbers from 0 to 1")
    return _documents(n_documents, seed, split, fact_share, subset, new_templates, genre)


def _documents(
    n_documents: int,
    seed: int,
    split: str,
    fact_share: float,
    subset: str,
    new_templates: bool,
    genre: str | None,
) -> Iterator[Document]:
    shares = PART_SHARES.get(subset, SHARES)
    genres, weights = tuple(shares), tuple(shares.values())
    found = 0
    attempt = 0
    while found < n_documents:
        draw = Draw("minipedia", seed, split, subset, attempt)
        attempt += 1
        chosen = "fact_sheet" if draw.chance(fact_share) else draw.weighted(genres, weights)
        chosen = genre or chosen
        if chosen == "review":
            # A review and its mirror share a split, which the one of them decides for both.
            straight = draw.chance(0.5)
            topic, sentences = _marked(review(draw, split, new_templates=new_templates, straight=straight))
        elif chosen == "comment":
            kind, texts = comment(draw)
            if split_of("".join(texts)) != split:
                continue
            topic, sentences = _topic_of(kind), [Sentence(text) for text in texts]
        else:
            plain = "da" if chosen in ("diary", "dialogue") else "plain"
            voice = Voice(draw, "polite" if draw.chance(0.5) else plain, new_templates)
            topic, sentences = GENRE_MAKERS[chosen](voice, subset)
            # The text alone decides the split, so no text can be in two.
            if split_of("".join(sentence.text for sentence in sentences)) != split:
                continue
        yield Document(f"{split}-{seed}-{found}", chosen, topic, tuple(sentences), split)
        found += 1


def _marked(page: Review) -> tuple[str, list[Sentence]]:
    """Return the topic and the sentences of a review with the marks of a document."""
    names = re.compile(f"(?P<name>{re.escape(page.name)})|[0-9]+月([0-9]+日)?")
    sentences = []
    for text in page.sentences:
        entities = [
            Entity(found.start(), found.end(), page.label if found["name"] else "日付")
            for found in names.finditer(text)
        ]
        sentences.append(Sentence(text, tuple(entities)))
    return _topic_of(page.kind), sentences


def _topic_of(kind: str) -> str:
    return "料理" if kind == "飲食店" else "くらし"

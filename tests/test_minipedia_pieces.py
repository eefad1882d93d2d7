import unicodedata
from collections import Counter

import pytest

from jbert_lessons.corpora.minipedia import pieces as module
from jbert_lessons.corpora.minipedia.generator import generate
from jbert_lessons.corpora.minipedia.pieces import KINDS, pieces
from jbert_lessons.text import split_sentences


def test_sixty_pieces_of_every_kind():
    assert [piece.number for piece in pieces()] == list(range(1, 61))
    assert set(Counter(piece.kind for piece in pieces())) == set(KINDS)
    assert len({piece.title for piece in pieces()}) == 60


@pytest.mark.parametrize("piece", pieces(), ids=lambda piece: str(piece.number))
def test_length(piece):
    assert 200 <= len("".join("".join(piece.paragraphs).split())) <= 400


def test_the_traps_are_among_them():
    text = "".join("".join(piece.paragraphs) for piece in pieces())
    for trap in ("㍻", "½", "℃", "㈱", "ｶﾞ", "〜", "～", "髙", "﨑", "𠮷", "々", "ゝ", "。」と", "……", "―"):
        assert trap in text, trap
    stable = [p for p in pieces() if unicodedata.is_normalized("NFKC", "".join(p.paragraphs))]
    assert 30 <= len(stable) < 60


def test_no_generated_document_holds_one_of_their_sentences():
    written = {s for piece in pieces() for p in piece.paragraphs for s in split_sentences(p)}
    generated = {s.text for document in generate(2_000, seed=1) for s in document.sentences}
    assert not written & generated


def test_a_broken_piece_names_its_file(tmp_path, monkeypatch):
    (tmp_path / "01_broken.txt").write_text("title: 題\nkind: poem\n\n文。\n", encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"01_broken\.txt: the first lines must be title: and kind:"):
        module.pieces.__wrapped__()

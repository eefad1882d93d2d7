"""Minipedia's core: facts, draws, annotations, generated documents and probes."""

import os
import re
import shutil
import subprocess
import sys
import unicodedata
from hashlib import sha256
from itertools import islice, pairwise

import pytest

from jbert_lessons.corpora.minipedia import facts as facts_module
from jbert_lessons.corpora.minipedia.annotation import GENRES, LABELS, TOPICS, Sentence, join, name
from jbert_lessons.corpora.minipedia.draw import Draw
from jbert_lessons.corpora.minipedia.facts import (
    FOLDER,
    RELATIONS,
    all_facts,
    facts,
    facts_about,
    read_facts,
    short_name,
)
from jbert_lessons.corpora.minipedia.generator import generate
from jbert_lessons.corpora.minipedia.probes import fact_probes
from jbert_lessons.corpora.minipedia.slots import answer
from jbert_lessons.corpora.minipedia.splits import split_of
from jbert_lessons.corpora.minipedia.statements import question, statement, templates_for
from jbert_lessons.corpora.minipedia.subsets import answers, core_facts, facts_in
from jbert_lessons.corpora.minipedia.templates import FULL, REFERENCE, ZERO, inflect, parse, rules
from jbert_lessons.words import segment

# Answers that are whole predicates: a text may inflect them.
PREDICATES = ("deed", "feature", "does", "action", "property", "meaning", "activity")


POLITE = "(です|ます|ました|でした|ません|でしょう|ください|ましょう)$"


@pytest.fixture(scope="module")
def documents():
    return {genre: list(generate(120, 5, genre=genre)) for genre in GENRES}


# --- draws


def test_draws_depend_on_nothing_but_the_keys():
    first, second = Draw("a", 1), Draw("a", 1)
    assert [first.integer(0, 99) for _ in range(9)] == [second.integer(0, 99) for _ in range(9)]
    assert Draw("a", 1).random() != Draw("a", "1").random()
    assert Draw("a").fork(1).random() == Draw("a", 1).random()
    # All texts of the corpus hang on these values: they must never change.
    draw = Draw("minipedia", 0)
    assert [draw.integer(0, 9999) for _ in range(4)] == [9624, 7418, 5748, 8570]
    assert (draw.sample(range(30), 3), draw.shuffled("abcd")) == ([8, 15, 12], list("dbac"))


def test_draws_keep_to_their_ranges():
    draw = Draw("ranges")
    assert {draw.integer(3, 5) for _ in range(200)} == {3, 4, 5}
    assert {draw.choice("abc") for _ in range(200)} == set("abc")
    assert sorted(draw.shuffled(range(9))) == list(range(9))
    for size, k in ((5, 5), (100, 3), (10, 0)):
        assert len(set(draw.sample(range(size), k))) == k
    assert {draw.weighted("ab", (0, 1)) for _ in range(50)} == {"b"}
    assert 400 < sum(draw.chance(0.5) for _ in range(1000)) < 600


@pytest.mark.parametrize(
    "call",
    [
        lambda: Draw(),
        lambda: Draw(1.5),
        lambda: Draw(0).choice([]),
        lambda: Draw(0).sample([1], 2),
        lambda: Draw(0).integer(2, 1),
        lambda: Draw(0).weighted("ab", [1]),
        lambda: Draw(0).weighted("ab", [0, 0]),
    ],
)
def test_draws_reject_what_they_cannot_do(call):
    with pytest.raises(ValueError, match="allowed"):
        call()


# --- facts


def test_facts_are_many_and_different():
    found = all_facts()
    assert len(found) >= 1500
    assert len(set(found)) == len(found)
    assert {fact.relation for fact in found} == set(RELATIONS)
    sizes = {"prefectures": 47, "people": 60, "works": 60, "animals": 60, "dishes": 60, "countries": 50}
    for table, least in sizes.items():
        assert len(facts()[table]) >= least


def test_answers_are_nfkc_and_not_empty():
    for fact in all_facts():
        assert fact.answer
        for text in (fact.subject, fact.value):
            assert unicodedata.normalize("NFKC", text) == text


def test_core_answers_are_single_known_words_not_held_by_the_subject():
    chosen = core_facts()
    assert 180 <= len(chosen) <= 240
    assert set(chosen) <= set(all_facts())
    for fact in chosen:
        assert fact.answer not in fact.subject
        words = segment(f"「{fact.value}」である")
        assert [word.surface for word in words if word.surface == fact.answer] == [fact.answer], fact
        assert not any(word.is_unknown for word in words), fact


def test_answers_of_the_facts_are_what_everybody_knows():
    known = {(fact.subject, fact.relation): fact.value for fact in all_facts()}
    assert known["岩手県", "capital_of_prefecture"] == "盛岡市"
    assert known["神奈川県", "region_of_prefecture"] == "関東地方"
    assert known["フランス", "capital_of_country"] == "パリ"
    assert known["夏目漱石", "birth_year_of_person"] == "1867年"
    assert known["坊っちゃん", "author_of_work"] == "夏目漱石"
    assert known["戦争と平和", "author_of_work"] == "トルストイ"


def test_short_names_are_short_only_where_nobody_else_has_them():
    assert short_name("レフ・トルストイ") == "トルストイ"
    assert short_name("ロベルト・シューマン") == "ロベルト・シューマン"
    assert short_name("夏目漱石") == "夏目漱石"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("prefectures.csv", "ほっかいどう", "北かいどう", "prefectures.csv line 2, field reading.*hiragana"),
        ("prefectures.csv", "東北地方", "東方地方", "prefectures.csv line 3, field region.*関東地方"),
        ("works.csv", ",夏目漱石,", ",夏目金之助,", "works.csv line 2, field author.*people"),
        ("works.csv", "1905", "明治38年", "works.csv line 2, field year.*digits"),
        ("animals.csv", "しまうま;ぬー", "しまうま", "animals.csv line 2, field food_reading.*one for each"),
        ("countries.csv", "フランス,ふらんす", "ドイツ,ふらんす", "countries.csv line .*twice"),
        ("holidays.csv", ",1月,年の初めを祝う", ",1月", "holidays.csv line 2, field"),
        ("months.csv", "name,reading", "name,kana", "months.csv line 1, header"),
        ("planets.csv", "水星", "", "planets.csv line 2, field name.*empty"),
    ],
)
def test_a_broken_fact_file_is_named_with_line_and_field(tmp_path, file, old, new, message):
    folder = tmp_path / "facts"
    shutil.copytree(FOLDER, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=message) as caught:
        read_facts(folder)
    assert "\n" not in str(caught.value)
    assert "allowed" in str(caught.value)


def test_unknown_names_are_refused_with_the_allowed_ones():
    with pytest.raises(ValueError, match="allowed are all core"):
        facts_in("most")
    with pytest.raises(ValueError, match="capital_of_country"):
        answers("capital")
    with pytest.raises(ValueError, match=r"prefectures\.csv"):
        facts_module.row("prefectures", "江戸")


# --- templates and statements


def test_join_moves_marks_along():
    whole = join(["昨日", name("花子", "人名"), "さんが", name("仙台市", "地名"), "へ行った。"])
    assert [whole.text[e.start : e.end] for e in whole.entities] == ["花子", "仙台市"]
    with pytest.raises(ValueError, match="人名 地名"):
        name("花子", "名前")


def test_templates_are_parsed_or_refused():
    assert len(parse("{s|は}{a}の{=word}である")) == 5
    for broken in ("", "{", "{a", "a}b"):
        with pytest.raises(ValueError, match="allowed"):
            parse(broken)


def test_every_relation_can_be_said_asked_and_held_out():
    for relation in RELATIONS:
        assert len(templates_for(relation)) >= 4
        assert rules()[relation]["new"]
        assert rules()[relation]["ask"]
        assert not set(templates_for(relation)) & set(templates_for(relation, True))


@pytest.mark.parametrize(
    ("phrase", "form", "wanted"),
    [
        ("首都である", "polite", "首都です"),
        ("首都である", "conj", "首都で"),
        ("首都である", "da", "首都だ"),
        ("置かれている", "conj", "置かれており"),
        ("本を書いた", "conj", "本を書き"),
        ("首が長い", "polite", "首が長いです"),
        ("首が長い", "conj", "首が長く"),
        ("だった", "polite", "でした"),
        ("行った", "plain", "行った"),
    ],
)
def test_inflect(phrase, form, wanted):
    assert inflect(phrase, form) == wanted


def test_every_statement_holds_its_answer_and_marks_it():
    for fact in all_facts():
        predicate = RELATIONS[fact.relation].column in PREDICATES
        for template in (*templates_for(fact.relation), *templates_for(fact.relation, True)):
            for form in ("plain", "polite", "conj"):
                said = statement(fact, template, form)
                assert fact in said.facts
                if form == "plain" or not predicate:
                    assert fact.answer in said.text, (fact, said.text)
                for start, end, label in said.entities:
                    assert 0 <= start < end <= len(said.text)
                    assert label in LABELS
                if form == "polite":
                    assert re.search(POLITE, said.text), said.text
                    ending = statement(fact, template).text[-3:]
                    assert ending == "である" or not re.search("[ただるん]です$", said.text), said.text


def test_a_mention_can_be_shortened_or_dropped():
    fact = next(fact for fact in all_facts() if fact.relation == "capital_of_country")
    template = templates_for(fact.relation, mention=ZERO)[0]
    said = [statement(fact, template, "plain", mention).text for mention in (FULL, REFERENCE, ZERO)]
    assert said == ["韓国の首都はソウルである", "この国の首都はソウルである", "首都はソウルである"]


def test_questions_do_not_hold_their_answers_unless_the_subject_does():
    for fact in all_facts():
        for number in range(len(rules()[fact.relation]["ask"])):
            asked = question(fact, number)
            assert not asked.facts
            assert asked.text.endswith(("か", "ください")), asked.text


def test_places_and_people_in_free_phrases_are_marked():
    by_subject = {fact.subject: fact for fact in all_facts() if fact.relation == "deed_of_person"}
    marked = answer(by_subject["夏目漱石"])
    assert [marked.text[e.start : e.end] for e in marked.entities] == ["松山"]
    marked = answer(by_subject["与謝野晶子"])
    assert [(marked.text[e.start : e.end], e.label) for e in marked.entities] == [("源氏物語", "作品名")]


# --- documents


def test_documents_have_the_promised_shape(documents):
    for genre, found in documents.items():
        for document in found:
            assert document.genre == genre
            assert document.topic in TOPICS
            assert document.split == "train"
            assert 3 <= len(document.sentences) <= 11, document
            for sentence in document.sentences:
                assert isinstance(sentence, Sentence)
                assert sentence.text.endswith(("。", "」")), sentence.text
                assert unicodedata.normalize("NFKC", sentence.text) == sentence.text
                assert not re.search(r"[{}\s]|、、|。。|、。|None", sentence.text), sentence.text


def test_entities_stand_where_they_say_and_do_not_overlap(documents):
    labels = set()
    for found in documents.values():
        for document in found:
            for text, entities, _ in document.sentences:
                end_before = 0
                for start, end, label in entities:
                    assert end_before <= start < end <= len(text)
                    end_before = end
                    labels.add(label)
                    assert not re.search("[、。「」『』]", text[start:end]), text
    assert labels == set(LABELS)


def test_years_and_days_are_marked_as_dates(documents):
    for found in documents.values():
        for document in found:
            for text, entities, _ in document.sentences:
                dates = [text[start:end] for start, end, label in entities if label == "日付"]
                assert re.findall(r"[0-9]{3,4}年|[0-9]+月[0-9]+日", text) == [
                    day for day in dates if re.fullmatch(r"[0-9]{3,4}年|[0-9]+月[0-9]+日", day)
                ], text


def test_one_style_for_a_document(documents):
    for genre in ("entry", "biography", "fact_sheet", "diary", "news", "recipe", "weather"):
        for document in documents[genre]:
            ends = [sentence.text.rstrip("。」") for sentence in document.sentences]
            assert len({bool(re.search(POLITE, end)) for end in ends}) == 1, document.text


def test_hard_names_occur():
    names = set()
    touching = 0
    for document in generate(3000, 11, fact_share=0.1):
        for text, entities, _ in document.sentences:
            touching += any(first.end == second.start for first, second in pairwise(entities))
            names.update((text[start:end], label) for start, end, label in entities)
    assert touching > 100
    assert ("独", "地名") in names or ("米", "地名") in names
    families = [row["name"] for row in facts()["family_names"] if row["ambiguous"]]
    assert any((family, "人名") in names for family in families)
    assert any(label == "施設名" and "市立" in found for found, label in names)


def test_sheets_do_not_give_answers_away(documents):
    for document in documents["fact_sheet"]:
        stated = [fact for sentence in document.sentences for fact in sentence.facts]
        for fact in stated:
            others = [sentence for sentence in document.sentences if fact not in sentence.facts]
            if RELATIONS[fact.relation].column in PREDICATES:
                continue
            assert all(fact.answer not in sentence.text for sentence in others), (fact, document.text)


def test_splits_share_no_document_and_seeds_differ():
    texts = {split: {d.text for d in generate(400, 3, split)} for split in ("train", "valid", "test")}
    assert not texts["train"] & texts["valid"] and not texts["train"] & texts["test"]
    assert not texts["valid"] & texts["test"]
    for split in texts:
        assert all(split_of(d.text) == split for d in generate(200, 3, split) if d.genre != "review")
    assert len(texts["train"] & {d.text for d in generate(400, 4)}) < 10


def test_held_out_templates_are_not_trained_on():
    held_out = "に首都を置いて"
    trained = "".join(d.text for d in islice(generate(4000, 2), 4000))
    assert held_out not in trained
    tested = "".join(d.text for d in generate(1500, 2, "test", new_templates=True, genre="fact_sheet"))
    assert held_out in tested
    assert "を首都として" not in tested


def test_core_sheets_state_core_facts_only():
    core = set(core_facts())
    exposed = set()
    for document in generate(600, 1, subset="core"):
        assert document.genre in ("fact_sheet", "entry")
        if document.genre == "fact_sheet":
            for sentence in document.sentences:
                assert set(sentence.facts) <= core
                exposed.update(sentence.facts)
    assert len(exposed) > 0.9 * len(core)


def test_fact_share_is_the_share_of_sheets():
    found = [document.genre for document in generate(800, 1, fact_share=0.25)]
    assert 0.19 < found.count("fact_sheet") / len(found) < 0.31
    assert "fact_sheet" not in {document.genre for document in generate(50, 1, fact_share=0)}


def test_generation_is_lazy_and_does_not_depend_on_how_many_are_asked_for():
    endless = generate(10**9, 6)
    assert list(islice(endless, 5)) == list(generate(5, 6))


def test_the_same_seed_gives_the_same_bytes_in_every_process():
    code = (
        "from hashlib import sha256\n"
        "from jbert_lessons.corpora.minipedia.generator import generate\n"
        "print(sha256(repr(list(generate(200, 1))).encode()).hexdigest())"
    )
    digests = {sha256(repr(list(generate(200, 1))).encode()).hexdigest()}
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONUTF8": "1"}
        command = [sys.executable, "-c", code]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        digests.add(ran.stdout.strip())
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1), "whole numbers from 1"),
        ((-3, 1), "whole numbers from 1"),
        ((True, 1), "whole numbers from 1"),
        ((5, "1"), "whole numbers"),
        ((5, 1.0), "whole numbers"),
        ((5, None), "whole numbers"),
        ((5, 1, "dev"), "train valid test"),
    ],
)
def test_bad_arguments_are_refused_at_once(arguments, message):
    with pytest.raises(ValueError, match=message):
        generate(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subset": "some"}, "all core seen unseen"),
        ({"genre": "poem"}, "fact_sheet entry"),
        ({"fact_share": 1.5}, "0 to 1"),
        ({"fact_share": "half"}, "0 to 1"),
        ({"new_templates": True}, "valid test"),
    ],
)
def test_bad_options_are_refused_at_once(options, message):
    with pytest.raises(ValueError, match=message):
        generate(5, 1, **options)


def test_words_are_known_to_the_dictionary_and_sentences_rarely_repeat():
    sentences = [sentence.text for document in generate(2500, 9) for sentence in document.sentences]
    assert 1 - len(set(sentences)) / len(sentences) < 0.02
    words = [word for text in sentences[:3000] for word in segment(text) if not word.surface.isdigit()]
    assert sum(word.is_unknown for word in words) / len(words) < 0.01


# --- probes


@pytest.mark.parametrize("new_templates", [False, True])
def test_probes_do_not_hold_their_answers(new_templates):
    found = list(fact_probes(0, "all", new_templates=new_templates))
    assert len(found) > 4500
    for probe in found:
        assert probe.answer == probe.fact.answer
        assert probe.answer not in probe.prefix + probe.suffix
        assert probe.rivals and probe.answer not in probe.rivals
        assert len(set(probe.rivals)) == len(probe.rivals)
        assert probe.suffix.endswith("。")
        assert probe.text("？") == probe.prefix + "？" + probe.suffix


def test_no_probe_has_a_true_rival():
    true = {}
    for fact in all_facts():
        true.setdefault((fact.subject, fact.relation), set()).add(fact.answer)
    for probe in fact_probes(0, "all"):
        assert not true[probe.fact.subject, probe.fact.relation] & set(probe.rivals)


def test_core_has_a_probe_for_every_fact():
    assert {probe.fact for probe in fact_probes(0, "core")} == set(core_facts())
    assert list(fact_probes(1, "core")) == list(fact_probes(1, "core"))
    assert list(fact_probes(1, "core")) != list(fact_probes(2, "core"))


def test_unseen_facts_are_in_no_document_about_the_seen_ones():
    seen, unseen = set(facts_in("seen")), set(facts_in("unseen"))
    assert not seen & unseen and seen | unseen == set(all_facts())
    assert 0.1 < len(unseen) / len(all_facts()) < 0.3
    for subset, allowed in (("seen", seen), ("unseen", unseen)):
        stated = {f for d in generate(1500, 4, subset=subset) for s in d.sentences for f in s.facts}
        assert stated <= allowed
        assert len(stated) > 0.6 * len(allowed)
    assert {probe.fact for probe in fact_probes(0, "unseen")} <= unseen


def test_probes_refuse_bad_arguments():
    with pytest.raises(ValueError, match="whole numbers"):
        fact_probes("0")
    with pytest.raises(ValueError, match="all core seen unseen"):
        fact_probes(0, "some")


def test_facts_about_a_subject_are_its_own():
    assert {fact.subject for fact in facts_about("prefectures", "青森県")} == {"青森県"}

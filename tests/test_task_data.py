"""Files of examples: what each form gives, and one line for each thing that is wrong in one."""

import csv
import json
from collections import Counter

import pytest

from jbert_lessons.task_data import Columns, check_training, divide_records, read_records
from jbert_lessons.tasks import TASKS, Record

ROWS = [{"text": "料理が\nおいしい。", "label": "良い"}, {"text": "「高い」, と思った。", "label": "悪い"}]


def write(path, content):
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding="utf-8", newline="")
    return path


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def error(task, path, *arguments):
    with pytest.raises(ValueError) as caught:
        read_records(task, path, *arguments)
    message = str(caught.value)
    assert path.name in message and "\n" not in message
    return message


def squad(*questions, context="太郎は東京に住む。"):
    return {
        "version": "v2.0",
        "data": [{"title": "人", "paragraphs": [{"context": context, "qas": list(questions)}]}],
    }


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("a.TSV", "\t")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_tables(tmp_path, name, delimiter, encoding):
    with open(tmp_path / name, "w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, ["text", "label"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(ROWS)
    records = read_records("sentiment", tmp_path / name)
    assert [(r.text, r.label) for r in records] == [tuple(row.values()) for row in ROWS]
    assert records[1].where.endswith(f"{name}, row 3")  # as a spreadsheet counts, not the fourth line


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.jsonl", lines(ROWS)), ("a.json", lines(ROWS)), ("a.json", json.dumps(ROWS, indent=2))],
)
def test_objects(tmp_path, name, content):
    records = read_records("topic", write(tmp_path / name, content))
    assert [(r.text, r.label) for r in records] == [tuple(row.values()) for row in ROWS]


def test_columns_have_usual_names_or_those_that_are_said(tmp_path):
    path = write(tmp_path / "a.csv", "id,sentence1,sentence2,label,本文,種類\n1,甲,乙,x,丙,y\n")
    [record] = read_records("pairs", path)
    assert (record.text, record.second, record.label) == ("甲", "乙", "x")
    [record] = read_records("sentiment", path, Columns(text="本文", label="種類"))
    assert (record.text, record.second, record.label) == ("丙", None, "y")
    assert "no column 'nothing'; there are: id sentence1 sentence2 label 本文 種類" in error(
        "pairs", path, Columns(second="nothing")
    )


@pytest.mark.parametrize(
    ("content", "expected"), [('["値段", "味"]', ("値段", "味")), ("[]", ()), ('"味|値段"', ("値段", "味"))]
)
def test_several_labels(tmp_path, content, expected):
    [record] = read_records(
        "aspects", write(tmp_path / "a.jsonl", f'{{"text": "高い。", "labels": {content}}}')
    )
    assert record.label == expected
    [record, none] = read_records("aspects", write(tmp_path / "a.csv", "text,label\n高い。,値段|味\n雨。,\n"))
    assert record.label == ("値段", "味") and none.label == ()


def test_numbers_of_any_scale(tmp_path):
    content = "sentence1,sentence2,label\nあ,い,2.5\nあ,い,-3\nあ,い,100\n"
    assert [r.label for r in read_records("similarity", write(tmp_path / "a.csv", content))] == [2.5, -3, 100]


def test_entities_of_wikipedia_and_of_json_lines(tmp_path):
    entity = {"name": "太郎", "span": [0, 2], "type": "人名"}
    row = {
        "curid": "7",
        "text": "太郎は東京へ。",
        "entities": [{"name": "東京", "span": [3, 5], "type": "地名"}, entity],
    }
    [record] = read_records("ner", write(tmp_path / "a.json", [row]))
    assert record.label == ((0, 2, "人名"), (3, 5, "地名")) and record.group == "page 7"
    content = lines([{"text": row["text"], "entities": [[3, 5, "地名"], [0, 2, "人名"]]}])
    [same] = read_records("ner", write(tmp_path / "a.jsonl", content))
    assert same.label == record.label


def test_questions_of_both_versions_of_squad(tmp_path):
    answer = {"text": "東京", "answer_start": 3}
    content = squad(
        {"id": 1, "question": "どこ？", "answers": [answer]},
        {"id": 2, "question": "なぜ？", "answers": [], "is_impossible": True},
    )
    first, second = read_records("qa", write(tmp_path / "a.json", content))
    assert (first.text, first.second, first.label) == ("太郎は東京に住む。", "どこ？", ((3, "東京"),))
    assert second.label == () and first.group == second.group == "人"


@pytest.mark.parametrize(
    ("task", "row", "message"),
    [
        ("topic", {"text": "あ"}, "line 2: there is no column 'label'; there are: text"),
        ("topic", {"text": "あ", "label": None}, "line 2, column label: the label is missing"),
        ("topic", {"text": "あ", "label": ""}, "line 2, column label: the label is missing"),
        ("topic", {"text": "あ", "label": 1.5}, "line 2, column label: 1.5 is no label"),
        ("topic", {"text": "あ", "label": ["a"]}, 'column label: ["a"] is no label'),
        ("topic", {"text": " \u3000", "label": "a"}, "line 2, column text: the text is empty"),
        ("topic", {"text": 5, "label": "a"}, "line 2, column text: 5 is no text"),
        ("topic", {"text": "\ud800", "label": "a"}, "character 0 is half a character"),
        ("aspects", {"text": "あ", "label": 3}, "column label: 3 is no list of labels"),
        ("aspects", {"text": "あ", "label": ["a", None]}, "column label: the label is missing"),
        ("ner", {"text": "あい"}, "line 2: there is no column 'entities'"),
        ("ner", {"text": "あい", "entities": "x"}, "column entities: 'x' is no list"),
        ("ner", {"text": "あい", "entities": [[0, 3, "x"]]}, "entity 1: 0 to 3 is no span of a text of 2"),
        ("ner", {"text": "あい", "entities": [[-1, 1, "x"]]}, "entity 1: -1 to 1 is no span"),
        ("ner", {"text": "あい", "entities": [[1, 1, "x"]]}, "entity 1: 1 to 1 is no span"),
        ("ner", {"text": "あい", "entities": [["0", 1, "x"]]}, 'entity 1: ["0", 1, "x"] is no entity'),
        ("ner", {"text": "あい", "entities": [[0, 1, ""]]}, "entity 1: the label is missing"),
        ("ner", {"text": "あい", "entities": [[0, 1, "x"], [0, 2, "y"]]}, "0 to 1 and 0 to 2 overlap"),
        (
            "ner",
            {"text": "あい", "entities": [{"name": "う", "span": [0, 1], "type": "x"}]},
            "entity 1: the name is 'う', but 'あ' stands at 0 to 1",
        ),
        ("ner", {"text": "あい", "entities": [{"span": [0, 1], "type": "x"}]}, "no column 'name'"),
    ],
)
def test_bad_rows(tmp_path, task, row, message):
    good = {"text": "太郎", "entities": []} if task == "ner" else {"text": "太郎", "label": "a"}
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in (good, row)), encoding="utf-8")
    if task == "aspects":
        path.write_text(path.read_text(encoding="utf-8").replace('"a"}', '["a"]}', 1), encoding="utf-8")
    assert message in error(task, path)


@pytest.mark.parametrize("value", ["high", "nan", "inf", "", "1e999"])
def test_numbers_that_are_none(tmp_path, value):
    path = write(tmp_path / "a.csv", f"sentence1,sentence2,label\nあ,い,1\nう,え,{value}\n")
    message = error("similarity", path)
    assert "a.csv, row 3, column label: " in message
    assert "is missing" in message if not value else "is no number" in message


@pytest.mark.parametrize("value", ["true", "[1]", "NaN", "null", "1" + "0" * 400])
def test_numbers_of_json_that_are_none(tmp_path, value):
    path = write(tmp_path / "a.jsonl", f'{{"sentence1": "あ", "sentence2": "い", "label": {value}}}')
    assert "line 1, column label: " in error("similarity", path)


def test_a_label_that_training_does_not_have(tmp_path):
    path = write(tmp_path / "a.csv", "text,label\nあ,x\nい,z\n")
    assert "row 3, column label: the label 'z' is not in the training data, which has x, y" in error(
        "topic", path, None, ["y", "x"]
    )
    path = write(tmp_path / "a.jsonl", lines([{"text": "あ", "entities": [[0, 1, "z"]]}]))
    assert "line 1, entity 1: the label 'z' is not in" in error("ner", path, None, ["x"])
    path = write(tmp_path / "b.csv", "text,label\nあ,x|z\n")
    assert "the label 'z' is not in" in error("aspects", path, None, ["x"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"text,label\n", "holds no examples"),
        (
            "a.csv",
            "text,label\n日本,x\n".encode("cp932"),
            "not valid UTF-8 at byte 11: it is no text, or in another",
        ),
        ("a.csv", b"PK\x03\x04\x00\x00\x00", "has a NUL at character 4: it is no text file"),
        ("a.csv", b"\x89PNG\r\n\x1a\n", "not valid UTF-8 at byte 0"),
        ("a.csv", '[{"text": "あ"}]', "looks like JSON: let its name end in .json"),
        ("a.csv", "text,label\nあ,x,y\n", "row 2: 3 field(s), but the header has 2"),
        ("a.csv", 'text,label\nあ,x\n"い,y\nう,z\n', "after row 2: unexpected end of data; a quotation mark"),
        ("a.csv", "本文;種類\nあ;x\n", "no column 'text'; there are: 本文;種類"),
        (
            "a.json",
            "text,label\nあ,x\n",
            "is not valid JSON (Expecting value, line 1, character 1): a table's name",
        ),
        ("a.json", '[{"text": "あ", "label": "x"}, {"te', "the end is missing: copy the file again"),
        ("a.json", '[{"text": "あ", "label": "x"},', "the end is missing: copy the file again"),
        ("a.jsonl", '{"text": "あ", "label": "x"}\n{"text": "い", "lab', "line 2 is not valid JSON"),
        ("a.jsonl", '{"text": "あ" "label": "x"}', "Expecting ',' delimiter, line 1, character 14): mend it"),
        ("a.jsonl", "[1, 2]", "line 1: [1, 2] is no JSON object"),
        pytest.param("a.json", "[" * 100_000, "is not JSON that can be read", id="brackets"),
        ("a.txt", "あ", "ends in .txt: allowed are .csv .tsv .json .jsonl"),
        ("a", "あ", "ends in nothing: allowed are"),
    ],
)
def test_files_that_are_not_what_their_name_says(tmp_path, name, content, message):
    assert message in error("topic", write(tmp_path / name, content))


def test_a_file_that_is_not_there(tmp_path):
    assert "no file at" in error("topic", tmp_path / "a.csv")
    assert "no file at" in error("qa", tmp_path / "a.json")


@pytest.mark.parametrize("task", ["ner", "qa"])
def test_spans_have_no_place_in_a_table(tmp_path, task):
    assert f"{task} is read from" in error(task, write(tmp_path / "a.csv", "text,label\nあ,x\n"))


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (
            {"answers": [{"text": "京都", "answer_start": 3}]},
            "the answer '京都' does not stand at answer_start 3, '東京' does",
        ),
        (
            {"answers": [{"text": "東京", "answer_start": -6}]},
            "does not stand at answer_start -6, nothing does",
        ),
        ({"answers": [{"text": "東京", "answer_start": "3"}]}, "does not stand at answer_start '3', nothing"),
        ({"answers": [{"text": "東京", "answer_start": 900}]}, "does not stand at answer_start 900"),
        ({"answers": [{"text": "東京"}]}, "no column 'answer_start'"),
        ({}, "no column 'answers'; there are: id question"),
        ({"question": " ", "answers": []}, "column question: the text is empty"),
        ({"answers": 7}, "is not in the form of SQuAD"),
    ],
)
def test_bad_questions(tmp_path, question, message):
    path = write(tmp_path / "a.json", squad({"id": "q5", "question": "どこ？", **question}))
    found = error("qa", path)
    assert message in found
    assert "question q5" in found or "form of SQuAD" in found


@pytest.mark.parametrize(
    "content",
    [
        [1],
        {"data": 5},
        {"rows": []},
        {"data": [5]},
        {"data": [{"paragraphs": [{"qas": [{}]}]}]},
        {"data": []},
    ],
)
def test_json_that_is_not_squad(tmp_path, content):
    error("qa", write(tmp_path / "a.json", content))


def test_an_empty_context(tmp_path):
    path = write(tmp_path / "a.json", squad({"id": 1, "question": "どこ？", "answers": []}, context=""))
    assert "column context: the text is empty" in error("qa", path)


def test_records_of_a_group_stay_together():
    records = [Record(str(i), "x", group=f"page {i % 37}") for i in range(400)]
    parts = divide_records(records, [0.8, 0.1, 0.1], 5)
    assert Counter(r.text for part in parts for r in part) == Counter(r.text for r in records)
    pages = [{record.group for record in part} for part in parts]
    assert not (pages[0] & pages[1] or pages[0] & pages[2] or pages[1] & pages[2])
    assert [round(len(part) / 400, 1) for part in parts] == [0.8, 0.1, 0.1]
    assert divide_records(records, [0.8, 0.1, 0.1], 5) == parts != divide_records(records, [0.8, 0.1, 0.1], 6)


def test_no_part_is_empty():
    for n in (3, 4, 11):
        parts = divide_records([Record(str(i)) for i in range(n)], [0.8, 0.1, 0.1], 0)
        assert all(parts) and sum(map(len, parts)) == n
    with pytest.raises(
        ValueError, match=r"9 record\(s\) of 2 different .* into 3 parts: add more, or name files"
    ):
        divide_records([Record(str(i), group="ab"[i % 2]) for i in range(9)], [0.8, 0.1, 0.1], 0)


@pytest.mark.parametrize(
    ("task", "labels", "message"),
    [
        ("topic", ["a", "a"], "all 2 training examples have the same label, 'a'"),
        ("similarity", [2.5, 2.5], "have the same label, 2.5"),
        ("aspects", [(), ()], "no label in 2 training examples"),
        ("ner", [(), ()], "no entity in 2 training examples"),
        ("qa", [(), ()], "no answer in 2 training examples"),
    ],
)
def test_nothing_to_learn(task, labels, message):
    with pytest.raises(ValueError, match=message):
        check_training(TASKS[task], [Record("a", label) for label in labels])


def test_real_data_is_read_and_divided(data_folder):
    ner = read_records("ner", data_folder / "ner-wikipedia" / "ner.json")
    parts = divide_records(ner, [0.8, 0.1, 0.1], 0)
    pages = [{record.group for record in part} for part in parts]
    assert len(ner) == 5343 and len(TASKS["ner"].labels_of(ner)) == 17
    assert not (pages[0] & pages[1] or pages[0] & pages[2] or pages[1] & pages[2])
    pairs = read_records("similarity", data_folder / "jglue" / "jsts-v1.3" / "valid-v1.3.json")
    assert len(pairs) == 1457 and all(0 <= record.label <= 5 for record in pairs)

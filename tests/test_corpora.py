from itertools import islice

import pytest

from jbert_lessons.corpora.aozora import external_character, is_aozora, parse_work, strip_marks
from jbert_lessons.corpora.files import read_corpus

WORK = """走れ猫
山田太郎

-------------------------------------------------------
【テキスト中に現れる記号について】

《》：ルビ
（例）吾輩《わがはい》
-------------------------------------------------------

　吾輩《わがはい》は京都｜町奉行《まちぶぎょう》の猫だ。名前は※［＃「特のへん＋廴＋聿」、第3水準1-87-71］だ。
［＃５字下げ］第一章［＃「第一章」は中見出し］

　「そうだ。」と言った。

底本：「ある本」ある出版社
入力：だれか
""".replace("\n", "\r\n")


def test_a_work_in_aozora_s_form():
    data = WORK.encode("cp932")
    assert is_aozora(data)
    work = parse_work(data)
    assert (work.title, work.author) == ("走れ猫", "山田太郎")
    assert work.sentences() == [
        "吾輩は京都町奉行の猫だ。",
        "名前は犍だ。",
        "第一章",
        "「そうだ。」と言った。",
    ]


def test_a_work_without_a_legend():
    text = "題\r\n人\r\n\r\n本文。\r\n底本：「本」\r\n"
    assert parse_work(text.encode("cp932")).paragraphs == ["本文。"]


def test_a_work_that_only_jis_x_0213_can_encode():
    text = "題\r\n人\r\n\r\n鷗が森を飛ぶ。\r\n底本：「本」\r\n"
    with pytest.raises(UnicodeEncodeError):
        text.encode("cp932")
    assert parse_work(text.encode("shift_jisx0213")).paragraphs == ["鷗が森を飛ぶ。"]


@pytest.mark.parametrize(
    ("description", "character"),
    [
        ("「にんべん＋參」、第4水準2-1-79", "傪"),
        ("「十＋十」、U+5345、12-3", "卅"),
        ("小書き片仮名ヒ、1-6-84", "ㇶ"),
        ("小書き平仮名ん、183-7", "〓"),
        ("「木＋鬼」、第3水準1-99-99", "〓"),
    ],
)
def test_characters_outside_the_set(description, character):
    assert external_character(description) == character


def test_repeat_marks():
    assert strip_marks("いよ／＼、しみ／″＼") == "いよ〳〵、しみ〴〵"


def test_real_works_leave_no_marks(data_folder):
    documents = list(read_corpus(data_folder / "aozora"))
    assert len(documents) == len(list((data_folder / "aozora").rglob("*.txt")))
    text = "".join(sentence for document in documents for sentence in document.sentences)
    assert not set("《》｜※") & set(text)
    assert "［＃" not in text and "底本：" not in text and "青空文庫" not in text
    assert "夏目漱石『吾輩は猫である』" in {document.name for document in documents}


def test_plain_files_and_folders(tmp_path):
    (tmp_path / "日本語 の").mkdir()
    (tmp_path / "日本語 の" / "二.txt").write_text("三。\n\n四。五。\n", encoding="utf-8-sig")
    (tmp_path / "一.txt").write_text("一。\r\n二。\r\n", encoding="utf-8", newline="")
    documents = list(read_corpus(tmp_path))
    assert [document.sentences for document in documents] == [["一。", "二。"], ["三。"], ["四。", "五。"]]
    assert list(read_corpus(tmp_path / "一.txt")) == documents[:1]


def test_reading_is_lazy(tmp_path):
    (tmp_path / "a.txt").write_text("一。", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"\xff")
    [document] = islice(read_corpus(tmp_path), 1)
    assert document.sentences == ["一。"]


def test_other_encodings(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("日本語の文。".encode("cp932"))
    with pytest.raises(ValueError, match=r"a\.txt is not valid utf-8 at byte 0.*--encoding cp932"):
        list(read_corpus(path))
    assert next(read_corpus(path, "cp932")).sentences == ["日本語の文。"]
    with pytest.raises(ValueError, match="unknown encoding 'klingon'"):
        list(read_corpus(path, "klingon"))


def test_nothing_to_read(tmp_path):
    with pytest.raises(FileNotFoundError, match="no corpus at"):
        list(read_corpus(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"no \*\.txt file"):
        list(read_corpus(tmp_path))
    (tmp_path / "empty.txt").write_text(" \n", encoding="utf-8")
    with pytest.raises(ValueError, match="the corpus is empty"):
        list(read_corpus(tmp_path))

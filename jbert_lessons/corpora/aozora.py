"""Works in the form in which Aozora Bunko (青空文庫) publishes them.

A file is Shift_JIS with CRLF. It opens with title and author, then a legend of the marks between two
dashed rules; ruby stands in 《》 with ｜ before its base, editors' notes in ［＃…］, characters outside
the set as ※［＃…］; a tail from 底本： (the printed source) closes it.

Decoded as cp932, so that the bytes 81 60 become ～ (U+FF5E; the codec shift_jis would give 〜, U+301C).
A file that cp932 cannot read is tried as shift_jisx0213.
"""

import re
from dataclasses import dataclass

from jbert_lessons.text import split_sentences

SOURCE_MARK = "底本："
MISSING_CHARACTER = "〓"  # the printers' sign for a character that they do not have
_RULE = re.compile(r"^-{20,}$")
_EXTERNAL_CHARACTER = re.compile(r"※［＃([^］]*)］")
_NOTE = re.compile(r"［＃[^］]*］")
_RUBY = re.compile(r"《[^》]*》")


@dataclass(frozen=True)
class Work:
    """One work: its title, its author and its paragraphs without any marks."""

    title: str
    author: str
    paragraphs: list[str]

    def sentences(self) -> list[str]:
        """Return the sentences of all paragraphs in order."""
        return [sentence for paragraph in self.paragraphs for sentence in split_sentences(paragraph)]


def is_aozora(data: bytes) -> bool:
    """Tell whether the bytes of a file have Aozora Bunko's form: a line that starts with 底本：."""
    return b"\n" + SOURCE_MARK.encode("cp932") in data


def parse_work(data: bytes) -> Work:
    """Read one file of Aozora Bunko's.

    Raises UnicodeDecodeError if neither cp932 nor shift_jisx0213 can decode the bytes.
    """
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError:
        text = data.decode("shift_jisx0213")
    lines = [line.rstrip() for line in text.splitlines()]
    title, author = [*lines, "", ""][:2]
    rules = [number for number, line in enumerate(lines) if _RULE.match(line)]
    first_blank = lines.index("") if "" in lines else 0
    start = rules[1] + 1 if len(rules) > 1 else first_blank
    end = next((n for n, line in enumerate(lines) if line.startswith(SOURCE_MARK)), len(lines))
    paragraphs = [strip_marks(line).strip() for line in lines[start:end]]
    return Work(title.strip(), author.strip(), [p for p in paragraphs if p])


def strip_marks(line: str) -> str:
    """Remove ruby and notes and put the characters that ※［＃…］ describes in their place."""
    line = _EXTERNAL_CHARACTER.sub(lambda match: external_character(match[1]), line)
    line = _RUBY.sub("", _NOTE.sub("", line)).replace("｜", "")
    return line.replace("／″＼", "〴〵").replace("／＼", "〳〵")


def external_character(description: str) -> str:
    """Return the character that a note such as 「魚＋師のつくり」、第4水準2-93-37 describes.

    The note gives a code point (U+5345) or a plane, row and cell of JIS X 0213. A description
    without either becomes 〓.
    """
    if code_point := re.search(r"U\+([0-9A-Fa-f]{4,6})", description):
        return chr(int(code_point[1], 16))
    if place := re.search(r"([12])-(\d{1,2})-(\d{1,2})(?!\d)", description):
        plane, row, cell = (int(number) for number in place.groups())
        try:
            code = bytes([0xA0 + row, 0xA0 + cell])
            return (b"\x8f" + code if plane == 2 else code).decode("euc_jis_2004")
        except ValueError:  # no such row or cell, or nothing stands there
            return MISSING_CHARACTER
    return MISSING_CHARACTER

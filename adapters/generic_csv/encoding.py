"""Which characters the bytes of a file stand for: what is stated is verified, what is not is inferred from every byte.

Inference, in this order, over the whole file: a byte order mark; NUL bytes at every other place (UTF-16 without a
mark); strict UTF-8; then strict GB18030, Big5 and Windows-1252. Of those that decode the whole file, charset-normalizer
says which reads best; the share of everyday characters says how sure that is. Two readings that are both likely are
reported, with a sample of each, and not settled in silence.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Literal

from charset_normalizer import from_bytes

from adapters.generic_csv.everyday import EVERYDAY_HAN

Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5", "windows-1252"]

ALIASES = {
    "utf8": "utf-8",
    "utf8-sig": "utf-8-sig",
    "utf-8-bom": "utf-8-sig",
    "utf16": "utf-16",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "cp950": "big5",
    "cp1252": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "iso-8859-1": "windows-1252",
}
"""Names that people write for the same thing, or for a part of it."""

CODECS: dict[str, str] = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "gb18030": "gb18030",
    "big5": "cp950",  # what Windows and Excel write as Big5; Python's own big5 lacks 碁 恒 裏 and four more
    "windows-1252": "cp1252",
}

LEGACY: tuple[Encoding, ...] = ("gb18030", "big5", "windows-1252")

_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHUNK = 1 << 20
_SAMPLE = 1 << 17
_WESTERN_LETTER = re.compile(r"(?<![^\x00-\x7f])[À-ÖØ-öø-ÿŒœŠšŽžŸ€«»’“”–—°£](?![^\x00-\x7f])")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_FULL_WIDTH = frozenset("　、。，；：？！（）《》〈〉「」『』【】“”‘’—…￥·％")


@dataclass(frozen=True, slots=True)
class Inferred:
    """The likeliest encoding, how sure that is (0 to 1), and what else the bytes could be."""

    encoding: Encoding
    confidence: float
    rivals: tuple[Encoding, ...] = ()
    sample: bytes = b""
    """Lines that the candidates read differently."""

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at it."""
        return bool(self.rivals) or self.confidence < 0.4


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The rest of a stream, piece by piece."""
    while chunk := stream.read(_CHUNK):
        yield chunk


def byte_order_mark(stream: BinaryIO) -> tuple[bytes, Encoding | None]:
    """The mark at the start of a stream, and the encoding that it announces."""
    return _mark_of(stream.read(4))


def _mark_of(head: bytes) -> tuple[bytes, Encoding | None]:
    return next(((mark, encoding) for mark, encoding in _MARKS if head.startswith(mark)), (b"", None))


@dataclass(frozen=True, slots=True)
class _Survey:
    """What one pass over all bytes shows."""

    nul_even: int
    nul_odd: int
    size: int
    encodings: tuple[Encoding, ...]
    sample: bytes


class _Trial:
    """One encoding tried on every byte; falls out at the first byte that it has no character for."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.alive = True
        self._decoder = codecs.getincrementaldecoder(CODECS[encoding])("strict")

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        if not self.alive:
            return
        try:
            # Four ASCII bytes settle whatever character was begun before them; no ASCII byte after them can fail.
            self._decoder.decode(chunk[:4] if chunk.isascii() else chunk, final)
        except UnicodeDecodeError:
            self.alive = False


def _survey(pieces: Iterable[bytes]) -> _Survey:
    trials = [_Trial("utf-8"), *map(_Trial, LEGACY)]
    even = odd = size = 0
    sample = bytearray()
    for chunk in pieces:
        if 0 in chunk:
            first = size % 2
            even += chunk[first::2].count(0)
            odd += chunk[1 - first :: 2].count(0)
        size += len(chunk)
        for trial in trials:
            trial.feed(chunk)
        if len(sample) < _SAMPLE and not chunk.isascii():
            sample += _telling_lines(chunk)
    for trial in trials:
        trial.feed(b"", final=True)
    return _Survey(even, odd, size, tuple(t.encoding for t in trials if t.alive), bytes(sample[:_SAMPLE]))


def _telling_lines(chunk: bytes) -> bytes:
    """The lines that are not plain ASCII: the others read the same in every encoding."""
    return b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())


def infer_encoding(stream: BinaryIO) -> Inferred | None:
    """The encoding of a whole stream, read to its end; None when no encoding that we know fits."""
    head = stream.read(4)
    _, marked = _mark_of(head)
    if marked is not None:
        return Inferred(marked, 1.0)
    survey = _survey(chain((head,), chunks(stream)))
    if wide := _without_mark(survey):
        return Inferred(wide, 0.95)
    if "utf-8" in survey.encodings:
        return Inferred("utf-8", 1.0)
    return _best_legacy(survey)


def _without_mark(survey: _Survey) -> Encoding | None:
    """UTF-16 has a NUL in every ASCII character; delimiters and line breaks are ASCII even in a Chinese table."""
    nuls = survey.nul_even + survey.nul_odd
    if survey.size % 2 or nuls * 20 < survey.size:
        return None
    if survey.nul_odd >= 0.9 * nuls:
        return "utf-16-le"
    return "utf-16-be" if survey.nul_even >= 0.9 * nuls else None


def _best_legacy(survey: _Survey) -> Inferred | None:
    candidates = tuple(encoding for encoding in survey.encodings if encoding in LEGACY)
    if not candidates:
        return None
    shares = {encoding: everyday_share(survey.sample, encoding) for encoding in candidates}
    ranked = sorted(candidates, key=lambda encoding: (-shares[encoding], LEGACY.index(encoding)))
    best = _preferred(survey.sample, ranked, shares=shares)
    rivals = tuple(other for other in ranked if other != best and 2 * shares[other] >= shares[best])
    return Inferred(best, _confidence(best, shares), rivals, survey.sample)


def _preferred(sample: bytes, ranked: list[Encoding], *, shares: dict[Encoding, float]) -> Encoding:
    """The reading with clearly the most everyday characters; where none is ahead, the one charset-normalizer takes."""
    if len(ranked) == 1 or shares[ranked[0]] > 2 * shares[ranked[1]]:
        return ranked[0]
    names = {CODECS[encoding]: encoding for encoding in ranked}
    match = from_bytes(sample, cp_isolation=list(names)).best()
    return names.get(match.encoding, ranked[0]) if match is not None else ranked[0]


def _confidence(best: Encoding, shares: dict[Encoding, float]) -> float:
    """How everyday the best reading is, times its part of all readings' everyday characters."""
    total = sum(shares.values())
    return round(shares[best] * shares[best] / total, 2) if total else 0.0


def everyday_share(sample: bytes, encoding: Encoding) -> float:
    """How many of the non-ASCII characters are ones that people write every day, from 0 to 1.

    A wrong reading of Chinese gives hanzi that hardly anybody uses; Western accents stand alone between plain
    letters, while Chinese read as Windows-1252 gives runs of them.
    """
    text = sample.decode(CODECS[encoding], "ignore")
    beyond_ascii = Counter(character for character in text if character > "\x7f")
    if not beyond_ascii:
        return 0.0
    if encoding == "windows-1252":
        return len(_WESTERN_LETTER.findall(text)) / beyond_ascii.total()
    known = sum(n for character, n in beyond_ascii.items() if character in EVERYDAY_HAN or character in _FULL_WIDTH)
    return known / beyond_ascii.total()


_UTF8_EVIDENCE = 10
"""So many characters beyond ASCII, all valid UTF-8, do not come about by chance in another encoding."""


def line_of_utf8_evidence(stream: BinaryIO) -> int | None:
    """The line of the first character beyond ASCII when the whole stream is UTF-8 that is more than ASCII, else None.

    Bytes of another encoding fail at their first characters, so this ends early for a file that is what it should be.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    beyond, lines_before = 0, 1
    try:
        for chunk in chunks(stream):
            text = decoder.decode(chunk)
            if not beyond:
                first = next(_BEYOND_ASCII.finditer(text), None)
                lines_before += text.count("\n", 0, first.start() if first else len(text))
            beyond += 0 if text.isascii() else sum(len(run) for run in _BEYOND_ASCII.findall(text))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return lines_before if beyond >= _UTF8_EVIDENCE else None


def excerpt(sample: bytes, encoding: Encoding) -> str:
    """A few characters as that encoding reads them, for a person to judge."""
    text = sample.decode(CODECS[encoding], "ignore")
    first = next(_BEYOND_ASCII.finditer(text), None)
    start = first.start() if first else 0
    return " ".join(text[start : start + 20].split())

"""How a text file is written, settled before it is read: stated settings verified, the others inferred.

The encoding is settled on every byte, delimiter, quote and header row on every record: where nothing is left to infer,
nothing is read for it. What fits most of a file need not fit all of it; the rows that it does not fit are counted and
reported when they are read.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TextIO

from adapters.generic_csv import encoding as encodings
from adapters.generic_csv import faults
from adapters.generic_csv.archive import Part
from adapters.generic_csv.encoding import CODECS, LEGACY, Encoding, Inferred
from adapters.generic_csv.layout import Text, infer_layout
from adapters.generic_csv.limits import Limits
from adapters.generic_csv.settings import FormatSettings
from connector.errors import Message, Problem, RejectedError


@dataclass(frozen=True, slots=True)
class Dialect:
    """Everything needed to take one text file apart, and to write one like it."""

    encoding: Encoding
    mark: bytes
    """The byte order mark that the file begins with, or nothing."""
    delimiter: str
    quote: str
    """Empty where quotes are ordinary characters."""
    header_row: int

    @property
    def codec(self) -> str:
        return CODECS[self.encoding]

    def as_settings(self) -> dict[str, object]:
        """The settings that state this dialect."""
        with_mark = "utf-16" if self.encoding.startswith("utf-16") else "utf-8-sig"
        return {
            "encoding": with_mark if self.mark else self.encoding,
            "delimiter": self.delimiter,
            "quote": self.quote,
            "header_row": self.header_row,
        }


def settle(part: Part, stated: FormatSettings, *, limits: Limits) -> Dialect:
    """The dialect of one text file.

    Raises:
        RejectedError: a stated encoding does not fit, or an unstated one cannot be told for sure.
    """
    return examine(part, stated, limits=limits)[0]


def examine(part: Part, stated: FormatSettings, *, limits: Limits) -> tuple[Dialect, tuple[Problem, ...]]:
    """The dialect of one text file, and what a person should look at where it could be another.

    Raises:
        RejectedError: a stated encoding does not fit, or an unstated one cannot be told for sure.
    """
    mark, encoding = settle_encoding(part, stated.encoding)
    text = Text(part.name, lambda: _opened(part, mark=mark, encoding=encoding), limits)
    layout, problems = infer_layout(text, stated)
    return Dialect(encoding, mark, layout.delimiter, layout.quote, layout.header_row), problems


def _opened(part: Part, *, mark: bytes, encoding: Encoding) -> TextIO:
    stream = part.open()
    stream.read(len(mark))
    return io.TextIOWrapper(stream, encoding=CODECS[encoding], errors="replace", newline="")


# ---- encoding ---------------------------------------------------------------------------------------------------


def settle_encoding(part: Part, stated: Encoding | None) -> tuple[bytes, Encoding]:
    """The byte order mark and the encoding, verified where it was stated and inferred where not."""
    mark, marked = encodings.byte_order_mark(part.open())
    if stated is None:
        return mark, marked or _inferred(part)
    if marked is not None:
        return mark, _agreed(part, stated, marked=marked)
    if stated == "utf-16":
        return mark, _byte_order(part)
    if stated in LEGACY and (line := encodings.line_of_utf8_evidence(part.open())):
        raise faults.wrong_encoding(part.name, line=line, stated=stated, fitting="utf-8")
    return mark, "utf-8" if stated == "utf-8-sig" else stated


def _inferred(part: Part) -> Encoding:
    inferred = encodings.infer_encoding(part.open())
    if inferred is None:
        raise faults.unknown_encoding(part.name)
    if inferred.rivals:
        raise ambiguous_encoding(part.name, inferred)
    return inferred.encoding


def ambiguous_encoding(file: str, inferred: Inferred) -> RejectedError:
    """Two encodings are likely: a person must say which, with a line of the file in each before their eyes."""
    readings = (inferred.encoding, *inferred.rivals)
    shown = "; ".join(f"{reading}: {encodings.excerpt(inferred.sample, reading)}" for reading in readings)
    return faults.rejected(
        Message("{file}: could be in any of these encodings: {readings}", file=file, readings=shown),
        hint=Message("set `encoding` in the format of this table to the one that reads well"),
    )


def _agreed(part: Part, stated: Encoding, *, marked: Encoding) -> Encoding:
    same_family = {"utf-8-sig": ("utf-8", "utf-8-sig")}.get(marked, ("utf-16", marked))
    if stated not in same_family:
        raise faults.wrong_encoding(part.name, line=1, stated=stated, fitting=marked[:6].rstrip("-"))
    return marked


def _byte_order(part: Part) -> Encoding:
    inferred = encodings.infer_encoding(part.open())
    if inferred is None or inferred.encoding not in ("utf-16-le", "utf-16-be"):
        fitting = inferred.encoding if inferred else None
        raise faults.wrong_encoding(part.name, line=1, stated="utf-16", fitting=fitting)
    return inferred.encoding

"""Everything that can be wrong with a file, as errors with the file, the line and the remedy."""

from __future__ import annotations

from collections.abc import Iterable

from connector.errors import ConfigError, Message, Problem, RejectedError, SourceChanged, did_you_mean

NAME = "generic_csv"


def rejected(message: Message, *, hint: Message = Message("")) -> RejectedError:
    """This file cannot be used as it stands."""
    return RejectedError(message, hint=hint, adapter=NAME, operation="pull")


def missing_file(pattern: str, *, folder: str, present: Iterable[str]) -> RejectedError:
    names = tuple(present)
    hint = did_you_mean(pattern, names) if names else Message("the folder is empty or does not exist")
    return rejected(Message("{file}: no such file in {folder}", file=pattern, folder=folder), hint=hint)


def changed_while_read(file: str) -> SourceChanged:
    return SourceChanged(
        Message("{file}: changed while it was read", file=file),
        hint=Message("wait until the export is complete, then run again"),
        adapter=NAME,
        operation="pull",
    )


def empty_file(file: str) -> RejectedError:
    return rejected(
        Message("{file}: the file is empty, not even column names are in it", file=file),
        hint=Message("export it again; a table without records still has its line of column names"),
    )


def wrong_encoding(file: str, *, line: int, stated: str, fitting: str | None) -> RejectedError:
    hint = (
        Message("it reads well as {fitting}: set `encoding: {fitting}` in the format of this table", fitting=fitting)
        if fitting
        else Message("save the file again as UTF-8, or state its encoding in the format of this table")
    )
    return rejected(
        Message("{file}, line {line}: not text in {stated}", file=file, line=line, stated=stated), hint=hint
    )


def unknown_encoding(file: str) -> RejectedError:
    return rejected(
        Message("{file}: the bytes are not text in any encoding that is known here", file=file),
        hint=Message("save the file again as UTF-8, or state its encoding in the format of this table"),
    )


def one_column(file: str, *, line: int, delimiter: str, found: str) -> RejectedError:
    return rejected(
        Message(
            "{file}, line {line}: one column only when cut at {delimiter}",
            file=file,
            line=line,
            delimiter=repr(delimiter),
        ),
        hint=Message("the line looks cut at {found}: set `delimiter` in the format of this table", found=repr(found)),
    )


def no_header(file: str, *, row: int) -> RejectedError:
    return rejected(
        Message("{file}: has no line {row}, where its column names should be", file=file, row=row),
        hint=Message("set `header_row` in the format of this table to the line with the column names"),
    )


def duplicate_columns(file: str, *, line: int, names: Iterable[str]) -> RejectedError:
    return rejected(
        Message(
            "{file}, line {line}: column names appear twice: {names}", file=file, line=line, names=", ".join(names)
        ),
        hint=Message("rename or remove one of each, or set `header_row` if this is not the line with the column names"),
    )


def vanished_columns(file: str, *, line: int, missing: Iterable[str], present: Iterable[str]) -> RejectedError:
    names, known = tuple(missing), tuple(present)
    return rejected(
        Message(
            "{file}, line {line}: needed columns are not there: {names}", file=file, line=line, names=", ".join(names)
        ),
        hint=did_you_mean(names[0], known),
    )


def swallowing_quote(file: str, *, line: int) -> RejectedError:
    return rejected(
        Message("{file}, line {line}: a quoted cell opens here and is not closed properly", file=file, line=line),
        hint=Message("close or double the quote on that line, or set `quote` in the format of this table"),
    )


def endless_line(file: str, *, line: int, limit: int) -> RejectedError:
    return rejected(
        Message(
            "{file}, line {line}: longer than {limit} characters, this is not a table",
            file=file,
            line=line,
            limit=limit,
        ),
        hint=Message("check that the file is the export that you meant"),
    )


def damaged(file: str, *, reason: object) -> RejectedError:
    return rejected(
        Message("{file}: the file is damaged or cut off ({reason})", file=file, reason=str(reason)),
        hint=Message("copy or export it again"),
    )


def bomb(file: str, *, reason: Message) -> RejectedError:
    return rejected(
        Message("{file}: refused, {reason}", file=file, reason=reason),
        hint=Message("unpack it yourself if you trust it, and name the unpacked file"),
    )


def unsafe_member(file: str, *, member: str, reason: Message) -> RejectedError:
    return rejected(
        Message("{file}: refused because of {member} in it: {reason}", file=file, member=repr(member), reason=reason),
        hint=Message("pack plain .csv, .tsv or .txt files, without folders above or links"),
    )


def no_tables(file: str) -> RejectedError:
    return rejected(
        Message("{file}: no .csv, .tsv or .txt file is in it", file=file),
        hint=Message("pack plain .csv, .tsv or .txt files"),
    )


def unsupported(file: str, *, remedy: Message) -> RejectedError:
    return rejected(Message("{file}: this kind of file cannot be read", file=file), hint=remedy)


def unknown_sheet(file: str, *, sheet: str, present: Iterable[str]) -> RejectedError:
    return rejected(
        Message("{file}: has no sheet {sheet}", file=file, sheet=sheet), hint=did_you_mean(sheet, tuple(present))
    )


def unknown_module(module: str, *, known: Iterable[str]) -> ConfigError:
    names = tuple(known)
    hint = did_you_mean(module, names) if names else Message("name the files of this table under `tables`")
    return ConfigError([Problem("tables", Message("no table is called {module}", module=module), hint)])


def not_copied(file: str) -> RejectedError:
    return rejected(
        Message("{file}: columns cannot be written into a copy of a workbook or of several packed tables", file=file),
        hint=Message("export the table as one CSV file, or write report records instead"),
    )


def not_reproducible(file: str) -> RejectedError:
    return rejected(
        Message("{file}: its bytes cannot be copied exactly, or it changed while it was copied", file=file),
        hint=Message("run again; if it stays so, save the file as UTF-8"),
    )


def which_file(target: str, *, chosen: str | None, present: Iterable[str]) -> ConfigError:
    where = ".".join(("write_back", target, "options.file"))
    if chosen is None:
        message = Message("the table has several files: name the one to copy")
        return ConfigError([Problem(where, message, Message("one of: {words}", words=", ".join(present)))])
    message = Message("{file} is not one file of the table", file=chosen)
    return ConfigError([Problem(where, message, did_you_mean(chosen, tuple(present)))])

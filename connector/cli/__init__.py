"""The command line: parse, call one use case, print. Everything heavier than click is imported inside the commands."""

from connector.cli.main import cli, main

__all__ = ["cli", "main"]

"""The parts of README.md that are measured: each stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`."""
import pathlib, sys

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"


def parts(name):
    """The text before a part, the part, and the text after it."""
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    before, found, rest = README.read_text().partition(begin)
    part, ended, after = rest.partition(end)
    if not found or not ended:
        sys.exit(f"{README} has no lines {begin.strip()} and {end}")
    return before + begin, part, end + after


def write(name, text):
    """Puts a measured text in the place of the one before."""
    before, _, after = parts(name)
    README.write_text(before + text + after)


def write_row(name, row):
    """Puts a row into a part that is a table, in the place of the one with the same first cell, or behind the others."""
    before, table, after = parts(name)
    lines = table.splitlines(keepends=True)
    key = row.split("|")[1].strip()
    kept = [line for line in lines[2:] if line.split("|")[1].strip() != key]
    README.write_text(before + "".join([*lines[:2], *kept, row + "\n"]) + after)

"""Weakens or rearranges single tests of a source file, for measuring `agentgate prove`. Knows lines, not grammars: what it
can't do with a test it leaves undone."""

import re

STARTS = {
    "py": r"^\s*(?:async )?def {name}\(",
    "go": r"^func {name}\(",
    "rs": r"^\s*(?:pub )?(?:async )?fn {name}\(",
    "js": r"^\s*(?:it|test)\((['\"`]){name}\1",
}
ASSERTIONS = {
    "py": r"^\s*(?:assert\b|self\.assert\w+\()",
    "go": r"^\s*(?:t\.(?:Error|Fatal)f?\(|(?:assert|require)\.\w+\()",
    "rs": r"^\s*(?:\w+::)*assert\w*!",
    "js": r"^\s*(?:(?:await )?expect\(|assert\b|\.expect\()",
}


def language(path):
    end = path.rsplit(".", 1)[-1]
    return {"mjs": "js", "cjs": "js", "ts": "js", "tsx": "js", "jsx": "js"}.get(end, end)


def own_name(title, kind):
    """The name in the source of a test as a runner names it."""
    name = title.rsplit(" › ", 1)[-1]
    if kind == "py":
        return name.split("[")[0].split(" (")[0]
    if kind == "go":
        return name.split("/")[0]
    if kind == "rs":
        return name.rsplit("::", 1)[-1]
    return name


def indent(line):
    return len(line) - len(line.lstrip())


def find(lines, name, kind):
    """First and last line of a test with its decorators, and the line of its head; `None` where it is not there."""
    start = STARTS[kind].replace("{name}", re.escape(name))
    heads = [at for at, line in enumerate(lines) if re.search(start, line)]
    # Of several tests of one name nobody knows which is meant.
    if len(heads) != 1:
        return None
    head = heads[0]
    first = head
    depth, last = indent(lines[head]), head + 1
    # Decorators and attributes stand right above, over several lines perhaps.
    above = first
    while above > 0 and kind in ("py", "rs") and lines[above - 1].strip():
        above -= 1
        if indent(lines[above]) == depth and re.match(r"\s*(@|#\[)", lines[above]):
            first = above
        elif indent(lines[above]) <= depth and not re.match(r"\s*[)\]}]", lines[above]):
            break
    if kind == "py":
        signature = head
        while not lines[signature].rstrip().endswith(":"):
            signature += 1
        last = signature + 1
        while last < len(lines) and (not lines[last].strip() or indent(lines[last]) > depth):
            last += 1
        while not lines[last - 1].strip():
            last -= 1
        return first, last, signature
    while last < len(lines) and not (indent(lines[last]) == depth and lines[last].lstrip().startswith("}")):
        last += 1
    return first, last + 1, head


def statement_end(lines, at):
    """Behind the last line of what starts here, by its brackets."""
    depth = 0
    for end in range(at, len(lines)):
        bare = re.sub(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", "", lines[end])
        depth += sum(bare.count(char) for char in "([{") - sum(bare.count(char) for char in ")]}")
        if depth <= 0:
            return end + 1
    return len(lines)


def skipped(lines, test, kind):
    first, _, head = test
    if kind == "py":
        if not any(line.startswith("import pytest") for line in lines):
            return None
        return lines[:first] + [" " * indent(lines[first]) + "@pytest.mark.skip"] + lines[first:]
    if kind == "go":
        return lines[: head + 1] + ['\tt.Skip("later")'] + lines[head + 1 :]
    if kind == "rs":
        return lines[:first] + [" " * indent(lines[first]) + "#[ignore]"] + lines[first:]
    return lines[:head] + [re.sub(r"\b(it|test)\(", r"\1.skip(", lines[head], count=1)] + lines[head + 1 :]


def deleted(lines, test, kind):
    first, last, _ = test
    return lines[:first] + lines[last:]


def without_assertions(lines, test, kind):
    first, last, head = test
    made, at, gone = lines[: head + 1], head + 1, 0
    while at < last:
        if not re.search(ASSERTIONS[kind], lines[at]):
            made.append(lines[at])
            at += 1
            continue
        end, space = statement_end(lines, at), " " * indent(lines[at])
        text = "\n".join(lines[at:end])
        if kind == "py":
            made.append(space + "pass")
        elif text.lstrip().startswith(".expect("):
            # A chain of requests ends with its callback.
            if re.search(r"\bdone\)", text):
                made.append(space + ".end(done)" + (";" if text.rstrip().endswith(";") else ""))
            elif text.rstrip().endswith(";"):
                made.append(space + ".end(function () {});")
        gone += 1
        at = end
    return made + lines[last:] if gone else None


LOOSER = {
    "py": [
        (r"^(\s*)assert (.+?) == .+$", r"\1assert \2 is not None"),
        (r"^(\s*)self\.assertEqual\((.+?), .+\)$", r"\1self.assertIsNotNone(\2)"),
        (r"raises\(\w+(, match=.*)?\)", "raises(Exception)"),
    ],
    "js": [
        (r"\.(?:toBe|toEqual|toStrictEqual)\(.*\)", ".toBeDefined()"),
        (r"assert\.(?:strictEqual|equal|deepEqual|deepStrictEqual)\((.+?), .*\)", r"assert.ok(\1 !== null)"),
        (r"\.expect\((\d+), .+, done\)", r".expect(\1, done)"),
    ],
    "go": [],
    "rs": [
        (r"^(\s*)assert_eq!\((.+?), .+\);$", r"\1let _ = \2;"),
    ],
}


def loosened(lines, test, kind):
    first, last, head = test
    made, count = list(lines), 0
    for at in range(head + 1, last):
        if statement_end(lines, at) != at + 1 and "raises" not in lines[at]:
            continue
        for pattern, looser in LOOSER[kind]:
            made[at], times = re.subn(pattern, looser, made[at])
            count += times
            if times:
                break
    return made if count else None


def renamed(lines, test, kind):
    first, last, head = test
    for at in range(first, head + 1):
        if kind == "js":
            line = re.sub(r"((?:it|test)\((['\"`]))", r"\1really ", lines[at], count=1)
        else:
            line = re.sub(r"((?:def|fn|func) )(\w+)\(", r"\1\2_again(" if kind != "go" else r"\1\2Again(", lines[at], count=1)
        if line != lines[at]:
            return lines[:at] + [line] + lines[at + 1 :]
    return None


def moved(lines, test, kind):
    """To the front of its neighbours; `None` where no neighbour of the same depth stands before it."""
    first, last, head = test
    depth = indent(lines[first])
    mark = {"py": r"(async )?def test", "go": r"func Test", "rs": r"#\[test\]", "js": r"(it|test)\("}[kind]
    for at in range(first):
        if indent(lines[at]) == depth and re.match(mark, lines[at].lstrip()):
            while at > 0 and re.match(r"\s*(@|//|#)", lines[at - 1]):
                at -= 1
            body = lines[first:last]
            return lines[:at] + body + ([""] if kind != "py" or depth else ["", ""]) + lines[at:first] + lines[last:]
    return None


def commented(lines, test, kind):
    first, _, head = test
    mark = "#" if kind == "py" else "//"
    inner = " " * (indent(lines[head]) + 4)
    return lines[: head + 1] + [f"{inner}{mark} As reported by a user.", ""] + lines[head + 1 :] if kind != "py" else (
        lines[: head + 1] + [f"{inner}{mark} As reported by a user."] + lines[head + 1 :])


WEAKENINGS = {"skipped": skipped, "deleted": deleted, "assertions removed": without_assertions, "loosened": loosened}
REFACTORS = {"renamed": renamed, "moved": moved, "commented": commented}


def apply(kind_of_edit, text, titles, path):
    """The file with these tests edited; `None` where none of them could be."""
    kind = language(path)
    if kind not in STARTS:
        return None
    edit = {**WEAKENINGS, **REFACTORS}[kind_of_edit]
    lines, count = text.split("\n"), 0
    for name in sorted({own_name(title, kind) for title in titles}):
        test = find(lines, name, kind)
        made = edit(lines, test, kind) if test else None
        if made and made != lines:
            lines, count = made, count + 1
    return "\n".join(lines) if count else None

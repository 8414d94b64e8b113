#!/usr/bin/env python3
"""Compares docs/compatibility.md with the public headers: no name is missing, none is made up.

usage: check_compatibility.py [--list] [<table>] [<root>]

The names come from doxygen's XML of the headers (check.docs sees to it that all are in there) and
from the messages in src/proto. In the table a section "## <header>" holds rows
"| `name`, `Class::{a, b}`, `NAME_{1..16}` | verdict | note |". Names with the verdict `absent` must
not be in the headers, all others must. --list prints the names of the headers instead.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

VERDICTS = ("faithful", "approximate", "absent", "ours")
KINDS = {"function", "variable", "typedef", "enum", "define", "enumvalue"}
# Behind the scenes: what macros and cereal need, guards and switches.
INTERNAL = re.compile(r"OPENMATRIX_(?!VERSION)|openmatrix_sec_|(.*::)?(serialize|save|load)$|"
                      r".*::openmatrix_\w+$|SECUREC_(?!.*_MAX_LEN)")


def run_doxygen(root, output):
    lines = [(root / "docs" / "Doxyfile").read_text(encoding="utf-8"),
             f"INPUT = {root}/include", f"STRIP_FROM_PATH = {root}/include",
             f"OUTPUT_DIRECTORY = {output}", "GENERATE_HTML = NO", "GENERATE_XML = YES",
             "WARN_AS_ERROR = NO", "WARNINGS = NO", "XML_PROGRAMLISTING = NO"]
    subprocess.run(["doxygen", "-"], input="\n".join(lines), text=True, check=True, cwd=root,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def header_of(element, root):
    """The header that applications include for what is declared at the element's place."""
    location = element.find("location")
    if location is None:
        return None
    path = location.get("declfile") or location.get("file")
    path = str(path).replace(f"{root}/include/", "")
    return path


def shown(scope, name):
    """The name as the table writes it: without hiai::, which is everywhere."""
    full = f"{scope}::{name}" if scope else name
    full = re.sub(r"<.*?>", "", full)
    full = re.sub(r"(^|::)@\d+(?=::|$)", "", full)
    return re.sub(r"^(hiai)?(::)?", "", full)


def members(compound, root):
    """(header, name) of each member of one compound of doxygen's XML, and of the compound."""
    kind = compound.get("kind")
    scope = "" if kind == "file" else compound.findtext("compoundname")
    if kind in ("class", "struct"):
        if compound.get("prot") == "private":
            return
        yield header_of(compound, root), shown("", scope)
    elif kind not in ("namespace", "file"):
        return
    own = re.sub(r"<.*", "", scope.split("::")[-1])
    for member in compound.iter("memberdef"):
        name = member.findtext("name")
        if member.get("kind") not in KINDS or member.get("prot") == "private":
            continue
        if kind in ("class", "struct") and (name.lstrip("~") == own or name.startswith("operator")):
            continue
        unnamed = not name or name.startswith("@")
        if not unnamed:
            yield header_of(member, root), shown(scope, name)
        for value in member.iter("enumvalue"):
            yield header_of(member, root), shown(scope, value.findtext("name"))


def messages(root):
    for path in sorted((root / "src" / "proto").glob("*.proto")):
        for name in re.findall(r"^message (\w+)", path.read_text(encoding="utf-8"), re.M):
            yield f"proto/{path.stem}.pb.h", name


def public_names(root):
    """Names by header; a file under internal/ counts as hiaiengine/internal."""
    names = {}
    with tempfile.TemporaryDirectory() as output:
        run_doxygen(root, output)
        for path in sorted((pathlib.Path(output) / "xml").glob("*.xml")):
            for compound in ElementTree.parse(path).getroot().iter("compounddef"):
                for header, name in members(compound, root):
                    if header is None or not header.endswith((".h", ".h.in")):
                        continue
                    # Our namespace is an application's only where our extras are.
                    ours = name.startswith("openmatrix::") and not header.startswith("openmatrix/")
                    if ours or INTERNAL.match(name):
                        continue
                    names.setdefault(name, header.removesuffix(".in"))
    for header, name in messages(root):
        names.setdefault(name, header)
    return names


def expand(text):
    """`a::{b, c}` -> a::b, a::c; `A_{1..3}` -> A_1, A_2, A_3."""
    match = re.search(r"\{([^{}]*)\}", text)
    if match is None:
        return [text]
    numbers = re.fullmatch(r"(\d+)\.\.(\d+)", match.group(1))
    if numbers:
        parts = [str(i) for i in range(int(numbers.group(1)), int(numbers.group(2)) + 1)]
    else:
        parts = [part.strip() for part in match.group(1).split(",")]
    return [name for part in parts
            for name in expand(text[:match.start()] + part + text[match.end():])]


def read_table(path):
    """{name: verdict}, and what is wrong with the rows."""
    verdicts, problems = {}, []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) < 3 or "`" not in cells[0]:
            continue
        if cells[1] not in VERDICTS:
            problems.append(f"{path.name}:{number}: no verdict: {cells[1]}")
        for quoted in re.findall(r"`([^`]+)`", cells[0]):
            for name in expand(quoted):
                if name in verdicts:
                    problems.append(f"{path.name}:{number}: twice: {name}")
                verdicts[name] = cells[1]
    return verdicts, problems


def compare(verdicts, names):
    problems = [f"missing from the table: {name} ({header})"
                for name, header in sorted(names.items()) if name not in verdicts]
    for name, verdict in sorted(verdicts.items()):
        if verdict == "absent" and name in names:
            problems.append(f"called absent, but declared in {names[name]}: {name}")
        if verdict != "absent" and name not in names:
            problems.append(f"called {verdict}, but not in the headers: {name}")
    return problems


def main(arguments):
    listing = "--list" in arguments
    paths = [pathlib.Path(a) for a in arguments if a != "--list"]
    root = paths[1] if len(paths) > 1 else pathlib.Path(__file__).resolve().parents[1]
    table = paths[0] if paths else root / "docs" / "compatibility.md"
    names = public_names(root.resolve())
    if listing:
        for name, header in sorted(names.items(), key=lambda item: (item[1], item[0])):
            print(header, name)
        return 0
    verdicts, problems = read_table(table)
    problems += compare(verdicts, names)
    for problem in problems:
        print(problem)
    print(f"{len(names)} public names, {len(verdicts)} in {table.name}, {len(problems)} problems")
    return 1 if problems or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

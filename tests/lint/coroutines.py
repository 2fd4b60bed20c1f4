#!/usr/bin/env python3
"""Finds coroutine shapes that GCC 12 compiles into double frees, or that make frames large.

co_await stands alone in its statement, on the name of a task or wait:

    [type] name = co_await name;      co_await name;      co_return co_await name;

A lambda with captures is no coroutine (its captures die with the lambda, not with the frame), and no coroutine has a
local array of a KiB or more (it would live in the frame of every connection).

Usage: coroutines.py [ROOT]; prints file:line for each finding. coroutines.py --self-test checks the check.
"""
import pathlib
import re
import sys

SUFFIXES = {".h", ".cpp"}
FOLDERS = ["gateway", "deckctl", "schema", "tests"]
LOCAL_BYTES_MAX = 1024

# What may stand between the start of the statement and co_await. A closing parenthesis ends the head of if, for or while.
BEFORE = re.compile(
    r"^(?:[^?]*\)\s*|else\s+|do\s+|case\s[^?]*:\s*|default\s*:\s*)?"
    r"(?:co_return\s+|(?:[A-Za-z_][\w:<>,&*\s]*[\s&*>])?[A-Za-z_][\w.]*(?:->\w+)*\s*=\s*)?$",
    re.S,
)
OPERAND = re.compile(r"\s*\*?[A-Za-z_]\w*(?:(?:\.|->)[A-Za-z_]\w*|\[\w+\])*\s*;")
SUSPENDS = re.compile(r"\bco_(?:await|return|yield)\b")
LAMBDA = re.compile(r"\[([^\[\]]*)\]\s*(?:\([^{};]*\))?\s*(?:mutable\b|noexcept\b)?\s*(?:->[^{};]+)?\{")
ARRAY = re.compile(
    r"\b(?:(?:unsigned\s+)?char|u?int8_t|std::byte)\s+\w+\s*\[([^\]]+)\]|std::array\s*<\s*[\w:\s]*(?:char|u?int8_t|byte)\s*,\s*([^>]+)>\s+\w+"
)
TYPE_HEAD = re.compile(r"\b(?:namespace|class|struct|union|enum)\b(?![^()]*\()|extern\s*$")


def blank(match):
    """Comments and literals become spaces, so that positions and lines stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


def plain(text):
    # Digit separators first: they would look like the start of a character literal.
    text = re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "_", text)
    text = re.sub(r'R"(\w*)\(.*?\)\1"', blank, text, flags=re.S)
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text, flags=re.S)


def end_of_block(code, start):
    depth = 0
    for place in range(start, len(code)):
        depth += {"{": 1, "}": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return len(code)


def function_bodies(code):
    """Outermost blocks that are not a namespace or a type."""
    place = 0
    while (start := code.find("{", place)) >= 0:
        head = code[max(code.rfind(mark, 0, start) for mark in ";{}") + 1 : start]
        if TYPE_HEAD.search(head):
            place = start + 1
            continue
        end = end_of_block(code, start)
        yield start, end
        place = end


def size_of(text):
    text = text.replace("_", "").strip()
    if not re.fullmatch(r"[\d\s*+()]+", text):
        return 0
    return eval(text, {"__builtins__": {}})  # digits, + and * only


def findings(text):
    code = plain(text)

    def line(place):
        return code.count("\n", 0, place) + 1

    for match in re.finditer(r"\bco_await\b", code):
        if code[: match.start()].rstrip().endswith("operator"):
            continue
        start = max(code.rfind(mark, 0, match.start()) for mark in ";{}") + 1
        before = code[start : match.start()].lstrip()
        opener = code[start - 1 : start]
        in_braces = opener == "{" and re.search(r"(?:=|\(|,|return|[\w>])\s*$", code[: start - 1]) and not re.search(
            r"(?:\)|else|do|try|const|override|noexcept|>)\s*$", code[: start - 1])
        if in_braces or not BEFORE.match(before):
            yield line(match.start()), "co_await shares its statement: name the task, await it alone, use the value"
        elif not OPERAND.match(code, match.end()):
            yield line(match.start()), "co_await wants the name of a task"
    for match in LAMBDA.finditer(code):
        captures = match.group(1).strip()
        before = code[: match.start()].rstrip()
        if not captures or re.search(r"[\w\])]$", before) and not before.endswith("return"):
            continue
        start = match.end() - 1
        body = code[start : end_of_block(code, start)]
        if SUSPENDS.search(body):
            yield line(match.start()), "a lambda with captures is no coroutine: its captures die before the frame"
    for start, end in function_bodies(code):
        body = code[start:end]
        if not SUSPENDS.search(body):
            continue
        for match in ARRAY.finditer(body):
            if size_of(match.group(1) or match.group(2)) >= LOCAL_BYTES_MAX:
                yield line(start + match.start()), "a buffer in a coroutine's frame: take a Block"


def self_test():
    good = [
        "{ auto n = co_await t; }", "{ co_await t; }", "{ co_return co_await t; }", "{ if (x) co_await t; else co_await u; }",
        "{ n = co_await t; }", "{ async::Result<size_t> n = co_await t; }", "{ this->n = co_await a.b; }", "// co_await f()\n",
        "Named operator co_await() &&", "{ for (int i = 0; i < 3; i++) co_await t; }", "auto f = [x] { return x; };",
        "const char* s = \"co_await f()\";", "{ bool ok = co_await *p; }", "{ auto& n = co_await t; }",
        "Task<> f() { char b[64]; co_return; }", "Task<> f() { co_return; } void g() { char b[9000]; }",
        "case 'x': co_await t;", "{ size_t k = 1'000; co_await t; }",
    ]
    bad = [
        "{ co_await f(); }", "{ auto n = c ? co_await a : co_await b; }", "{ g(co_await t); }", "{ co_return R{1, co_await t}; }",
        "{ n += co_await t; }", "{ if (co_await t) x(); }", "{ auto v = R{co_await t}; }", "{ return_it(co_await t); }",
        "{ for (auto x : co_await t) y(); }", "{ auto [a, b] = co_await t; }", "{ co_await (c ? a : b); }",
        "auto f = [&]() -> Task<> { co_return; };", "spawn([x]() -> Task<> { co_await t; });", "{ co_await Wait{s}; }",
        "Task<> f() { char b[8 * 1024]; co_await t; }", "Task<> f() { std::array<char, 4096> b; co_await t; }",
        "{ auto n = co_await std::move(t); }", "{ bool b = x && co_await t; }", "{ auto n = (co_await t).size(); }",
    ]
    wrong = [text for text in good if list(findings(text))] + [text for text in bad if not list(findings(text))]
    for text in wrong:
        print("judged wrongly:", text)
    return not wrong


def main(arguments):
    if arguments[:1] == ["--self-test"]:
        return 0 if self_test() else 1
    root = pathlib.Path(arguments[0] if arguments else ".")
    count = 0
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            for line, why in findings(path.read_text(encoding="utf-8", errors="replace")):
                print(f"{path.relative_to(root)}:{line}: {why}")
                count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

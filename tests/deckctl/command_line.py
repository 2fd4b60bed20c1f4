#!/usr/bin/env python3
"""Every verb as somebody meets it who types it for the first time, or wrongly: help, wrong usage, sources that are not there, nodes that do not
answer. Usage: command_line.py DECKCTL"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

DECKCTL = str(pathlib.Path(sys.argv[1]).resolve())
NOWHERE = "http://127.0.0.1:1"
GOOD = '_format_version: "3.0"\nservices: [{name: s, host: h.internal}]\n'

# Arguments of each verb; SOURCE and NODE stand for what is tried.
VERBS = {
    "diff": ["diff", "good.yml", "SOURCE"],
    "dump": ["dump", "--node", "NODE"],
    "explain": ["explain", "GET", "/a", "-s", "SOURCE"],
    "fmt": ["fmt", "SOURCE"],
    "lint": ["lint", "SOURCE"],
    "ping": ["ping", "--node", "NODE"],
    "schema": ["schema"],
    "sync": ["sync", "SOURCE", "--node", "NODE"],
    "validate": ["validate", "SOURCE"],
    "version": ["version"],
}
# A diff is one of two sources, or of one with nodes.
WITH_NODES = {**{verb: line for verb, line in VERBS.items() if "NODE" in line}, "diff": ["diff", "SOURCE", "--node", "NODE"]}

SOURCES = {
    "missing.yml": "missing.yml: No such file or directory",
    "empty.yml": "empty.yml: is empty",
    "blank.yml": "blank.yml: is empty",
    "empty": "empty: ",
    "word.yml": "word.yml:1:1: the document is a text, expected a map",
    "list.yml": "list.yml:1:1: the document is a list, expected a map",
    "syntax.yml": "syntax.yml:4:7: YAML: ",
    "syntax.json": "syntax.json:1:9: JSON: ",
}


def run(folder, *arguments, stdin=""):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DECK_")}
    return subprocess.run([DECKCTL, *arguments], cwd=folder, input=stdin, capture_output=True, text=True, env=environment, timeout=120)


def told(done, code=1):
    text = done.stdout + done.stderr
    assert done.returncode == code, f"{done.args}: exit code {done.returncode}\n{text}"
    assert "terminate" not in text and "exception" not in text, text
    return text


def filled(line, source="good.yml", node=NOWHERE):
    return [{"SOURCE": source, "NODE": node}.get(word, word) for word in line]


def every_verb_stands_in_the_table(folder):
    listed = re.findall(r"^  ([a-z]+) ", run(folder, "--help").stdout.split("Subcommands:")[1], re.MULTILINE)
    assert sorted(listed) == sorted(VERBS), listed


def help_says_what_a_verb_does_and_what_each_option_means(folder):
    for verb in VERBS:
        done = run(folder, verb, "--help")
        assert done.returncode == 0 and not done.stderr, done
        first, usage = done.stdout.splitlines()[:2]
        assert len(first) > 10 and usage.startswith(f"Usage: deckctl {verb}"), done.stdout
        options = re.findall(r"^  (-\S+)(.*(?:\n {8}.*)?)", done.stdout, re.MULTILINE)
        assert options, done.stdout
        for name, text in options:
            assert re.search(r"\w\w ", text.strip()), f"deckctl {verb} {name} is not explained:\n{done.stdout}"


def wrong_usage_is_one_line_that_names_the_verb(folder):
    def one_line(done, *words):
        text = told(done)
        assert not done.stdout and text.count("\n") == 1 and text.endswith("--help says what there is\n") and all(word in text for word in words), text
        return text

    one_line(run(folder), "deckctl: name a verb")
    one_line(run(folder, "validat", "x.yml"), "there is no verb validat (did you mean validate?)")
    for verb, line in VERBS.items():
        for arguments in (filled(line), [verb]):
            text = one_line(run(folder, *arguments, "--no-such=hush"), f"deckctl {verb}: --no-such is not expected")
            assert "hush" not in text, text
    one_line(run(folder, "explain", "GET"), "deckctl explain: url is required")
    one_line(run(folder, "diff", "a.yml", "b.yml", "--format", "xml"), "deckctl diff: --format: xml not in {text,json,markdown}")
    one_line(run(folder, "ping", "--node", NOWHERE, "--timeout", "soon"), "deckctl ping: ", "timeout")


def a_source_that_cannot_be_used_is_one_line_and_exit_code_1(folder):
    for verb, line in VERBS.items():
        if "SOURCE" not in line:
            continue
        for source, words in SOURCES.items():
            text = told(run(folder, *filled(line, source)))
            lines = [one for one in text.splitlines() if not one.startswith("  ") and not one.startswith("deckctl: ")]
            assert len(lines) == 1 and lines[0].startswith(words), f"deckctl {verb} {source}:\n{text}"
            if source.startswith("syntax"):
                shown, caret = [one for one in text.splitlines() if one.startswith("  ")]
                assert shown.strip() in (pathlib.Path(folder) / source).read_text(encoding="utf8") and caret.strip() == "^", text
        assert "is empty" in told(run(folder, *filled(line, "-"))), verb


def a_node_that_is_not_there_is_one_line_and_exit_code_1(folder):
    for verb, line in WITH_NODES.items():
        text = told(run(folder, *filled(line)))
        assert f"{NOWHERE}: cannot connect\n" in text, text
        rest = [one for one in text.splitlines() if NOWHERE not in one and one]
        # sync also tells where each node stands.
        assert verb == "sync" or not rest, text
        bare = [word for word in filled(line) if word not in ("--node", NOWHERE)]
        assert "name a node: --node URL or --nodes FILE" in told(run(folder, *bare)), verb
        for url, words in {"ftp://x": "expected http://", "http://": "there is no host", "http://x:y": "the port must be a number"}.items():
            text = told(run(folder, *filled(line, node=url)))
            assert words in text and text.count("\n") == 1, text
        assert told(run(folder, *bare, "--nodes", "missing.yml")) == "missing.yml: No such file or directory\n"


CASES = [every_verb_stands_in_the_table, help_says_what_a_verb_does_and_what_each_option_means, wrong_usage_is_one_line_that_names_the_verb,
         a_source_that_cannot_be_used_is_one_line_and_exit_code_1, a_node_that_is_not_there_is_one_line_and_exit_code_1]


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"good.yml": GOOD, "empty.yml": "", "blank.yml": " \n\n", "word.yml": "hello", "list.yml": "[1]", "syntax.json": '{"a": 1,,}',
                           "syntax.yml": "services:\n- name: a\n  host: [b\n  port: 1\n"}.items():
            (pathlib.Path(folder) / name).write_text(text, encoding="utf8")
        (pathlib.Path(folder) / "empty").mkdir()
        for case in CASES:
            case(folder)
            print("ok  ", case.__name__.replace("_", " "), flush=True)


if __name__ == "__main__":
    main()

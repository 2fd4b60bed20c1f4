#!/usr/bin/env python3
"""README.md tells the truth: its tables are those of the code, and what it names exists.

Usage: readme.py GATEWAY DECKCTL, or readme.py --write to bring its generated parts up to date.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
from client import ROOT, expect, run_all  # noqa: E402

README = ROOT / "README.md"
KEYS = {f"DECK_{name}_KEY": name.lower() for name in ("WEBSHOP", "PARTNER", "STAFF", "MOBILE")}


def plugin_table():
    """Every plugin with its state and first sentence, built ones first: from the schemas."""
    plugins = [json.loads(path.read_text(encoding="utf8")) for path in sorted((ROOT / "schema" / "plugins").glob("*.json"))]
    plugins.sort(key=lambda plugin: (plugin["x-plugin"]["state"] != "built", plugin["x-plugin"]["name"]))
    rows = []
    for plugin in plugins:
        sentence = re.split(r"[.;](?:\s|$)", plugin["description"])[0]
        rows.append(f"| {plugin['x-plugin']['name']} | {plugin['x-plugin']['state']} | {sentence} |")
    return "\n".join(["| plugin | state | what it does |", "| --- | --- | --- |", *rows])


def differences():
    """One line for each reason why a recorded case or file is answered otherwise; what is only not built yet is not a difference."""
    reasons = []
    for cases in json.loads((ROOT / "tests" / "compat" / "open_cases.json").read_text(encoding="utf8")).values():
        reasons += [case if isinstance(case, str) else case["why"] for case in cases.values()]
    verdicts = ROOT / "tests" / "compat" / "verdict_exceptions.json"
    if verdicts.exists():
        reasons += json.loads(verdicts.read_text(encoding="utf8"))
    kept = dict.fromkeys(reason for reason in reasons if not re.search(r"^open:|\bnot built\b", reason))
    whole = [reason for reason in kept if not any(other.startswith(reason) and other != reason for other in kept)]
    return "\n".join("- " + re.sub("^# ", "`#` ", reason) for reason in whole)


def limits():
    """Every setting that is a limit, with its default and what is beyond it: from the table of settings."""
    table = (ROOT / "gateway" / "runtime" / "setting_table.cpp").read_text(encoding="utf8")
    text = r'"((?:[^"\\]|\\.)*)"'
    found = re.findall(rf"\{{{text},\s*{text},\s*{text},\s*set_\w+(?:<[^>]*>)?,\s*(?:true|false),\s*{text}\}},", table)
    assert len(found) > 10, found
    rows = [f"| `{name}` | {fallback} | {meaning} | {beyond} |" for name, fallback, meaning, beyond in found]
    return "\n".join(["| setting | default | of what | beyond it |", "| --- | --- | --- | --- |", *rows])


GENERATED = {"plugins": plugin_table, "differences": differences, "limits": limits}


def between_marks(name):
    return re.compile(rf"(<!-- {name}: .*? -->\n)(.*?)(<!-- /{name} -->)", re.S)


def write():
    text = README.read_text(encoding="utf8")
    for name, make in GENERATED.items():
        text = between_marks(name).sub(lambda found, made=make(): f"{found.group(1)}{made}\n{found.group(3)}", text)
    README.write_text(text, encoding="utf8")


def code_lines(text):
    """Code spans, and lines of code blocks."""
    return re.findall(r"`([^`\n]+)`", text) + re.findall(r"^    (\S.*)$", text, re.M)


class World:
    def __init__(self, gateway, deckctl):
        self.text = README.read_text(encoding="utf8")
        self.gateway, self.deckctl = gateway, deckctl
        self.gateway_help = self.help(gateway)
        self.deckctl_help = self.help(deckctl)
        self.verbs = re.findall(r"^  (\w+) {2,}\S", self.deckctl_help.split("Subcommands:")[1], re.M)
        self.lines = code_lines(self.text)
        self.example_lines = [line for path in (ROOT / "examples").glob("*/README.md") for line in code_lines(path.read_text(encoding="utf8"))]

    @staticmethod
    def help(*command):
        return subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout


def generated_parts_are_up_to_date(world):
    for name, make in GENERATED.items():
        found = between_marks(name).search(world.text)
        assert found and found.group(2).strip() == make(), f"{name}: run `python3 tests/end_to_end/readme.py --write`"


def every_link_leads_somewhere(world):
    links = re.findall(r"\]\(([^)#]+)\)", world.text)
    assert len(links) > 5
    for link in links:
        assert "://" in link or (ROOT / link).exists(), link


def every_path_exists(world):
    top = {path.name for path in ROOT.iterdir()}
    paths = {word for line in world.lines + world.example_lines for word in re.findall(r"(?<![\w./:-])[\w.-]+(?:/[\w.-]+)+/?", line) if word.split("/")[0] in top and "NAME" not in word}
    assert len(paths) > 8, paths
    built = {path for path in paths if path.startswith("build/")}
    expect("paths that do not exist", [path for path in sorted(paths - built) if not (ROOT / path).exists()], [])


def every_verb_and_option_of_deckctl_exists(world):
    named = {}
    for line in world.lines + world.example_lines:
        for verb, rest in re.findall(r"\bdeckctl ([a-z]+)([^|`&#]*)", line):
            named.setdefault(verb, set()).update(re.findall(r"(?<!\S)--[a-z-]+", rest))
    expect("verbs that README and --help do not share", set(named) ^ set(world.verbs), set())
    for verb, options in named.items():
        text = world.help(world.deckctl, verb)
        expect(f"unknown options of {verb}", [option for option in options if not re.search(rf"{option}\b", text)], [])


def every_setting_and_command_of_the_gateway_exists(world):
    settings = {name.replace("-", "_") for name in re.findall(r"^  --([a-z-]+) ", world.gateway_help, re.M)}
    named = {name.lower() for name in re.findall(r"\b(?:KONG|GATEWAY)_([A-Z_]+)\b", world.text)} - {"name"}
    expect("unknown settings", named - settings, set())
    commands = set(re.findall(r"^(?:usage:)? +gateway (\w+)", world.gateway_help, re.M))
    used = {word for line in world.lines for word in re.findall(r"^gateway ([a-z]+)", line)}
    assert used and used <= commands, f"{used} are not all of {commands}"


def the_libraries_are_those_that_are_installed(world):
    packages = {line for line in (ROOT / "ci" / "packages.txt").read_text().splitlines() if line.endswith("-dev")}
    expect("packages that README and ci/packages.txt do not share", packages ^ set(re.findall(r"`([\w.+-]+-dev)`", world.text)), set())


def every_example_is_listed_valid_clean_and_laid_out(world):
    folders = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())
    expect("examples", folders, sorted(set(re.findall(r"\[examples/(\w+)\]", world.text))))
    for source in ("quickstart", "shop", "gitops/environments/staging", "gitops/environments/production", "compose/kong.yml"):
        for verb in (["validate"], ["lint"], ["fmt", "--check"]):
            done = subprocess.run([world.deckctl, *verb, ROOT / "examples" / source], capture_output=True, text=True, timeout=60, env={**os.environ, **KEYS})
            expect(f"{verb} of {source}: {done.stdout}{done.stderr}", (done.returncode, done.stdout), (0, ""))


def it_reads_well(world):
    long = [line for line in world.text.splitlines() if len(line) > 170 and not line.startswith(("|", "- ", "1. ", "2. "))]
    expect("long lines", long, [])
    expect("tabs", "\t" in world.text, False)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        sys.exit(run_all((generated_parts_are_up_to_date, every_link_leads_somewhere, every_path_exists, every_verb_and_option_of_deckctl_exists,
                          every_setting_and_command_of_the_gateway_exists, the_libraries_are_those_that_are_installed,
                          every_example_is_listed_valid_clean_and_laid_out, it_reads_well), World(*map(os.path.abspath, sys.argv[1:3]))))

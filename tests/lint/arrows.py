#!/usr/bin/env python3
"""Knowledge runs one way: each floor includes only what is below it. And the top level holds what was agreed, nothing else.

    main -> runtime -> admin, proxy -> plugins, routing, balancing -> http -> net -> async

schema and observe are leaves that every floor may use. Usage: arrows.py [ROOT]; prints each arrow that runs back.
"""
import pathlib
import re
import subprocess
import sys

LEAVES = {"schema", "observe"}
# The floor itself, and what is directly below; what is below that may be used as well.
BELOW = {
    "main": {"runtime"},
    "runtime": {"admin", "proxy"},
    "admin": {"plugins", "routing", "balancing"},
    "proxy": {"plugins", "routing", "balancing"},
    "plugins": {"routing", "http", "scripting"},   # an exchange holds its match
    "scripting": set(),
    "routing": {"http"},
    "balancing": {"http"},
    "http": {"net"},
    "net": {"async"},
    "async": set(),
    "deckctl": {"plugins", "routing"},
}
TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "Dockerfile", "README.md", "LICENSE",
    "schema", "gateway", "deckctl", "examples", "tests", "ci",
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def allowed_for(floor):
    if floor in LEAVES:
        return {floor}
    allowed, waiting = set(LEAVES), [floor]
    while waiting:
        each = waiting.pop()
        if each not in allowed:
            allowed.add(each)
            waiting += BELOW[each]
    return allowed


def floor_of(path):
    """`path` as in an include: gateway/net/loop.h is of net, gateway/main.cpp of main. None: not ours."""
    parts = path.split("/")
    if parts[0] in ("schema", "deckctl"):
        return parts[0]
    if parts[0] != "gateway":
        return None
    return "main" if len(parts) == 2 else parts[1]


def top_level(root):
    """What is kept in git, so that build folders do not count; without git, everything but build folders."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return {name.split("/")[0] for name in listed.stdout.splitlines()}
    return {path.name for path in root.iterdir() if not path.name.startswith("build")}


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else ".")
    faults = []
    for folder in ("schema", "gateway", "deckctl"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".h", ".cpp"):
                continue
            name = path.relative_to(root).as_posix()
            floor = floor_of(name)
            if floor not in BELOW and floor not in LEAVES:
                faults.append(f"{name}: no such floor: {floor}")
                continue
            allowed = allowed_for(floor)
            text = path.read_text(encoding="utf-8", errors="replace")
            for match in INCLUDE.finditer(text):
                other = floor_of(match.group(1))
                if other and other not in allowed:
                    line = text.count("\n", 0, match.start(1)) + 1
                    faults.append(f"{name}:{line}: {floor} must not know {other} ({match.group(1)})")
    for name in sorted(top_level(root)):
        if name not in TOP_LEVEL and not name.startswith("."):
            faults.append(f"{name}: not agreed for the top level")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

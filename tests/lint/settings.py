#!/usr/bin/env python3
"""A setting that is accepted is obeyed, or whoever sets it is told that it has no effect: each row of the table fills a member of Settings that
other code reads, or stands in the list of settings to come, never both. Usage: settings.py ROOT; settings.py --self-test.
"""
import pathlib
import re
import sys



def functions(text, word):
    """Name -> body of every function whose name starts with the word."""
    found = {}
    for match in re.finditer(rf"^\w[\w:<>& ]*? ({word}\w*)\([^\n]*\{{(.*)$", text, re.M):
        name, rest = match.group(1), match.group(2)
        found[name] = rest if rest.rstrip().endswith("}") else text[match.end():text.index("\n}", match.end())]
    return found


def members_by_setting(table):
    setters = functions(table, "set_")
    rows = table[table.index("constexpr Setting table[]"):table.index("constexpr Alias")]
    members = {}
    for row in re.split(r"\n    \{", rows)[1:]:
        name = re.match(r'"(\w+)"', row).group(1)
        setter, field = re.search(r"(set_\w+)(?:<&S::(\w+)>)?(?:, (?:true|false)(?:,\s*\"[^\"]*\")?)?\},", row).groups()
        members[name] = {field} if field else set(re.findall(r"\bs\.(\w+)", setters[setter]))
    return members


def is_read(member, sources):
    use = re.compile(rf"\b(?:settings_?|shared_\.settings)\.{member}\b(?!\s*=[^=])|&Settings::{member}\b")
    return any(use.search(text) for text in sources)


def faults(table, to_come, sources):
    for name, members in members_by_setting(table).items():
        unread = sorted(member for member in members if not is_read(member, sources))
        if unread and name not in to_come:
            yield f"{name}: nothing reads Settings::{', '.join(unread)}, and nobody is told"
        if members and not unread and name in to_come:
            yield f"{name}: is read, but told to have no effect"
    yield from (f"{name}: is to come, but not in the table" for name in to_come - members_by_setting(table).keys())


def of_tree(root):
    runtime = root / "gateway" / "runtime"
    lists = (runtime / "meaningless_settings.cpp").read_text()
    to_come = set(re.findall(r'\{"(\w+)"', lists[lists.index("to_come[] = {"):lists.index("};", lists.index("to_come[] = {"))]))
    own = {"setting_table.cpp", "setting_values.cpp", "settings.h"}
    sources = [path.read_text() for path in (root / "gateway").rglob("*.cpp") if path.name not in own]
    # A warning is no obedience.
    for i, text in enumerate(sources):
        for body in functions(text, "warn_of_").values():
            sources[i] = sources[i].replace(body, "")
    return list(faults((runtime / "setting_table.cpp").read_text(), to_come, sources))


def self_test():
    table = ('bool set_b(Settings& s, Text text, Complaint& error) {\n  s.b = text;\n}\nconstexpr Setting table[] = {\n'
             '    {"a", "", "", set_text<&S::a>},\n    {"b", "",\n     "", set_b},\n    {"c", "", "", set_text<&S::c>, true},\n};\nconstexpr Alias')
    good = ["f(settings.a); if (shared_.settings.b) g();"]
    assert list(faults(table, {"c"}, good)) == []
    assert len(list(faults(table, set(), good))) == 1
    assert len(list(faults(table, {"c"}, ["settings.a = 1; settings.b == 2;"]))) == 1
    assert len(list(faults(table, {"b", "c"}, good))) == 1
    assert len(list(faults(table, {"c", "d"}, good))) == 1


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    found = of_tree(pathlib.Path(sys.argv[1]))
    print("\n".join(found))
    sys.exit(1 if found else 0)

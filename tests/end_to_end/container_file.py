"""A Dockerfile as data: stages with their instructions, and what its .dockerignore leaves out."""
import fnmatch
import re
import shlex


class Stage:
    def __init__(self, base):
        self.base, self.steps, self.environment = base, [], {}

    def all(self, word):
        return [rest for name, rest in self.steps if name == word]

    def last(self, word):
        return self.all(word)[-1]


def read(path):
    """The stages of a Dockerfile: instructions in order, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(encoding="utf8"), flags=re.M)
    stages = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip():
            continue
        word, rest = line.split(None, 1)
        if word == "FROM":
            stages.append(Stage(rest))
        else:
            stages[-1].steps.append((word, rest.strip()))
            if word == "ENV":
                stages[-1].environment.update(pair.split("=", 1) for pair in shlex.split(rest))
    return stages


def context(folder):
    """What `COPY . .` copies of the top of a folder."""
    ignored = (folder / ".dockerignore").read_text(encoding="utf8").split()
    return [entry for entry in folder.iterdir() if not any(fnmatch.fnmatch(entry.name, pattern) for pattern in ignored)]

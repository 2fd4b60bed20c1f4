"""Runs the steps of a GitHub Actions workflow file as its runner would: shell, environment files, `if`, matrix, expressions.

Only what the example uses is understood; anything else is an error, so that no step goes by untested.
"""
import os
import pathlib
import re
import subprocess

import yaml

KNOWN_ACTIONS = {"actions/checkout@v4"}


class Event:
    def __init__(self, name, base="", secrets=None, number=0):
        self.name, self.base, self.secrets, self.number = name, base, secrets or {}, number


class StepFailed(Exception):
    def __init__(self, step, code, output):
        super().__init__(f"step '{step}' ended with {code}:\n{output}")
        self.step, self.code, self.output = step, code, output


class Workflow:
    def __init__(self, path, tools):
        """`tools` is a folder in front of PATH: what stands for docker and gh."""
        with open(path, encoding="utf8") as file:
            self.text = yaml.safe_load(file)
        self.text["on"] = self.text.pop(True)  # YAML 1.1 reads the key `on` as true
        self.tools = tools

    def names(self):
        return [step["name"] for job in self.text["jobs"].values() for step in job["steps"] if "run" in step]

    def run(self, event, folder):
        """Runs every job of the event for every value of its matrix, in order. Yields (job, environment, summary, outputs by step)."""
        assert event.name in self.text["on"], event.name
        for name, job in self.text["jobs"].items():
            if job["if"] != f"github.event_name == '{event.name}'":
                continue
            (axis, values), = job["strategy"]["matrix"].items()
            for value in values:
                context = {f"matrix.{axis}": value, "github.token": "token", "github.event.pull_request.number": str(event.number)}
                context.update({f"secrets.{k}": v for k, v in event.secrets.items()})
                yield (name, value, *self.run_job(job, event, folder, context))

    def run_job(self, job, event, folder, context):
        files = {name: pathlib.Path(folder).parent / name for name in ("GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        outputs = {}
        for step in job["steps"]:
            if "uses" in step:
                assert step["uses"] in KNOWN_ACTIONS, step
                continue
            added = files["GITHUB_PATH"].read_text().split()
            environment = {"HOME": os.environ.get("HOME", "/"), "PATH": ":".join([*added, str(self.tools), os.environ["PATH"]]), "GITHUB_BASE_REF": event.base}
            environment.update({k: str(v) for k, v in files.items()})
            for level in (self.text, job, step):
                environment.update({k: filled(str(v), context) for k, v in level.get("env", {}).items()})
            outputs[step["name"]] = run_step(step, self.text["defaults"]["run"]["shell"], folder, environment, context)
        return files["GITHUB_STEP_SUMMARY"].read_text(), outputs


def filled(text, context):
    return re.sub(r"\$\{\{\s*([\w.]+)\s*\}\}", lambda found: context[found.group(1)], text)


def run_step(step, shell, folder, environment, context):
    assert shell == "bash", shell
    # The flags that GitHub's runner gives to bash.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", filled(step["run"], context)]
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    if done.returncode != 0:
        raise StepFailed(step["name"], done.returncode, done.stdout)
    return done.stdout

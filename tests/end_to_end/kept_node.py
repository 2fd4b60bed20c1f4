"""A gateway whose folders outlive its processes, for tests of restarts."""
import contextlib
import pathlib
import signal
import tempfile
import urllib.parse

from client import ask, expect, running


def configuration(word, filler=0):
    return f"""_format_version: "3.0"
services:
- name: s
  host: 127.0.0.1
  routes: [{{name: r, paths: [/]}}]
  plugins:
  - name: request-termination
    config: {{status_code: 200, content_type: text/plain, body: "{word}"}}
# {"x" * filler}
"""


class Node:
    """A gateway with a folder of its own that outlives its processes."""

    def __init__(self, gateway, stack, file=None):
        self.gateway, self.stack = gateway, stack
        self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.data = self.folder / "data"
        self.log = self.folder / "error.log"
        self.file = self.folder / "kong.yml"
        self.process = None
        if file is not None:
            self.file.write_text(configuration(file), encoding="utf8")

    def start(self, **settings):
        if self.file.exists() or "declarative_config" in settings:
            settings.setdefault("declarative_config", str(self.file))
        settings = {"data_dir": str(self.data), "proxy_error_log": str(self.log), **settings}
        self.proxy, _, self.admin, _, self.process = self.stack.enter_context(running(self.gateway, **settings))
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        return self

    def post(self, text, **parameters):
        answer = None
        while answer is None or answer.status == 429:  # while the load before ends
            answer = ask(self.admin, "/config?" + urllib.parse.urlencode(parameters), "POST", text.encode(), Content_Type="application/yaml")
        return answer

    def take(self, word, **parameters):
        answer = self.post(configuration(word), **parameters)
        expect(f"POST of {word}: {answer.body}", answer.status, 201)

    def hup(self, word=None):
        if word is not None:
            self.file.write_text(configuration(word), encoding="utf8")
        self.process.send_signal(signal.SIGHUP)

    def serves(self, word):
        expect("served", ask(self.proxy, "/").body, word)
        return self

    def status(self):
        return ask(self.admin, "/gateway/status").json()

    def generations(self):
        return ask(self.admin, "/gateway/generations").json()["data"]


def with_stack(test):
    """For run_all: the test gets a stack that ends what it started."""
    def run(gateway):
        with contextlib.ExitStack() as stack:
            test(gateway, stack)
    run.__name__ = test.__name__
    return run

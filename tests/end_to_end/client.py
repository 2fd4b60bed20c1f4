"""What the end-to-end tests share: one request, and small upstreams of the project's own."""
import contextlib
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / "compat")]
from node import free_ports, running, wait_for  # noqa: E402,F401


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def ask(port, path, method="GET", body=None, **headers):
    """One request to loopback; `headers` are written with _ for -. No status is an error here."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method, data=body, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read().decode())


def read_answer(stream):
    """Head and body of an answer with a length, or what there is until the end."""
    data = b""
    while b"\r\n\r\n" not in data and (piece := stream.recv(65536)):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length and (piece := stream.recv(65536)):
        body += piece
    return head, body


@contextlib.contextmanager
def demo_upstreams(count):
    """Yields the ports of `count` processes of examples/quickstart/upstream.py."""
    program = ROOT / "examples" / "quickstart" / "upstream.py"
    processes = [subprocess.Popen([sys.executable, program, "0"], stdout=subprocess.PIPE, text=True) for _ in range(count)]
    try:
        yield [int(process.stdout.readline()) for process in processes]
    finally:
        for process in processes:
            process.terminate()
            process.wait(15)
            process.stdout.close()


def expect(what, got, wanted):
    assert got == wanted, f"{what}: {got!r}, expected {wanted!r}"


def eventually(what, true, seconds=10):
    end = time.time() + seconds
    while not true():
        assert time.time() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def within_one_minute(seconds=15):
    """Limits count in whole minutes: waits when this one ends before `seconds` have passed."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left + 0.5)


def run_all(tests, *arguments):
    """Runs each test, prints its name as a sentence, and returns the exit code."""
    failed = 0
    for test in tests:
        sentence = test.__name__.replace("_", " ")
        started = time.time()
        try:
            test(*arguments)
            print(f"ok   {sentence} ({time.time() - started:.1f} s)", flush=True)
        except Exception as fault:  # a failed check must not hide the ones behind it
            failed += 1
            print(f"FAIL {sentence}: {type(fault).__name__}: {fault}", flush=True)
    return 1 if failed else 0

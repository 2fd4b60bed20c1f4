#!/usr/bin/env python3
"""The Dockerfile without a container engine: what it names exists, its build steps run in an empty folder, what they make runs as its image would.

Usage: dockerfile.py SOURCE_FOLDER
"""
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
import container_file  # noqa: E402
from client import eventually, expect, run_all  # noqa: E402
from image_root import ImageRoot, allowed  # noqa: E402

SOURCE = pathlib.Path(sys.argv[1]).resolve()
CONFIG = '_format_version: "3.0"\nservices: [{name: s, url: "http://127.0.0.1:9", routes: [{name: %s, paths: [/], plugins: [{name: request-termination, config: {status_code: 418}}]}]}]\n'


class World:
    def __init__(self, folder):
        self.build, self.image = container_file.read(SOURCE / "Dockerfile")
        self.folder = folder  # stands for the build stage's WORKDIR
        self.workdir = self.build.last("WORKDIR")
        self.health = self.image.last("HEALTHCHECK").split("CMD", 1)[1]
        self.entrypoint = json.loads(self.image.last("ENTRYPOINT"))

    def built(self, path):
        return self.folder / pathlib.Path(path).relative_to(self.workdir)

    def copied(self):
        *sources, target = self.image.last("COPY").removeprefix("--from=build ").split()
        return sources, target


def installed_packages(stage):
    words = shlex.split(re.search(r"apt-get install ([^&]*)", " ".join(stage.all("RUN"))).group(1))
    return [word for word in words if not word.startswith("-")]


def is_package(name):
    known = subprocess.run(["dpkg-query", "-W", name], capture_output=True).returncode == 0
    return known or subprocess.run(["apt-cache", "show", name], capture_output=True).returncode == 0


def both_stages_are_debian_12(world):
    expect("build stage", world.build.base, "debian:12 AS build")
    expect("image", world.image.base, "debian:12-slim")


def every_package_exists(world):
    listed = [line for line in (SOURCE / "ci" / "packages.txt").read_text().split("\n") if line and not line.startswith("#")]
    missing = [name for name in listed + installed_packages(world.image) if not is_package(name)]
    expect("packages unknown to apt", missing, [])


def every_command_exists(world):
    for stage in (world.build, world.image):
        for step in stage.all("RUN"):
            for command in re.split(r"&&|\|\|", step):
                word = shlex.split(command)[0]
                assert shutil.which(word) or (SOURCE / word).exists(), f"{word} of RUN {step}"


def the_image_is_small_and_without_root(world):
    assert "useradd" in " ".join(world.image.all("RUN"))
    user = world.image.last("USER")
    assert user not in ("root", "0") and re.search(rf"useradd [^&]*\b{user}\b", " ".join(world.image.all("RUN"))), user
    copies = world.image.all("COPY")
    expect("what is copied into it", copies, [f"--from=build {world.workdir}/build/release/bin/gateway {world.workdir}/build/release/bin/deckctl /usr/local/bin/"])


def the_build_steps_run_in_an_empty_folder(world):
    started = time.time()
    for word, rest in world.build.steps:
        if word == "COPY" and rest == ". .":
            for entry in container_file.context(SOURCE):
                copy = shutil.copytree if entry.is_dir() else shutil.copy2
                copy(entry, world.folder / entry.name, **({"dirs_exist_ok": True} if entry.is_dir() else {}))
        elif word == "COPY":
            *sources, target = rest.split()
            (world.folder / target).mkdir(parents=True, exist_ok=True)
            for source in sources:
                shutil.copy2(SOURCE / source, world.folder / target)
        elif word == "RUN":
            done = subprocess.run(["sh", "-ec", rest], cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=3000)
            expect(f"exit code of RUN {rest}\n{done.stdout[-3000:]}", done.returncode, 0)
    for path in world.copied()[0]:
        print(f"     {path}: {world.built(path).stat().st_size / 1e6:.1f} MB", end="")
    print(f"; built in {time.time() - started:.0f} s")


def every_library_comes_with_a_package_of_the_image(world):
    packages = set(installed_packages(world.image)) | {"libc6", "libgcc-s1"}  # these two are part of the base image
    needed = set()
    for path in world.copied()[0]:
        text = subprocess.run(["readelf", "-d", world.built(path)], capture_output=True, text=True, check=True).stdout
        needed |= set(re.findall(r"NEEDED.*\[(.*)\]", text))
    for library in sorted(needed):
        found = subprocess.run(["dpkg", "-S", f"*/{library}"], capture_output=True, text=True).stdout
        owners = {line.split(":")[0] for line in found.splitlines()}
        assert owners & packages, f"{library} is in {owners or 'no package'}, which the image does not install"


class Image:
    """The built binaries in a root of their own, with the folders that the image's RUN step makes."""

    def __init__(self, world, root):
        self.world, self.root = world, root
        sources, target = world.copied()
        for path in sources:
            root.put(world.built(path), target + pathlib.Path(path).name, 0o755)
        owner, *folders = shlex.split(re.search(r"install -d -o ([^&]*)", " ".join(world.image.all("RUN"))).group(1))
        assert owner == world.image.last("USER")
        for folder in folders:
            root.make_folder(folder, owned=True)

    def serves(self, route, environment=None, status=418):
        """Starts the entry point, waits for the health check, sends a request to both ports, stops it as `docker stop` does."""
        variables = {**self.world.image.environment, **(environment or {})}
        process = self.root.start(self.root.command(variables, *self.world.entrypoint), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        health = json.loads(self.world.health)
        eventually("the health check succeeds", lambda: process.poll() is not None or self.root.run(variables, *health).returncode == 0)
        assert process.poll() is None, process.stdout.read()
        for url in ("http://127.0.0.1:8000/", "https://127.0.0.1:8443/"):
            assert url.split(":")[-1].rstrip("/") in self.world.image.last("EXPOSE").split()
            expect(url, self.root.get(url)[0], status)
        admin = self.root.get("http://127.0.0.1:8001/routes")[1]
        assert f'"name":"{route}"' in admin.replace(" ", ""), admin
        process.terminate()
        said = process.communicate(timeout=20)[0]
        expect("exit code", process.returncode, 0)
        assert "error" not in said.lower(), said
        assert self.root.run(variables, *health).returncode != 0, "the health check succeeds without a node"
        return said


def what_was_built_runs_as_the_image_would(world):
    if not allowed():
        print("     skipped: namespaces are not allowed here")
        return
    with ImageRoot() as root:
        image = Image(world, root)
        expect("deckctl", root.run({}, "deckctl", "version").returncode, 0)
        root.put(CONFIG % "baked", "/etc/gateway/gateway.yml")
        image.serves("baked")
        root.put(CONFIG % "mounted", "/usr/local/kong/declarative/kong.yml")
        said = image.serves("mounted")
        assert "GET /routes" in said, f"no access log of the Admin API: {said}"
        root.put(CONFIG % "named", "/somewhere/shop.yml")
        image.serves("named", {"KONG_DECLARATIVE_CONFIG": "/somewhere/shop.yml", "GATEWAY_STATUS_LISTEN": "127.0.0.1:8100"})
        done = root.run({}, "deckctl", "validate", "/somewhere/shop.yml")
        expect(f"deckctl validate: {done.stderr}", done.returncode, 0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(run_all((both_stages_are_debian_12, every_package_exists, every_command_exists, the_image_is_small_and_without_root,
                          the_build_steps_run_in_an_empty_folder, every_library_comes_with_a_package_of_the_image, what_was_built_runs_as_the_image_would),
                         World(pathlib.Path(temporary))))

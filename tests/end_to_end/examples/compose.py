#!/usr/bin/env python3
"""examples/compose without a container engine: both services run with the commands, variables, mounts and health check of the file.

Usage: compose.py GATEWAY DECKCTL
"""
import pathlib
import shutil
import subprocess
import sys

import yaml

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent)]
import container_file  # noqa: E402
from client import ROOT, eventually, expect, run_all  # noqa: E402
from image_root import ImageRoot, allowed  # noqa: E402

GATEWAY, DECKCTL = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
FOLDER = ROOT / "examples" / "compose"


class World:
    def __init__(self):
        services = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"]
        self.image = container_file.read((FOLDER / services["gateway"]["build"]).resolve() / "Dockerfile")[-1]
        self.gateway, self.upstream = services["gateway"], services["upstream"]

    @staticmethod
    def mounts(service):
        """(file of this repository, path in the container) of each volume."""
        for volume in service["volumes"]:
            source, target, mode = volume.split(":")
            assert mode == "ro", volume
            yield (FOLDER / source).resolve(strict=True), target


def the_file_names_what_exists(world):
    expect("known keys of the gateway", set(world.gateway), {"build", "image", "ports", "environment", "volumes", "healthcheck", "depends_on", "restart"})
    ports = {port.split(":")[1] for port in world.gateway["ports"]}
    assert ports <= set(world.image.last("EXPOSE").split()), f"{ports} are not what the image exposes"
    expect("mounts", [target for _, target in world.mounts(world.gateway)], ["/usr/local/kong/declarative/kong.yml"])
    for name, service in (("gateway", world.gateway), ("upstream", world.upstream)):
        for source, _ in world.mounts(service):
            assert source.is_file(), f"{name}: {source}"


def a_container_engine_reads_the_file_where_there_is_one(_):
    engine = shutil.which("docker")
    if engine is None or subprocess.run([engine, "compose", "version"], capture_output=True).returncode != 0:
        return print("     skipped: no docker compose")
    done = subprocess.run([engine, "compose", "-f", FOLDER / "compose.yaml", "config", "--quiet"], capture_output=True, text=True, timeout=60)
    expect(f"docker compose config: {done.stderr}", done.returncode, 0)


def both_services_run_and_are_healthy(world):
    if not allowed():
        return print("     skipped: namespaces are not allowed here")
    with ImageRoot() as root:
        for binary in (GATEWAY, DECKCTL):
            root.put(binary, f"/usr/local/bin/{binary.name}", 0o755)
        root.put("127.0.0.1 localhost upstream\n", "/etc/hosts")  # in the file's network a service's name is its address
        for service in (world.gateway, world.upstream):
            for source, target in world.mounts(service):
                root.put(source, target)
        upstream = root.start(root.command({}, *world.upstream["command"]), stdout=subprocess.PIPE, text=True)
        expect("port of the upstream", upstream.stdout.readline(), "9080\n")
        variables = {**world.image.environment, **world.gateway["environment"]}
        gateway = root.start(root.command(variables, "gateway"))
        kind, *health = world.gateway["healthcheck"]["test"]
        expect("kind of the health check", kind, "CMD")
        eventually("the health check succeeds", lambda: root.run(variables, *health).returncode == 0)

        status, body = root.get("http://127.0.0.1:8000/echo/hello")
        expect("echo", (status, '"path": "/hello"' in body), (200, True))
        expect("https", root.get("https://127.0.0.1:8443/echo")[0], 200)
        expect("without a key", root.get("http://127.0.0.1:8000/members")[0], 401)
        expect("with the key", root.get("http://127.0.0.1:8000/members", "-H", "apikey: alice-secret")[0], 200)
        expect("deckctl ping", root.run({}, "deckctl", "ping", "--node", "http://127.0.0.1:8001").returncode, 0)
        expect("deckctl validate", root.run({}, "deckctl", "validate", "/usr/local/kong/declarative/kong.yml").returncode, 0)
        gateway.terminate()
        expect("exit code", gateway.wait(20), 0)


if __name__ == "__main__":
    sys.exit(run_all((the_file_names_what_exists, a_container_engine_reads_the_file_where_there_is_one, both_services_run_and_are_healthy), World()))

"""A root folder like that of a container: the system's programs and libraries, an own /etc and /usr/local, an own loopback with all ports free.

It needs namespaces, which a container without privileges does not have: allowed() says whether it can be used.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

AS_ROOT = os.getuid() == 0
SPACES = ["--mount", "--net"]

# The folders of the system are seen as they are; everything that an image brings itself is empty here.
SET_UP = """
set -e
root=$1
mkdir -p $root/usr $root/dev $root/proc $root/tmp $root/etc
mount --rbind /usr $root/usr
mount -t tmpfs tmpfs $root/usr/local
mount --rbind /dev $root/dev
mount --rbind /proc $root/proc
for link in bin sbin lib lib64; do [ -e /$link ] && ln -s usr/$link $root/$link; done
cp /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache $root/etc/ 2>/dev/null || true
ip link set lo up
mkdir -p $root/usr/local/bin
echo ready
exec sleep 600
"""


def allowed():
    command = ["unshare", *SPACES, *([] if AS_ROOT else ["--map-root-user"]), "true"]
    return all(map(shutil.which, ("unshare", "nsenter", "ip"))) and subprocess.run(command, capture_output=True).returncode == 0


class ImageRoot:
    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.folder.chmod(0o755)
        command = ["unshare", *SPACES, *([] if AS_ROOT else ["--map-root-user"]), "sh", "-c", SET_UP, "sh", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the namespace cannot be made")
        self.processes = []
        return self

    def __exit__(self, *_):
        for process in [*self.processes, self.process]:
            if process.poll() is None:
                process.terminate()
            process.wait(20)
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)  # what was mounted is gone with the namespace

    def inside(self, *arguments):
        """The command with the loopback and the mounts of the image, but the root of this machine."""
        user = [] if AS_ROOT else ["--user", "--preserve-credentials"]
        return ["nsenter", f"--target={self.process.pid}", *user, *SPACES, "--", *map(str, arguments)]

    def command(self, environment, *arguments):
        """The command inside the root, without rights of root, with no environment but this."""
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"] if AS_ROOT else []
        words = [f"{name}={value}" for name, value in {"PATH": "/usr/local/bin:/usr/bin:/bin", **environment}.items()]
        return self.inside("chroot", self.folder, *user, "env", "-i", *words, *arguments)

    def run(self, environment, *arguments):
        return subprocess.run(self.command(environment, *arguments), capture_output=True, text=True, timeout=60)

    def start(self, command, **options):
        self.processes.append(subprocess.Popen(command, **options))
        return self.processes[-1]

    def put(self, source, path, mode=0o644):
        """A file of this machine, or its text, at a path of the image."""
        data = source.read_bytes() if isinstance(source, pathlib.Path) else source.encode()
        script = "mkdir -p \"$(dirname \"$1\")\" && rm -f \"$1\" && cat > \"$1\" && chmod \"$2\" \"$1\""
        subprocess.run(self.inside("sh", "-c", script, "sh", f"{self.folder}{path}", f"{mode:o}"), input=data, check=True, timeout=60)

    def make_folder(self, path, owned=False):
        command = ["install", "-d", *(["-o", "65534"] if owned and AS_ROOT else []), f"{self.folder}{path}"]
        subprocess.run(self.inside(*command), check=True, timeout=60)

    def get(self, url, *options):
        """(status, body) as curl beside the gateway sees them."""
        command = self.inside("curl", "-sk", "--max-time", "10", "-w", "\n%{http_code}", *options, url)
        body, _, status = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.rpartition("\n")
        return int(status or 0), body

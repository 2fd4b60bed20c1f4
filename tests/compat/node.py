"""Starts a gateway for a test: on ports asked from the kernel, with a folder of its own, ended by its process id."""
import contextlib
import os
import socket
import subprocess
import tempfile
import time


@contextlib.contextmanager
def kept_ports(count):
    """Ports that nobody else is given while the block lasts: they stay bound, in a way that lets one who names a port listen there."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            s.bind(("127.0.0.1", 0))
        yield [s.getsockname()[1] for s in sockets]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def wait_for(port, process, seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None:
            raise RuntimeError(f"the gateway ended with {process.returncode}")
        time.sleep(0.02)
    raise RuntimeError("the gateway does not listen")


@contextlib.contextmanager
def running(gateway, config=None, more_admin="", **settings):
    """Yields (proxy port, tls port, admin port, status port, process). `settings` become GATEWAY_NAME variables, `more_admin` is added to admin_listen.
    Unless the caller has waited for the process's end, it must end with 0 when it is told to: that is how a sanitizer says what it found."""
    with kept_ports(4) as (proxy, tls, admin, status), tempfile.TemporaryDirectory() as folder:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("KONG_", "GATEWAY_"))}
        environment.update(GATEWAY_DATABASE="off", GATEWAY_PREFIX=folder, GATEWAY_PROXY_LISTEN=f"127.0.0.1:{proxy}, 127.0.0.1:{tls} ssl",
                           GATEWAY_ADMIN_LISTEN=f"127.0.0.1:{admin}{more_admin}", GATEWAY_STATUS_LISTEN=f"127.0.0.1:{status}", GATEWAY_PROXY_ERROR_LOG="/dev/stderr",
                           GATEWAY_PROXY_ACCESS_LOG="off", GATEWAY_NGINX_WORKER_PROCESSES="1")
        if config is not None:
            path = os.path.join(folder, "kong.yml")
            with open(path, "w", encoding="utf8") as file:
                file.write(config)
            environment["GATEWAY_DECLARATIVE_CONFIG"] = path
        environment["GATEWAY_PORT_MAPS"] = f"8000:{proxy}, 8443:{tls}"
        environment.update({f"GATEWAY_{k.upper()}": v for k, v in settings.items()})
        process = subprocess.Popen([gateway], env=environment)
        try:
            wait_for(proxy, process)
            wait_for(admin, process)
            if "status_listen" not in settings:
                wait_for(status, process)
            yield proxy, tls, admin, status, process
            if process.returncode is None:
                process.terminate()
                code = process.wait(60)
                assert code == 0, f"the gateway ended with {code}"
        finally:
            process.kill()
            process.wait()

#!/usr/bin/env python3
"""Large files pass `deckctl validate` within a bounded memory: 10,000 services, 10,000 routes and 20,000 plugins (3.2 MB of YAML), and 100,000
consumers with their keys (50 MB).

    large.py DECKCTL

Prints the CPU seconds too; they are no part of the verdict, because machines differ."""
import os
import sys
import tempfile

def services(count):
    yield '_format_version: "3.0"\nservices:\n'
    for i in range(count):
        yield (f'- name: service-{i}\n  host: service-{i}.internal.example\n  port: 8080\n  protocol: http\n  routes:\n'
               f'  - name: route-{i}\n    paths:\n    - /api/service-{i}\n    strip_path: true\n    plugins:\n'
               f'    - name: key-auth\n      config:\n        key_names: [apikey]\n'
               f'    - name: rate-limiting\n      config:\n        minute: 60\n        policy: local\n')


def consumers(count):
    yield '_format_version: "3.0"\nconsumers:\n'
    for i in range(count):
        yield (f'- username: consumer-{i:06}-of-a-large-installation\n  custom_id: "{i:09}-0000-4000-8000-{i:012}"\n'
               f'  tags:\n' + ''.join(f'  - team-{(i + k) % 1000:04}-of-department-{k:02}\n' for k in range(10)) +
               f'  keyauth_credentials:\n  - key: key-{i:06}-{i * 7919 % 1000003:07}-{"x" * 32}\n')


def passes(deckctl, document, bytes_min, memory_max_mb):
    with tempfile.NamedTemporaryFile('w', suffix='.yml') as file:
        file.writelines(document)
        file.flush()
        size = os.path.getsize(file.name)
        child = os.fork()
        if child == 0:
            os.execv(deckctl, [deckctl, 'validate', file.name])
        _, status, usage = os.wait4(child, 0)
    memory_mb = usage.ru_maxrss / 1024
    print(f'{size / 1e6:.1f} MB of YAML: {usage.ru_utime + usage.ru_stime:.2f} s of CPU, {memory_mb:.0f} MB at most', flush=True)
    return os.waitstatus_to_exitcode(status) == 0 and memory_mb < memory_max_mb and size >= bytes_min


def main():
    good = passes(sys.argv[1], services(10_000), 3_200_000, 400)
    good = passes(sys.argv[1], consumers(100_000), 50_000_000, 1500) and good
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())

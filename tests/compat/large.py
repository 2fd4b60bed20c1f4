#!/usr/bin/env python3
"""10,000 services, 10,000 routes and 20,000 plugins (3.2 MB of YAML) pass `deckctl validate` in less than 400 MB.

    large.py DECKCTL

Prints the CPU seconds too; they are no part of the verdict, because machines differ."""
import os
import sys
import tempfile

COUNT = 10_000
MEMORY_MAX_MB = 400
BYTES_MIN = 3_200_000


def document():
    yield '_format_version: "3.0"\nservices:\n'
    for i in range(COUNT):
        yield (f'- name: service-{i}\n  host: service-{i}.internal.example\n  port: 8080\n  protocol: http\n  routes:\n'
               f'  - name: route-{i}\n    paths:\n    - /api/service-{i}\n    strip_path: true\n    plugins:\n'
               f'    - name: key-auth\n      config:\n        key_names: [apikey]\n'
               f'    - name: rate-limiting\n      config:\n        minute: 60\n        policy: local\n')


def main():
    deckctl = sys.argv[1]
    with tempfile.NamedTemporaryFile('w', suffix='.yml') as file:
        file.write(''.join(document()))
        file.flush()
        size = os.path.getsize(file.name)
        child = os.fork()
        if child == 0:
            os.execv(deckctl, [deckctl, 'validate', file.name])
        _, status, usage = os.wait4(child, 0)
    memory_mb = usage.ru_maxrss / 1024
    print(f'{size / 1e6:.1f} MB of YAML: {usage.ru_utime + usage.ru_stime:.2f} s of CPU, {memory_mb:.0f} MB at most')
    good = os.waitstatus_to_exitcode(status) == 0 and memory_mb < MEMORY_MAX_MB and size >= BYTES_MIN
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())

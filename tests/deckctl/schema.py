#!/usr/bin/env python3
"""`deckctl schema`: what an editor gets. Usage: schema.py DECKCTL"""
import json
import os
import subprocess
import sys
import unittest

DECKCTL = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "deckctl"


def schema(*arguments):
    run = subprocess.run([DECKCTL, "schema", *arguments], capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout, run.stderr


class Schema(unittest.TestCase):
    def test_the_whole_file_is_one_document(self):
        code, text, _ = schema()
        document = json.loads(text)
        self.assertEqual(code, 0)
        self.assertEqual(document["$schema"], "http://json-schema.org/draft-07/schema#")
        self.assertEqual(document["required"], ["_format_version"])
        self.assertFalse(document["additionalProperties"])
        self.assertIn("description", document["definitions"]["services"]["properties"]["retries"])
        self.assertEqual(document["definitions"]["services"]["properties"]["retries"]["default"], 5)
        self.assertIn("key-auth", document["definitions"]["plugins"]["properties"]["name"]["enum"])

    def test_every_reference_leads_somewhere(self):
        def references(node):
            if isinstance(node, dict):
                if isinstance(node.get("$ref"), str):
                    yield node["$ref"]
                node = node.values()
            if not isinstance(node, str) and hasattr(node, "__iter__"):
                for each in node:
                    yield from references(each)
        names = schema("--list")[1].split()
        self.assertIn("routes", names)
        self.assertIn("rate-limiting", names)
        for name in [None, *names]:
            document = json.loads(schema(*([name] if name else []))[1])
            for reference in references(document):
                self.assertIn(reference.removeprefix("#/definitions/"), document["definitions"], name)

    def test_an_unknown_name_is_hinted_at(self):
        self.assertEqual(schema("rout"), (1, "", "deckctl: there is no entity and no plugin 'rout' (did you mean routes?)\n"))
        self.assertIn("deckctl schema --list", schema("xyzzyx")[2])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""`deckctl fmt`: the canonical layout of files, in place, as a check, as a patch. Usage: fmt.py DECKCTL"""
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

DECKCTL = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "deckctl"
CORPUS = pathlib.Path("../shared/corpus").resolve()
UNTIDY = 'services:\n  - url:   http://shop   # inside\n    name: "shop"\n_format_version: "3.0"\n'
TIDY = '_format_version: "3.0"\nservices:\n- name: shop\n  url: http://shop  # inside\n'


class Fmt(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        (self.folder / "a.yml").write_text(UNTIDY)
        (self.folder / "b.yml").write_text(TIDY)

    def fmt(self, *arguments, text=None):
        run = subprocess.run([DECKCTL, "fmt", *arguments], cwd=self.folder, input=text, capture_output=True, text=True, timeout=100)
        return run.returncode, run.stdout, run.stderr

    def test_the_result_goes_to_stdout_and_the_file_stays(self):
        self.assertEqual(self.fmt("a.yml"), (0, TIDY, ""))
        self.assertEqual((self.folder / "a.yml").read_text(), UNTIDY)
        self.assertEqual(self.fmt(text=UNTIDY), (0, TIDY, ""))
        self.assertEqual(self.fmt("a.yml", "-o", "c.yml"), (0, "", ""))
        self.assertEqual((self.folder / "c.yml").read_text(), TIDY)

    def test_check_names_what_would_change_and_exits_2(self):
        self.assertEqual(self.fmt("--check", "."), (2, "./a.yml\n", ""))
        self.assertEqual(self.fmt("--check", "b.yml"), (0, "", ""))
        self.assertEqual((self.folder / "a.yml").read_text(), UNTIDY)

    def test_diff_is_a_patch_that_git_applies(self):
        code, patch, _ = self.fmt("--diff", "a.yml", "b.yml")
        self.assertEqual(code, 2)
        self.assertNotIn("b.yml", patch)
        subprocess.run(["git", "apply"], cwd=self.folder, input=patch, text=True, check=True)
        self.assertEqual((self.folder / "a.yml").read_text(), TIDY)
        self.assertEqual(self.fmt("--diff", "a.yml"), (0, "", ""))

    def test_write_replaces_files_keeps_permissions_and_links_and_is_idempotent(self):
        (self.folder / "a.yml").chmod(0o640)
        (self.folder / "link.yml").symlink_to("a.yml")
        self.assertEqual(self.fmt("-w", "link.yml", "b.yml"), (0, "link.yml\n", ""))
        self.assertTrue((self.folder / "link.yml").is_symlink())
        self.assertEqual((self.folder / "a.yml").read_text(), TIDY)
        self.assertEqual(stat.S_IMODE((self.folder / "a.yml").stat().st_mode), 0o640)
        self.assertEqual(self.fmt("-w", "."), (0, "", ""))
        self.assertEqual(sorted(each.name for each in self.folder.iterdir()), ["a.yml", "b.yml", "link.yml"])

    def test_a_broken_file_is_told_and_left_alone_and_the_others_are_done(self):
        (self.folder / "broken.yml").write_text("services: [\n")
        code, out, errors = self.fmt("-w", ".")
        self.assertEqual((code, out), (1, "./a.yml\n"))
        self.assertIn("./broken.yml:", errors)
        self.assertEqual((self.folder / "broken.yml").read_text(), "services: [\n")

    def test_what_cannot_be_written_is_refused(self):
        self.assertEqual(self.fmt("-w", "-", text=UNTIDY)[0], 1)
        self.assertIn("--write needs files", self.fmt("-w", "git:HEAD")[2])
        self.assertIn("no place in one output", self.fmt("a.yml", "b.yml")[2])
        self.assertEqual(self.fmt("--write", "--check", "a.yml")[0], 1)
        self.assertEqual(self.fmt("gone.yml")[0], 1)
        self.assertEqual(self.fmt(text="\n")[0], 1)

    def test_a_configuration_need_not_be_valid_to_be_laid_out(self):
        self.assertEqual(self.fmt(text="services:\n  - {nmae: shop, port: '${{ env \"DECK_P\" }}'}\n"),
                         (0, 'services:\n- port: \'${{ env "DECK_P" }}\'\n  nmae: shop\n', ""))

    def test_json_stays_json_and_can_be_had_from_yaml(self):
        self.assertEqual(self.fmt(text='{"services":[],"_format_version":"3.0"}'), (0, '{\n  "_format_version": "3.0",\n  "services": []\n}\n', ""))
        self.assertEqual(self.fmt("--format", "json", text="a: 1\n"), (0, '{\n  "a": 1\n}\n', ""))
        self.assertEqual(self.fmt("--format", "yaml", text='{"a": 1}'), (0, "a: 1\n", ""))

    def test_lists_of_entities_are_sorted_when_asked(self):
        text = '_format_version: "3.0"\nservices:\n- name: b\n  url: http://b\n- name: a\n  url: http://a\n'
        self.assertEqual(self.fmt("--check", text=text)[0], 0)
        self.assertEqual(self.fmt("--sort", text=text)[1], '_format_version: "3.0"\nservices:\n- name: a\n  url: http://a\n- name: b\n  url: http://b\n')

    def test_public_files_are_the_same_after_a_second_time(self):
        if not CORPUS.exists():
            self.skipTest(f"{CORPUS} is not there")
        copies = []
        for number, file in enumerate(sorted(CORPUS.glob("*/**/*.*"))):
            if file.suffix in (".yml", ".yaml", ".json") and file.parts[-2] != "http1" and file.read_text(errors="replace").strip():
                copies.append(f"{number}{file.suffix}")
                (self.folder / copies[-1]).write_bytes(file.read_bytes())
        # What does not parse is told; that something would change its meaning must not be among it.
        _, changed, errors = self.fmt("-w", *copies)
        self.assertGreater(len(changed.splitlines()), 500)
        self.assertNotIn("fault of deckctl", errors)
        self.assertEqual(self.fmt("--check", *copies)[1], "")


if __name__ == "__main__":
    unittest.main()

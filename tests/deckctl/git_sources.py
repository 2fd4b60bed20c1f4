#!/usr/bin/env python3
"""`git:REV[:PATH]` sources in the clones that people and CI have. Usage: git_sources.py DECKCTL"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

DECKCTL = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "deckctl"
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | {
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
GOOD = '_format_version: "3.0"\nservices:\n- name: shop\n  url: http://127.0.0.1:9000\n'
BAD = GOOD + "  retreis: 3\n"


def git(folder, *arguments):
    return subprocess.run(["git", "-C", str(folder), *arguments], env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout.strip()


def validate(folder, *arguments, **environment):
    run = subprocess.run([DECKCTL, "validate", *arguments], cwd=folder, env=ENVIRONMENT | environment, capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout + run.stderr


class GitSources(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.root = pathlib.Path(self.scratch.name)
        self.repo = self.root / "repo"
        self.repo.mkdir()
        git(self.repo, "init", "-q", "-b", "main")
        # The first commit is broken, the second mends it, the working copy is broken again.
        self.write("conf/kong.yml", BAD)
        self.commit("one")
        self.write("conf/kong.yml", GOOD)
        self.commit("two")
        self.write("conf/kong.yml", BAD)

    def write(self, path, text):
        file = self.repo / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, message):
        git(self.repo, "add", "-A")
        git(self.repo, "commit", "-q", "-m", message)

    def good(self, folder, *arguments, **environment):
        code, text = validate(folder, *arguments, **environment)
        self.assertEqual((code, text), (0, ""))

    def bad(self, folder, source, *words, **environment):
        code, text = validate(folder, source, **environment)
        self.assertEqual(code, 1, text)
        for word in words:
            self.assertIn(word, text)
        return text

    def test_a_revision_is_read_and_not_the_working_copy(self):
        self.bad(self.repo, "conf/kong.yml", "conf/kong.yml:5:3: services[0].retreis: unknown field")
        self.good(self.repo, "git:HEAD:conf/kong.yml")
        self.good(self.repo, "git:main:conf")
        self.good(self.repo, "git:main")
        self.bad(self.repo, "git:HEAD~1:conf/kong.yml", "HEAD~1:conf/kong.yml:5:3: services[0].retreis: unknown field")
        self.assertEqual((self.repo / "conf/kong.yml").read_text(), BAD)

    def test_a_path_with_a_dot_counts_from_the_working_directory(self):
        self.good(self.repo / "conf", "git:HEAD:./kong.yml")
        self.good(self.repo / "conf", "git:HEAD:../conf/kong.yml")
        self.good(self.repo / "conf", "git:HEAD:conf/kong.yml")
        self.bad(self.root, "git:HEAD:conf/kong.yml", "no git repository in the working directory or above it", "--repository")

    def test_another_repository_is_named_by_option_or_environment(self):
        self.good(self.root, "git:HEAD:conf", "--repository", "repo")
        self.good("/", "git:HEAD:conf", GIT_DIR=str(self.repo / ".git"))

    def test_detached_worktree_and_bare_clones(self):
        git(self.repo, "stash", "-q")
        git(self.repo, "checkout", "-q", "--detach")
        self.good(self.repo, "git:HEAD:conf")
        git(self.repo, "worktree", "add", "-q", "../tree", "HEAD~1")
        self.bad(self.root / "tree", "git:HEAD:conf", "retreis")
        self.good(self.root / "tree", "git:main:conf")
        git(self.root, "clone", "-q", "--bare", "repo", "bare.git")
        self.good(self.root / "bare.git", "git:main:conf")
        self.bad(self.root / "bare.git", "git:main:./conf", "write the path from the top of the repository")

    def test_a_shallow_clone_says_what_it_lacks(self):
        git(self.root, "clone", "-q", "--depth", "1", f"file://{self.repo}", "shallow")
        self.good(self.root / "shallow", "git:HEAD:conf")
        self.bad(self.root / "shallow", "git:HEAD~1:conf", "unknown revision 'HEAD~1'", "this clone is shallow", "fetch-depth: 0")

    def test_a_branch_that_only_the_remote_has_is_hinted_at(self):
        git(self.root, "clone", "-q", "repo", "clone")
        git(self.root / "clone", "checkout", "-q", "-b", "topic")
        git(self.root / "clone", "branch", "-q", "-D", "main")
        self.bad(self.root / "clone", "git:main:conf", "unknown revision 'main' (did you mean origin/main?)")
        self.good(self.root / "clone", "git:origin/main:conf")

    def test_partial_and_sparse_clones_open_and_nothing_is_fetched(self):
        git(self.repo, "config", "uploadpack.allowFilter", "true")
        git(self.root, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{self.repo}", "partial")
        git(self.root / "partial", "sparse-checkout", "init")
        # The repository is gone: whoever fetched would fail in another way.
        self.repo.rename(self.root / "moved")
        self.bad(self.root / "partial", "git:HEAD:conf/kong.yml", "is not in this clone", "nothing is fetched here")

    def test_a_clone_of_another_user_is_read(self):
        if os.getuid() != 0:
            self.skipTest("only root can give files away")
        for path in [self.repo, *self.repo.rglob("*")]:
            os.chown(path, 12345, 12345)
        self.good(self.repo, "git:HEAD:conf")

    def test_a_submodule_is_not_entered(self):
        git(self.root, "clone", "-q", "repo", "sub")
        git(self.repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", "../sub", "vendor")
        self.write("conf/kong.yml", GOOD)
        self.commit("three")
        self.good(self.repo, "git:HEAD")
        self.bad(self.repo, "git:HEAD:vendor/conf", "vendor: is a submodule")

    def test_two_files_of_a_folder_are_one_configuration(self):
        self.write("conf/kong.yml", GOOD)
        self.write("conf/more.yml", '_format_version: "3.0"\nroutes:\n- name: shop\n  service: shop\n  paths: [/shop]\n')
        self.commit("three")
        self.good(self.repo, "git:HEAD:conf")
        self.bad(self.repo, "git:HEAD:conf/more.yml", "HEAD:conf/more.yml:4:12: routes[0].service: invalid reference")

    def test_a_file_of_that_name_is_still_reachable(self):
        self.write("git:HEAD", GOOD)
        self.good(self.repo, "./git:HEAD")


if __name__ == "__main__":
    unittest.main()

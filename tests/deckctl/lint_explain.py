#!/usr/bin/env python3
"""`deckctl lint` and `deckctl explain` as people and CI run them. Usage: lint_explain.py DECKCTL"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

DECKCTL = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "deckctl"
QUICKSTART = "examples/quickstart/kong.yml"
SLOW = '_format_version: "3.0"\nservices:\n- name: shop\n  url: http://shop.internal\n  read_timeout: 60\n  routes:\n  - name: all\n    paths: [/]\n'


def deckctl(*arguments, text=None):
    run = subprocess.run([DECKCTL, *arguments], input=text, capture_output=True, text=True, timeout=60)
    return run.returncode, run.stdout, run.stderr


class Lint(unittest.TestCase):
    def test_exit_codes_tell_clean_broken_and_found(self):
        self.assertEqual(deckctl("lint", "-", text=SLOW.replace("60", "60000")), (0, "", ""))
        code, out, err = deckctl("lint", "-", text=SLOW)
        self.assertEqual((code, err), (2, ""))
        self.assertEqual(out, "-:5:17: warning: service shop: read_timeout is 60 milliseconds (for seconds write 60000) [timeout-out-of-range]\n")
        code, out, err = deckctl("lint", "-", text=SLOW + "nonsense: 1\n")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("nonsense", err)

    def test_findings_below_the_fail_severity_are_shown_and_pass(self):
        code, out, _ = deckctl("lint", "--fail-severity", "error", "-", text=SLOW)
        self.assertEqual(code, 0)
        self.assertIn("[timeout-out-of-range]", out)

    def test_rules_are_chosen_and_left_out_by_name(self):
        self.assertEqual(deckctl("lint", "--disable", "timeout-out-of-range", "-", text=SLOW)[:2], (0, ""))
        self.assertEqual(deckctl("lint", "--rule", "shadowed-route", "-", text=SLOW)[:2], (0, ""))
        self.assertEqual(deckctl("lint", "--rule", "shadowed-rout", "-", text=SLOW)[0], 1)

    def test_every_format_names_rule_and_place(self):
        found = json.loads(deckctl("lint", "--format", "json", "-", text=SLOW)[1])["findings"]
        self.assertEqual([(f["rule"], f["severity"], f["line"], f["column"]) for f in found], [("timeout-out-of-range", "warning", 5, 17)])
        sarif = json.loads(deckctl("lint", "--format", "sarif", "-", text=SLOW)[1])["runs"][0]
        self.assertEqual(sarif["results"][0]["ruleId"], "timeout-out-of-range")
        self.assertIn("timeout-out-of-range", [rule["id"] for rule in sarif["tool"]["driver"]["rules"]])
        self.assertTrue(deckctl("lint", "--format", "github", "-", text=SLOW)[1].startswith("::warning file=-,line=5,col=17,title=timeout-out-of-range::"))

    def test_the_list_explains_every_rule(self):
        listed = json.loads(deckctl("lint", "--list", "--format", "json")[1])["rules"]
        self.assertGreaterEqual(len(listed), 10)
        text, table = deckctl("lint", "--list")[1], deckctl("lint", "--list", "--format", "github")[1]
        for rule in listed:
            self.assertTrue(rule["why"])
            self.assertIn(rule["name"] + " (" + rule["severity"] + ")", text)
            self.assertIn("| `" + rule["name"] + "` |", table)

    def test_the_report_can_go_to_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "report.sarif"
            self.assertEqual(deckctl("lint", "--format", "sarif", "-o", str(path), "-", text=SLOW)[:2], (2, ""))
            self.assertEqual(json.loads(path.read_text())["version"], "2.1.0")

    def test_a_plugin_of_another_gateway_is_no_reason_to_stop(self):
        code, out, err = deckctl("lint", "-", text=SLOW.replace("60", "60000") + "plugins: [{name: jwt, config: {anonymous: nobody}}, {name: our-own}]\n")
        self.assertEqual(code, 2)
        self.assertIn("[unknown-anonymous]", out)
        self.assertIn("our-own", err)

    def test_the_example_that_people_start_from_shows_its_demo_key_and_nothing_else(self):
        self.assertEqual(deckctl("lint", "--disable", "secret-in-clear-text", QUICKSTART), (0, "", ""))


class Explain(unittest.TestCase):
    def test_a_request_of_the_quickstart_is_told_from_route_to_upstream(self):
        code, out, err = deckctl("explain", "GET", "http://gw.test/members/list?page=2", QUICKSTART)
        self.assertEqual((code, err), (0, ""))
        wanted = ["route members (" + QUICKSTART + ":", "path /members (prefix)", "key-auth ", "rate-limiting ", "goes to service demo", "GET http://127.0.0.1:9080/list?page=2",
                  "Host: 127.0.0.1:9080"]
        places = [out.find(each) for each in wanted]
        self.assertNotIn(-1, places, out)
        self.assertEqual(places, sorted(places))

    def test_the_sources_may_stand_behind_an_option(self):
        self.assertEqual(deckctl("explain", "GET", "/open", "-s", QUICKSTART), deckctl("explain", "GET", "/open", QUICKSTART))

    def test_a_request_without_a_route_is_an_answer_not_an_error(self):
        code, out, _ = deckctl("explain", "GET", "/opne", QUICKSTART, "--format", "json")
        story = json.loads(out)
        self.assertEqual(code, 0)
        self.assertIsNone(story["route"])
        self.assertEqual((story["answer"]["status"], story["hint"]), (404, "did you mean /open?"))

    def test_a_request_that_cannot_be_is_an_error(self):
        code, out, err = deckctl("explain", "get", "/open", QUICKSTART)
        self.assertEqual((code, out), (1, ""))
        self.assertIn("not a method", err)


if __name__ == "__main__":
    unittest.main()

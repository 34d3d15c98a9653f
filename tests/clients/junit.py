"""What `opsc test --format junit` writes, read by a CI server's kind of reader: every suite, case and failure is there, with its text.

Usage: junit.py FILE.xml FILE.json: the same run in both formats.
"""

import json
import sys

from junitparser import Failure, JUnitXml

read = JUnitXml.fromfile(sys.argv[1])
with open(sys.argv[2], encoding="utf-8") as file:
    told = json.load(file)


def readable(text):
    """What XML 1.0 cannot write is a replacement character."""
    def keep(letter):
        return letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff")
    return "".join(letter if keep(letter) else "\ufffd" for letter in text)


suites = list(read)
assert read.name == readable(told["policy"])
assert [suite.name for suite in suites] == [readable(test["name"]) for test in told["tests"]]
cases = 0
for suite, test in zip(suites, told["tests"]):
    assert suite.tests == len(test["cases"])
    assert suite.failures == sum(not case["passed"] for case in test["cases"])
    for case, of_test in zip(suite, test["cases"]):
        assert case.name == readable(of_test["title"]), (case.name, of_test["title"])
        missed = [answer for answer in of_test["answers"] if not answer["passed"]]
        failures = [result for result in case.result if isinstance(result, Failure)]
        assert len(failures) == bool(missed)
        for answer in missed:
            assert readable(answer["got"]) in failures[0].text
        cases += 1
assert read.tests == cases and read.failures == sum(suite.failures for suite in suites)
print(f"tests: {len(suites)}, cases: {cases}")

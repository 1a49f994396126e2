"""Adds up .trx files and prints the closing line. A slow folder must have run and skipped nothing; some test must have run.

A test that is skipped in the fast run because it is slow counts once: as what it did in the slow run.
"""
import glob
import sys
import xml.etree.ElementTree as tree

NS = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}


def outcomes(folder):
    found = {}
    for file in sorted(glob.glob(f"{folder}/**/*.trx", recursive=True)):
        for result in tree.parse(file).getroot().findall(".//t:UnitTestResult", NS):
            found[(result.get("testName"), result.get("testId"))] = result.get("outcome")
    return found


fast, slow = outcomes(sys.argv[1]), outcomes(sys.argv[2])
every = {**fast, **slow}
passed = sum(o == "Passed" for o in every.values())
skipped = sum(o == "NotExecuted" for o in every.values())
bad = len(every) - passed - skipped
for key, outcome in every.items():
    if outcome not in ("Passed",):
        print(f"{outcome}: {key[0]}")
problem = not fast or not slow or any(o == "NotExecuted" for o in slow.values())
if problem:
    print("no fast test ran" if not fast else "the slow suites did not run, or skipped a test")
print(f"{passed} passed, {bad} failed, {skipped} skipped")
sys.exit(1 if bad or passed == 0 or problem else 0)

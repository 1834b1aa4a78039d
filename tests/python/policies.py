"""Evaluates every Rego rule of a dataset a second time, with another engine, and compares.

    policies.py RECORDS.jsonl

In: records that hold a module at `target_output.opa_rule` and its cases at `test_cases` (`name`, `input` as JSON text, `expected`).
Out: exit code 0 when every module compiles with rego-cpp (PyPI `regopy`) and gives every case the stated answer, 1 otherwise, with
the first differences. Sets are compared as sets. Where regopy is missing, it fails if the variable CI is set and skips otherwise.
"""

import json
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor

try:
    import regopy
except ImportError as missing:
    print(f"policies: {missing}", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 0)

SHOWN = 10


def answers(module, rules, inputs):
    """The values of rules for each input, in their order; the module is compiled once."""
    package = module.split("\n", 1)[0].removeprefix("package ").strip()
    wanted = ", ".join(f"data.{package}.{rule}" for rule in rules)
    interpreter = regopy.Interpreter()
    interpreter.add_module("module.rego", module)
    bundle = interpreter.build(f"x = [{wanted}]")
    runner = regopy.Interpreter()
    for document in inputs:
        runner.set_input(document)
        # The output owns the binding: it must live until the binding was read.
        output = runner.query_bundle(bundle)
        yield json.loads(str(output.binding("x")))


def comparable(value):
    """A value in which the order of a set says nothing."""
    return sorted(value) if isinstance(value, list) else value


def check(line):
    """How many cases of a record were evaluated, and what is wrong with them."""
    record = json.loads(line)
    cases = record["test_cases"]
    if not cases:
        return 0, [f"{record['id']}: no test cases"]
    module = record["target_output"]["opa_rule"]
    # A rule that the module does not define has the default that the spec states; there is nothing to evaluate.
    rules = [rule for rule in cases[0]["expected"] if re.search(rf"^(default )?{rule}\b", module, re.MULTILINE)]
    if "allow" not in rules:
        return 0, [f"{record['id']}: the module does not say what is allowed"]
    wrong = []
    try:
        found = list(answers(module, rules, [json.loads(case["input"]) for case in cases]))
    except regopy.RegoError as error:
        return 0, [f"{record['id']}: {error}"]
    for case, values in zip(cases, found, strict=True):
        for rule, value in zip(rules, values, strict=True):
            if comparable(case["expected"][rule]) != comparable(value):
                wrong.append(f"{record['id']}, {case['name']}: {rule} is {value}, stated {case['expected'][rule]}")
    return len(cases), wrong


def main(path):
    # An executor, unlike a pool, ends when the engine takes a worker down.
    with open(path, encoding="utf-8") as lines, ProcessPoolExecutor() as pool:
        cases, records, wrong = 0, 0, []
        for evaluated, found in pool.map(check, lines, chunksize=64):
            records += 1
            cases += evaluated
            wrong += found
    for one in wrong[:SHOWN]:
        print(f"policies: {one}", file=sys.stderr)
    print(f"policies: {records} modules, {cases} cases, {len(wrong)} differences")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

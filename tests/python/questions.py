"""Checks what must hold of many records of each shipped dataset.

    questions.py OUT

In: the folder of a JSONL build of all datasets, each of 10,000 records. Out: exit code 0 when no dataset asks the same question twice,
every scenario occurs, every word that an input may hold by its schema occurs, and the metadata are complete; 1 otherwise.
"""

import collections
import json
import pathlib
import sys

# Words that the schema allows and no record holds, with the reason.
NEVER = {
    ("policy_governance", "input.policy_request.layout"): {"one_line"},  # a parameter of the build
    ("transformer_efficiency", "input.optimization_technique"): {"no_change", "none_fits"},  # answers, of one table with the techniques
}
COMPLETE = ("scenario_type", "domain", "complexity", "quality_level", "language_version", "address")


def vocabularies(schema, path, out):
    """The words of every enumeration of a schema, by path."""
    words = {word for word in schema.get("enum", []) if isinstance(word, str)}
    if words:
        out[path] = words
    for key, inner in schema.get("properties", {}).items():
        vocabularies(inner, f"{path}.{key}" if path else key, out)
    if isinstance(schema.get("items"), dict):
        vocabularies(schema["items"], f"{path}[]", out)


def collect(value, path, seen):
    """The words of a value, by path."""
    if isinstance(value, str):
        seen[path].add(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            collect(inner, f"{path}.{key}" if path else key, seen)
    elif isinstance(value, list):
        for inner in value:
            collect(inner, f"{path}[]", seen)


def wrong(out, dataset):
    """What is wrong with a dataset, a line each."""
    schema = json.loads((out / "schemas" / f"{dataset}.schema.json").read_text())
    [data] = (out / "data" / dataset).iterdir()
    seen, inputs, count = collections.defaultdict(set), set(), 0
    for line in data.open(encoding="utf-8"):
        record = json.loads(line)
        count += 1
        inputs.add(json.dumps(record["input"], sort_keys=True))
        collect(record["input"], "input", seen)
        collect(record["metadata"]["scenario_type"], "scenario", seen)
        address = record["metadata"].get("address")
        if any(record["metadata"].get(key) in (None, "", {}) for key in COMPLETE):
            yield f"{record['id']}: metadata are incomplete"
        if address != {"dataset": dataset, "index": count - 1, "seed": 0}:
            yield f"{record['id']}: its address is {address}"
    if len(inputs) < count:
        yield f"{count - len(inputs)} of {count:,} inputs are there already"
    expected = {}
    vocabularies(schema, "", expected)
    scenarios = expected["metadata.scenario_type"]
    if seen["scenario"] != scenarios:
        yield f"scenarios that never occur: {sorted(scenarios - seen['scenario'])}"
    for path, words in expected.items():
        missing = words - seen[path] - NEVER.get((dataset, path), set())
        if path.startswith("input.") and missing:
            yield f"{path}: words that never occur: {sorted(missing)}"


def main():
    [out] = map(pathlib.Path, sys.argv[1:])
    datasets = json.loads((out / "dictum-manifest.json").read_text())["datasets"]
    assert datasets, "no dataset was built"
    failures = [f"{dataset}: {line}" for dataset in datasets for line in wrong(out, dataset)]
    print(f"questions: {len(datasets)} datasets, {len(failures)} findings")
    for failure in failures[:20]:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

"""Reads every format of an output folder with the trainers' own tools, and compares.

    readback.py OUT

In: a folder that `dictum build` wrote in all four formats. Out: exit code 0 when JSON, JSONL, CSV (pandas) and Parquet (pyarrow,
pandas) hold the same records, 1 with the first difference otherwise. Formats with fixed columns cannot tell absent from null: both
read back as null. Where pandas or pyarrow is missing, it fails if the variable CI is set and skips otherwise.
"""

import json
import os
import sys
from pathlib import Path

try:
    import pandas
    import pyarrow.parquet
except ImportError as missing:
    print(f"readback: {missing}", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 0)


def the_file(out, kind, dataset):
    """The one file of a dataset in a format."""
    [path] = (out / kind / "data" / dataset).iterdir()
    return path


def same(one, other):
    """Equality in which true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def without_nulls(value):
    """A record as columns can hold it: keys without a value are gone."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def decoded(value, kind):
    """A Parquet value in which columns that hold JSON text are read."""
    if value is None:
        return None
    if pyarrow.types.is_struct(kind):
        fields = {field.name: field for field in kind}
        return {name: cell(inner, fields[name]) for name, inner in value.items()}
    if pyarrow.types.is_list(kind):
        return [cell(inner, kind.value_field) for inner in value]
    return value


def cell(value, field):
    is_json = (field.metadata or {}).get(b"dictum.encoding") == b"json"
    return json.loads(value) if is_json and value is not None else decoded(value, field.type)


def flat(value, columns, path=""):
    """The cells of a record by column, as the CSV must hold them."""
    if path in columns:
        return {path: value}
    if not isinstance(value, dict):
        raise KeyError(f"there is no column {path}")
    cells = {}
    for key, inner in value.items():
        cells.update(flat(inner, columns, f"{path}.{key}" if path else key))
    return cells


def holds(text, value):
    """Whether a CSV cell says this value; pandas reads empty text and null alike."""
    if value is None or value == "":
        return text == ""
    if isinstance(value, str):
        return text == value
    return json.dumps(json.loads(text)) == json.dumps(value)


def compare(out, dataset):
    with open(the_file(out, "json", dataset), encoding="utf-8") as file:
        records = json.load(file)["examples"]

    path = the_file(out, "jsonl", dataset)
    with open(path, encoding="utf-8") as lines:
        # As text, so that 1 and 1.0 differ.
        assert [json.dumps(json.loads(line)) for line in lines] == [json.dumps(record) for record in records], path
    assert len(pandas.read_json(path, lines=True, dtype=False, convert_dates=False)) == len(records), path

    path = the_file(out, "csv", dataset)
    table = pandas.read_csv(path, dtype=str, keep_default_na=False, na_filter=False)
    assert len(table) == len(records), path
    columns = set(table.columns)
    for row, record in zip(table.to_dict("records"), records):
        cells = flat(record, columns)
        for column, text in row.items():
            assert holds(text, cells.get(column)), f"{path}: {record['id']} {column}: {text!r}, not {cells.get(column)!r}"

    path = the_file(out, "parquet", dataset)
    assert len(pandas.read_parquet(path)) == len(records), path
    read = pyarrow.parquet.read_table(path)
    assert read.num_rows == len(records), path
    for row, record in zip(read.to_pylist(), records):
        row = {field.name: cell(row[field.name], field) for field in read.schema}
        assert same(without_nulls(row), without_nulls(record)), f"{path}: {row} is not {record}"
    return len(records)


def main():
    [out] = map(Path, sys.argv[1:])
    datasets = sorted(path.name for path in (out / "json" / "data").iterdir())
    assert datasets, f"no datasets in {out}"
    for dataset in datasets:
        print(f"readback: {dataset}: {compare(out, dataset)} records alike in JSON, JSONL, CSV and Parquet")


if __name__ == "__main__":
    main()

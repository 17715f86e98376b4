"""Writes src/test/resources/raw/csv-cases.json: odd CSV texts and what Python's csv module reads of them.

A case is {"text", "separator", "rows"}; rows is null where a quote is never closed, which Python passes over in
silence unless it is strict. Python 3.11 or later, no packages.
"""

import csv
import io
import json
import random
import sys


def rows(text, separator):
    read = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if r]
    try:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as e:
        if "unexpected end of data" in str(e):
            return None
    # Strict reading stops at the first fault: whether the last quote is closed is asked of the text as it is read.
    probe = list(csv.reader(io.StringIO(text + '\n"#"', newline=""), delimiter=separator))
    return read if probe[-1] == ["#"] else None


def main(path):
    draw = random.Random(10)
    cases = []
    for i in range(600):
        separator = draw.choice(",;\t|")
        letters = ["a", "b", '"', '"', separator, separator, "\n", "\r", "\r\n", " ", "é"]
        text = "".join(draw.choice(letters) for _ in range(draw.randint(1, 14)))
        cases.append({"text": text, "separator": separator, "rows": rows(text, separator)})
    with open(path, "w", encoding="utf-8") as out:
        json.dump(cases, out, ensure_ascii=True, indent=0)
        out.write("\n")


main(sys.argv[1])

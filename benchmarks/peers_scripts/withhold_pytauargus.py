"""pytauargus on {"tables": [{"names", "rows": [[levels, count], ...]}], "rule"}.

Each table is given as microdata, one row a unit, which is what the package takes; that
is not timed.  Its optimal method (OPT) is asked, within a minute.
"""

import json
import os
import shutil
import sys
import tempfile
import time

import pytauargus

told = json.loads(sys.stdin.read())
answers = []
for table in told["tables"]:
    names = table["names"]
    rows = [
        dict(zip(names, levels, strict=True)) | {"n": 1}
        for levels, count in table["rows"]
        for _ in range(count)
    ]
    folder = tempfile.mkdtemp()
    os.chdir(folder)  # it writes logs where it stands
    start = time.perf_counter()
    try:
        done = pytauargus.protect(
            rows,
            names,
            response="n",
            safety_rules=told["rule"],
            suppress="OPT(1,1)",
            workdir=folder,
        )
        seconds = time.perf_counter() - start
        found = done.tables[0]
        cells = [
            [[row[name].strip() for name in names], None if safe == "x" else int(safe)]
            for row, safe in zip(found.rows, found.safe(), strict=True)
        ]
        answers.append({"seconds": seconds, "cells": cells})
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no table
        answers.append({"refused": f"{type(error).__name__}: {error}"[:200]})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
print()
print(json.dumps({"total": "Total", "answers": answers}))

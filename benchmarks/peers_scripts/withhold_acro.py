"""ACRO on {"tables": [{"names", "rows": [[levels, count], ...]}], "threshold"}.

A crosstab with suppress=True and margins=True; it takes two axes.
"""

import json
import logging
import sys
import time
import warnings

import pandas as pd
from acro import ACRO

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
told = json.loads(sys.stdin.read())
session = ACRO(suppress=True)
session.config["safe_threshold"] = told["threshold"]
answers = []
for table in told["tables"]:
    names = table["names"]
    frame = pd.DataFrame(
        [levels for levels, count in table["rows"] for _ in range(count)],
        columns=names,
    )
    start = time.perf_counter()
    try:
        found = session.crosstab(frame[names[0]], frame[names[1]], margins=True)
        seconds = time.perf_counter() - start
        cells = [
            [[row, column], None if pd.isna(value) else int(value)]
            for row, own in found.iterrows()
            for column, value in own.items()
        ]
        answers.append({"seconds": seconds, "cells": cells})
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no table
        answers.append({"refused": f"{type(error).__name__}: {error}"[:200]})
print()
print(json.dumps({"total": "All", "answers": answers}))

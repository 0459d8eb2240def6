"""Classes of 100,000 distinct records under every scheme; of 1,000,000 stored ones."""

import json
import random
import sqlite3
import time
from contextlib import closing

from measuring import row, workshop

from iwflab.domain.categories import derive
from iwflab.domain.elements import CHILD_FIELDS, ELEMENTS
from iwflab.domain.records import record_from
from iwflab.schemes import schemes
from iwflab.store import Store
from iwflab.workflow.rederiving import rederived

DISTINCT, STORED, AT_ONCE = 100_000, 1_000_000, 20_000


def rows():
    records = distinct(DISTINCT)
    seconds, undetermined = in_all_schemes(records)
    told = {"other_name": "(the goal)", "unit": "s"}
    name = f"{DISTINCT:,} distinct records, {len(schemes())} schemes"
    found = [row(name, seconds, 60.0, **told, goal="ours <= 60")]
    share = {"other_name": "all of them", "unit": "share"}
    found.append(row(f"{name}: undetermined", undetermined, 1.0, **share))
    store = stored(STORED, records)
    try:
        began = time.process_time()
        parts = list(rederived(store, {"uk_2014": schemes()["uk_2014"]}))
        seconds = time.process_time() - began
        # Stopped after half of the parts, it goes on with the other half alone.
        half = parts[len(parts) // 2]
        rest = sum(
            one.records
            for one in rederived(
                store, {"uk_2014": schemes()["uk_2014"]}, after=half.place
            )
        )
    finally:
        store.close()
    whole = sum(part.records for part in parts)
    before = sum(part.records for part in parts[: len(parts) // 2 + 1])
    told = {"other_name": "stored", "unit": "records"}
    return [
        *found,
        row("rederive: records gone through", whole, STORED, **told, goal="ratio >= 1"),
        row("rederive: before and after a stop", before + rest, STORED, **told)
        | {"goal": "ratio = 1", "holds": before + rest == STORED},
        row(
            f"rederive: {STORED:,} stored records, one scheme tried",
            *(seconds, 600.0),
            other_name="(ten minutes)",
            unit="CPU s",
            goal="ours <= 600",
        ),
    ]


def distinct(number):
    rng = random.Random(20261122)
    found = {}
    while len(found) < number:
        elements = {
            name: rng.choice(kind.values)
            for name, kind in ELEMENTS.items()
            if rng.random() < 0.9
        }
        children = [
            {
                "age_band": rng.choice(CHILD_FIELDS["age_band"].values),
                "pubertal": rng.choice(CHILD_FIELDS["pubertal"].values),
            }
            for _ in range(rng.choice((0, 1, 1, 2, 3)))
        ]
        record = record_from({"elements": elements, "children": children})
        found[repr(record)] = record
    return list(found.values())


def in_all_schemes(records):
    began = time.process_time()
    undetermined = 0
    for record in records:
        for scheme in schemes().values():
            undetermined += derive(scheme, record).code == "undetermined"
    seconds = time.process_time() - began
    return seconds, undetermined / len(records) / len(schemes())


def stored(number, records):
    """Fill a store with records, past the trail: what is measured only reads."""

    folder = workshop() / "deriving"
    folder.mkdir()
    store = Store.open(folder / "lab.db", create=True)
    with store.act("open case", "1", analyst="ann") as act:
        act.insert("lab_case", name="case")
    plain = [json.dumps(dict(record.elements)) for record in records]
    kinds = [[(c.age_band, c.pubertal) for c in record.children] for record in records]
    # Past the store: the acts that would have written them are not here.
    with closing(sqlite3.connect(folder / "lab.db")) as connection:
        for name, columns in (
            ("medium", "id, salt, entry, sha256, sha1, md5, size"),
            (
                "assessment",
                (
                    "id, salt, entry, medium, analyst, elements, tags, note, reveal,"
                    " seconds, ending"
                ),
            ),
            (
                "child",
                (
                    "id, salt, entry, assessment, number, age_band, sex, pubertal,"
                    " face_visible, skin_tone, identified_status"
                ),
            ),
        ):
            names = [one.strip() for one in columns.split(",")]
            values = ", ".join(f":{one}" for one in names)
            insert = f"INSERT INTO {name} ({columns}) VALUES ({values})"
            for start in range(0, number, AT_ONCE):
                lines = [
                    line
                    for n in range(start, min(number, start + AT_ONCE))
                    for line in lines_of(name, n, plain, kinds)
                ]
                connection.executemany(insert, lines)
        connection.commit()
    return store


def lines_of(name, n, plain, kinds):
    own = {"salt": "", "entry": n + 2}
    if name == "medium":
        digests = {"sha256": f"{n:064x}", "sha1": "", "md5": "", "size": 1}
        return [{"id": f"m{n:07}", **own, **digests}]
    if name == "assessment":
        told = {"medium": f"m{n:07}", "analyst": "ann", "tags": "{}", "note": ""}
        told |= {"reveal": "full", "seconds": 1.0, "ending": "settled"}
        return [{"id": f"a{n:07}", **own, **told, "elements": plain[n % len(plain)]}]
    blank = {"face_visible": "", "skin_tone": "", "identified_status": ""}
    return [
        {"id": f"c{n:07}-{k}", **own, "assessment": f"a{n:07}", "number": k}
        | {"age_band": band, "sex": "girl", "pubertal": stage, **blank}
        for k, (band, stage) in enumerate(kinds[n % len(kinds)], start=1)
    ]

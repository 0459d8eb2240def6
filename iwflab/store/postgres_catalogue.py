"""PostgreSQL's own word on its tables, its append-only guards, and who may do what.

Two guards, each of which is enough: the role of the application may read and add
rows and nothing else, and a trigger refuses change to everybody, the owner included.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from iwflab.store.columns import BOOKKEEPING, Column

SCHEMA = "iwflab"  # where the tables of a lab lie; one lab a database

# No percent sign: the driver would take it for a place to put a value.
_BODY = "BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {SCHEMA}.append_only() RETURNS trigger
LANGUAGE plpgsql AS '{_BODY.replace("'", "''")}'
"""
# By statement, not by row: a TRUNCATE has no rows, and an UPDATE of none is refused
# as well.
_TRIGGER = """
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON {schema}.{table} FOR EACH STATEMENT EXECUTE FUNCTION {schema}.append_only()
"""
# ALWAYS: not even a session that calls itself a replica goes round it.
_ALWAYS = "ALTER TABLE {schema}.{table} ENABLE ALWAYS TRIGGER append_only"

_TYPES = {
    "text": "TEXT",
    "bigint": "INTEGER",
    "double precision": "REAL",
    "bytea": "BLOB",
}
_TABLES = f"""
  SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = '{SCHEMA}' AND c.relkind IN ('r', 'p')
"""  # noqa: S608 - our own text
_COLUMNS = f"""
  SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
         a.attnotnull, pg_get_expr(d.adbin, d.adrelid) AS standard,
         COALESCE(array_position(k.conkey, a.attnum), 0) AS place,
         a.attgenerated <> '' OR a.attidentity <> '' AS made
  FROM ({_TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
  WHERE a.attnum > 0 AND NOT a.attisdropped AND t.relname <> '{BOOKKEEPING}'
"""  # noqa: S608 - our own text
_TRIGGERS = f"""
  SELECT t.relname, g.tgname, g.tgenabled = 'A' AS always,
         g.tgtype AS type, g.tgqual IS NULL AS plain, f.proname, f.prosrc
  FROM ({_TABLES}) t JOIN pg_trigger g ON g.tgrelid = t.oid
  JOIN pg_proc f ON f.oid = g.tgfoid WHERE NOT g.tgisinternal
"""  # noqa: S608 - our own text
# Bits of pg_trigger.tgtype: 2 before, 8 delete, 16 update, 32 truncate; no row bit.
_TYPE = 2 + 8 + 16 + 32
_OTHERS = f"""
  SELECT 'view' AS kind, c.relname AS name FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = '{SCHEMA}' AND c.relkind IN ('v', 'm', 'f')
  UNION ALL
  SELECT 'rule', r.rulename FROM pg_rewrite r JOIN ({_TABLES}) t ON t.oid = r.ev_class
  UNION ALL
  SELECT 'policy', p.polname FROM pg_policy p JOIN ({_TABLES}) t ON t.oid = p.polrelid
  ORDER BY 1, 2
"""  # noqa: S608 - our own text
_RIGHTS = f"""
  SELECT t.relname, string_agg(r.what, ', ' ORDER BY r.what) AS held
  FROM ({_TABLES}) t CROSS JOIN
    (VALUES ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER')) r (what)
  WHERE has_table_privilege(current_user, t.oid, r.what)
  GROUP BY t.relname ORDER BY t.relname
"""  # noqa: S608 - our own text
# Rights on columns: the one that a lease needs, and no other.
_COLUMN_RIGHTS = f"""
  SELECT t.relname, a.attname, r.privilege_type AS held,
         r.grantee = (SELECT oid FROM pg_roles WHERE rolname = current_user) AS mine
  FROM ({_TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid
  CROSS JOIN LATERAL aclexplode(a.attacl) r
  ORDER BY 1, 2, 3
"""  # noqa: S608 - our own text
_OTHERS_MAY = f"""
  SELECT DISTINCT t.relname FROM ({_TABLES}) t JOIN pg_class c ON c.oid = t.oid
  CROSS JOIN LATERAL aclexplode(c.relacl) r
  WHERE r.grantee NOT IN
    (c.relowner, (SELECT oid FROM pg_roles WHERE rolname = current_user))
  ORDER BY 1
"""  # noqa: S608 - our own text
_STANDING = f"""
  SELECT current_user AS me, u.rolsuper,
         pg_has_role(current_user, n.nspowner, 'MEMBER') AS owns
  FROM pg_roles u, pg_namespace n
  WHERE u.rolname = current_user AND n.nspname = '{SCHEMA}'
"""  # noqa: S608 - our own text


def table_names(connection: sa.Connection) -> list[str]:
    """Name the tables that hold facts: not Alembic's own."""
    rows = connection.exec_driver_sql(_TABLES)
    return sorted(row.relname for row in rows if row.relname != BOOKKEEPING)


def guard(connection: sa.Connection) -> None:
    """Put the triggers in place; the grants follow in :func:`grant`."""
    connection.exec_driver_sql(_FUNCTION)
    for table in table_names(connection):
        for statement in (_TRIGGER, _ALWAYS):
            connection.exec_driver_sql(statement.format(schema=SCHEMA, table=table))


def grant(connection: sa.Connection, role: str) -> None:
    """Let the application read and add rows, and nothing else."""
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    every = f"ALL TABLES IN SCHEMA {SCHEMA}"
    for statement in (
        f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC",
        f"REVOKE ALL ON {every} FROM PUBLIC, {name}",
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}",
        f"GRANT SELECT, INSERT ON {every} TO {name}",
        f"REVOKE INSERT ON {SCHEMA}.{BOOKKEEPING} FROM {name}",
        # To lock a row while a lease is made one needs the right to update some
        # column of it; the trigger refuses the update itself.
        f"GRANT UPDATE (id) ON {SCHEMA}.medium TO {name}",
    ):
        connection.exec_driver_sql(statement)


def missing_guards(connection: sa.Connection) -> list[str]:
    """Name the tables that lack the append-only trigger, word for word."""
    good = {
        row.relname
        for row in connection.exec_driver_sql(_TRIGGERS)
        if (row.tgname, row.proname, row.prosrc, row.type)
        == ("append_only", "append_only", _BODY, _TYPE)
        and row.always
        and row.plain
    }
    return [table for table in table_names(connection) if table not in good]


def unknown_guards(connection: sa.Connection) -> Iterator[str]:
    """Name triggers that are not ours, views, rules and policies."""
    for row in connection.exec_driver_sql(_TRIGGERS):
        if row.tgname != "append_only" or row.relname == BOOKKEEPING:
            yield f"the trigger {row.tgname} belongs to no schema"
    for row in connection.exec_driver_sql(_OTHERS):
        yield f"the {row.kind} {row.name} belongs to no schema"


def shape(connection: sa.Connection) -> dict[str, dict[str, Column]]:
    """Give every table with its columns, spelled as SQLite would."""
    found: dict[str, dict[str, Column]] = {t: {} for t in table_names(connection)}
    for row in connection.exec_driver_sql(_COLUMNS):
        standard = row.standard and row.standard.split("::", 1)[0]
        kind = _TYPES.get(row.type, row.type)
        found[row.relname][row.attname] = Column(
            kind, row.attnotnull, row.place, standard, int(row.made)
        )
    return found


def damage(connection: sa.Connection) -> Iterator[str]:
    """Say where the application may do more than read and add."""
    standing = connection.exec_driver_sql(_STANDING).one_or_none()
    if standing is None:
        yield "the database holds no lab"
        return
    if standing.rolsuper:
        yield f"the role {standing.me} is a superuser: no guard holds it"
    elif standing.owns:
        yield f"the role {standing.me} owns the tables: it could take the guards away"
    else:
        for row in connection.exec_driver_sql(_RIGHTS):
            yield f"the role {standing.me} may {row.held} in {row.relname}"
        yield from _loose(connection, standing.me)


def _loose(connection: sa.Connection, me: str) -> Iterator[str]:
    for row in connection.exec_driver_sql(_COLUMN_RIGHTS):
        needed = (row.relname, row.attname, row.held) == ("medium", "id", "UPDATE")
        if not (row.mine and needed):
            who = f"the role {me}" if row.mine else "a role of nobody's"
            yield f"{who} may {row.held} in {row.relname}, column {row.attname}"
    for row in connection.exec_driver_sql(_OTHERS_MAY):
        yield f"others than owner and application have rights in {row.relname}"


def broken_references(_connection: sa.Connection) -> int:
    """Count none: PostgreSQL checks every reference before it commits."""
    return 0

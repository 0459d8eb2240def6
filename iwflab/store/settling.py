"""What settles a medium without a look, in the words of the database.

A hit ``h`` stands while its list, its entry and its sign-off stand, and while the hash
that found it is the medium's newest.  An answer is about a medium and a value,
whichever list brought it.
"""

# The newest answer on this medium and this value, whichever list brought the value.
VERDICT = """(
  SELECT a.verdict FROM hit o JOIN hit_answer a ON a.hit = o.id
  WHERE o.medium = h.medium AND o.algorithm = h.algorithm AND o.value = h.value
  ORDER BY a.entry DESC LIMIT 1
)"""
STANDS = """
  NOT EXISTS (SELECT 1 FROM hash_list_end x WHERE x.hash_list = h.hash_list)
  AND NOT EXISTS (
    SELECT 1 FROM list_line_end y
    WHERE y.hash_list = h.hash_list AND y.line = h.line
  )
  AND NOT EXISTS (SELECT 1 FROM sign_off_end z WHERE z.sign_off = h.sign_off)
  AND NOT EXISTS (
    SELECT 1 FROM hash n WHERE n.medium = h.medium
    AND n.algorithm = h.algorithm AND n.entry > h.entry
  )
  AND NOT EXISTS (
    SELECT 1 FROM frame_hashes n WHERE h.variant = 'frame'
    AND n.medium = h.medium AND n.entry > h.entry
  )
"""
SETTLES = f"""(
  h.tier = 'candidate' AND COALESCE({VERDICT}, '') = 'same'
  OR h.tier <> 'candidate' AND COALESCE({VERDICT}, '') <> 'not_same'
)"""
_BENIGN = """EXISTS (
  SELECT 1 FROM hash_list b WHERE b.id = h.hash_list AND b.kind = 'benign'
)"""
_HIT = f"SELECT 1 FROM hit h WHERE h.medium = m.id AND {STANDS}"  # noqa: S608 - ours
# What is benign to one list settles nothing that another list may know: then a person
# says so first.
_DOUBTED = f"""EXISTS (
  {_HIT} AND NOT {_BENIGN} AND COALESCE({VERDICT}, '') <> 'not_same'
)"""
KNOWN = f"""(
  EXISTS ({_HIT} AND NOT {_BENIGN} AND {SETTLES})
  OR EXISTS ({_HIT} AND {_BENIGN} AND {SETTLES}) AND NOT {_DOUBTED}
)"""
"""Says of a medium ``m`` that it needs no eyes: a hit stands and settles it."""
COUNTS = f"""({SETTLES} AND NOT ({_BENIGN} AND EXISTS (
  SELECT 1 FROM medium m WHERE m.id = h.medium AND {_DOUBTED}
)))"""  # noqa: S608 - our own text
"""Says of a hit ``h`` that it settles its medium, whatever else is said of that."""

# Nothing is handed out that was not held, as it is hashed now, against every list that
# stands, and against the grades that this lab signed off, where there are any.
_HELD = """
  SELECT 1 FROM held d WHERE d.medium = m.id
  AND NOT EXISTS (SELECT 1 FROM hash n WHERE n.medium = m.id AND n.entry > d.entry)
  AND NOT EXISTS (
    SELECT 1 FROM frame_hashes n WHERE n.medium = m.id AND n.entry > d.entry
  )
"""
HELD = f"""(
  NOT EXISTS (
    SELECT 1 FROM hash_list l
    WHERE NOT EXISTS (SELECT 1 FROM hash_list_end x WHERE x.hash_list = l.id)
    AND NOT EXISTS ({_HELD} AND d.against LIKE '%"' || l.id || '"%')
  ) AND (
    EXISTS ({_HELD} AND d.against LIKE '%"own"%') OR NOT EXISTS (
      SELECT 1 FROM sign_off s
      WHERE NOT EXISTS (SELECT 1 FROM sign_off_end x WHERE x.sign_off = s.id)
    )
  )
)"""  # noqa: S608 - our own text

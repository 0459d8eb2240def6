"""What settles a medium without a look, in the words of the database.

A hit ``h`` stands while its list, its entry and its sign-off stand; an answer is about
a medium and a value, whichever list brought it.
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
"""
SETTLES = f"""(
  h.tier = 'candidate' AND COALESCE({VERDICT}, '') = 'same'
  OR h.tier <> 'candidate' AND COALESCE({VERDICT}, '') <> 'not_same'
)"""
KNOWN = (
    "EXISTS (SELECT 1 FROM hit h"  # noqa: S608 - our own text
    f" WHERE h.medium = m.id AND {STANDS} AND {SETTLES})"
)
"""Says of a medium ``m`` that it needs no eyes: a hit stands and settles it."""


# While lists stand, nothing is handed out that was not held against any.
HELD = """(
  EXISTS (SELECT 1 FROM held d WHERE d.medium = m.id) OR NOT EXISTS (
    SELECT 1 FROM hash_list l
    WHERE NOT EXISTS (SELECT 1 FROM hash_list_end x WHERE x.hash_list = l.id)
  )
)"""

// What a page shows of answers, so that nobody's is replaced unseen.

/** By hit, which answer is shown: the server refuses where another stands by now. */
function shownAnswers(group) {
  return Object.fromEntries(group.hits.map((hit) => [hit.hit, hit.answered ?? 0]));
}

/** Who else gave the answer that stands, or "". */
function anothersAnswer(group, me) {
  const by = group.lead.answered_by;
  return by && by !== me ? by : "";
}

/** The hits of a group's medium as they stand now; a fault here is told as its own. */
async function rowsNow(server, group) {
  const medium = encodeURIComponent(group.lead.medium);
  return (await server.get(`iwflab/api/matching/rows?medium=${medium}`)).rows;
}

function answeredInWords({ answer, answered_by: by }) {
  if (!SAID[answer]) return "none yet";
  return by ? `${SAID[answer]}, by ${by}` : SAID[answer];
}

/** An answer without a reply: given again it is the same request, done once. */
class Unheard {
  constructor(body) {
    this.body = body;
  }

  of({ hits, verdict, reason }) {
    const { body } = this;
    const same = body.verdict === verdict && body.reason === reason && String(body.hits) === String(hits);
    return same ? body : null;
  }
}

/** Of which hit something is told, where the person is at another one by now. */
function nameOfHit(group) {
  return `${shortName(group.lead.name)}: `;
}

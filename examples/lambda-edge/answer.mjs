// Reads the module's answers, which src/instance.rs writes.

/** A result. It has the fields in `headers`, too, unless it is an answer that the module made. */
export function readResult(wire, body, headers) {
  const answer = wire.answer(4);
  const kind = answer.number(1);
  const fields = answer.number(3);
  answer.texts(3 + 2 * fields, 'utf8');
  const log = answer.text();
  const statusDescription = answer.text();
  const inside = answer.text();
  const all = kind === 3 ? {} : headers;
  for (let left = fields; left > 0; left -= 1) addLine(all, answer.text(), answer.text());
  const result = { status: String(answer.number(2)), statusDescription, headers: all };
  if (kind !== 0) {
    result.bodyEncoding = kind === 2 ? 'base64' : 'text';
    result.body = kind === 3 ? inside : body.toString(kind === 2 ? 'base64' : 'utf8');
  }
  return { log, result };
}

export function addLine(headers, key, value) {
  const lines = headers[key];
  if (lines === undefined) headers[key] = [{ key, value }];
  else lines.push({ key, value });
}

/** A request for upstream: what crossed, then the fields that were kept. */
export function readRequest(wire, body, kept) {
  const answer = wire.answer(3);
  const ticket = answer.number(1);
  const fields = answer.number(2);
  answer.texts(5 + 2 * fields, 'latin1');
  const log = answer.text();
  const method = answer.text();
  const host = answer.text();
  const path = answer.text();
  const inside = answer.text();
  const headers = [];
  for (let left = 2 * fields; left > 0; left -= 1) headers.push(answer.text());
  for (let index = 0; index < kept.length; index += 1) headers.push(kept[index]);
  const sent = inside === '' ? body : Buffer.from(inside, 'latin1');
  return { log, ticket, request: { method, host, path, headers, body: sent } };
}

/** The name of a document. The event has to be begun again when it was read. */
export function readDocument(wire, event) {
  const answer = wire.answer(2);
  answer.texts(1, 'utf8');
  return { log: '', ticket: answer.number(1), document: answer.text(), event };
}

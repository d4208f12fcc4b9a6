// The SDK drops members that it does not know, and UpdateDistribution replaces the whole
// configuration: what the SDK drops when it reads, CloudFront forgets when it is written back. So
// what was read is compared with what came over the wire, and a reply that lost something fails.

/**
 * Makes a command fail if its output has not all that the reply's XML has.
 *
 * @param {object} command
 * @param {string} member the output's member that the XML describes
 */
export function complete(command, member) {
  const deserializer = 'deserializerMiddleware';
  // Inside: the body, which the deserialiser consumes, is kept.
  command.middlewareStack.addRelativeTo(
    (next) => async (args) => {
      const result = await next(args);
      result.response.body = await bytes(result.response.body);
      return result;
    },
    { name: 'keepBody', relation: 'after', toMiddleware: deserializer },
  );
  // Outside: both are there. A reply that is an error does not come here.
  command.middlewareStack.addRelativeTo(
    (next) => async (args) => {
      const result = await next(args);
      const lost = loss(parse(new TextDecoder().decode(result.response.body)), result.output[member]);
      if (lost) {
        const message = `the SDK does not know ${lost}: a newer SDK is needed`;
        throw Object.assign(new Error(message), { name: 'MemberLost' });
      }
      return result;
    },
    { name: 'compareOutput', relation: 'before', toMiddleware: deserializer },
  );
}

async function bytes(body) {
  if (body === undefined || body instanceof Uint8Array) return body ?? new Uint8Array();
  const chunks = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * The elements of a document, as CloudFront writes them: no CDATA, no `>` in attributes.
 *
 * @returns {{ name: string, children: object[] }}
 */
export function parse(xml) {
  const open = [{ name: '', children: [] }];
  for (const [, end, name, empty] of xml.matchAll(/<(\/?)([^\s<>/!?]+)[^<>]*?(\/?)>/g)) {
    if (end) {
      open.pop();
    } else {
      const element = { name, children: [] };
      open.at(-1)?.children.push(element);
      if (!empty) open.push(element);
    }
  }
  const [root] = open[0]?.children ?? [];
  if (open.length !== 1 || !root) throw Object.assign(new Error('not XML'), { name: 'MemberLost' });
  return root;
}

/**
 * The path of the first element that has no counterpart in the value, if there is one. A path has
 * names only: values may be secrets.
 *
 * @returns {string | undefined}
 */
export function loss({ name, children }, value) {
  if (value === undefined || value === null) return name;
  if (Array.isArray(value)) {
    // An element of a list is no member of its own, whatever its name.
    if (children.length !== value.length) return `${name}/${children[value.length]?.name ?? ''}`;
    return first(children, (child, at) => below(name, loss(child, value[at])));
  }
  // A member that comes twice is a list that the SDK takes for a single value.
  const names = new Set(children.map((child) => child.name));
  if (names.size !== children.length) return `${name}/${children.at(-1).name}`;
  return first(children, (child) => below(name, loss(child, value[child.name])));
}

function first(children, lossOf) {
  for (const [at, child] of children.entries()) {
    const lost = lossOf(child, at);
    if (lost) return lost;
  }
  return undefined;
}

const below = (name, lost) => lost && `${name}/${lost}`;

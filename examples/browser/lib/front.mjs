// The server that holds the site's certificate: HTTP/1.1 and 2 over TLS. It keeps `Host`, appends the
// visitor's address to `x-forwarded-for`, and changes nothing else.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';

// Fields of one connection, which HTTP/2 does not have.
const OF_THE_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'http2-settings'];
// The proxy is dialled from another address than the browser has, so that the two can be told apart.
export const OWN_ADDRESS = '127.0.0.3';

export class Front {
  sessions = new Set();
  // Unused connections are closed before the proxy does.
  agent = new http.Agent({ keepAlive: true, timeout: 20_000, localAddress: OWN_ADDRESS });
  // The version of HTTP of each request, and its line.
  asked = [];

  // `portOf` says which server on loopback a host and a target belong to.
  static async start({ key, cert }, portOf) {
    const front = new Front();
    front.portOf = portOf;
    front.server = http2.createSecureServer({ key, cert, allowHTTP1: true });
    front.server.on('request', (incoming, response) => front.#forward(incoming, response));
    front.server.on('session', (session) => front.#keep(session));
    front.server.on('secureConnection', (socket) => front.#keep(socket));
    front.server.listen(0, '127.0.0.1');
    await once(front.server, 'listening');
    front.port = front.server.address().port;
    return front;
  }

  #keep(connection) {
    this.sessions.add(connection);
    connection.on('error', () => {});
    connection.on('close', () => this.sessions.delete(connection));
  }

  #forward(incoming, response) {
    const host = incoming.headers[':authority'] ?? incoming.headers.host;
    const { method, url: path } = incoming;
    this.asked.push({ version: incoming.httpVersion, line: `${method} ${host} ${path}` });
    const options = { method, path, agent: this.agent, port: this.portOf(host, path) };
    const outgoing = http.request({ ...options, headers: forwarded(incoming, host), setHost: false });
    const cut = () => breakOff(response);
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode, returned(answer, incoming.httpVersionMajor));
      answer.on('error', cut);
      answer.pipe(response);
    });
    outgoing.on('error', cut);
    incoming.on('error', () => {});
    incoming.on('aborted', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  async stop() {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const connection of this.sessions) connection.destroy();
    this.agent.destroy();
    await closed;
  }
}

// So that the browser does not take a part for the whole.
function breakOff(response) {
  if (response.stream) response.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

// As it came, without what belongs to the connection. A body without a length is sent in chunks.
function forwarded(incoming, host) {
  const fields = [['host', host]];
  let visitors = incoming.socket.remoteAddress;
  for (const [name, value] of pairs(incoming.rawHeaders)) {
    if (name === 'x-forwarded-for') visitors = `${value}, ${visitors}`;
    else if (!name.startsWith(':') && name !== 'host') fields.push([name, value]);
  }
  fields.push(['x-forwarded-for', visitors]);
  const hasBody = !['GET', 'HEAD', 'OPTIONS'].includes(incoming.method);
  if (hasBody && incoming.headers['content-length'] === undefined) {
    fields.push(['transfer-encoding', 'chunked']);
  }
  return fields.filter(([name]) => name !== 'connection').flat();
}

function returned(answer, version) {
  const fields = {};
  for (const [name, value] of pairs(answer.rawHeaders)) {
    if (version === 2 && OF_THE_HOP.includes(name)) continue;
    fields[name] = [...(fields[name] ?? []), value];
  }
  return Object.fromEntries(Object.entries(fields).map(([n, v]) => [n, v.length > 1 ? v : v[0]]));
}

function pairs(raw) {
  const count = raw.length / 2;
  return Array.from({ length: count }, (_, at) => [raw[2 * at].toLowerCase(), raw[2 * at + 1]]);
}

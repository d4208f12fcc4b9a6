// A cold start: loads the function and answers one event. cold.mjs starts it as a process.
const start = process.hrtime.bigint();
const used = process.cpuUsage();

const { event, port } = JSON.parse(process.argv[2]);
const { handler } = await import('../index.mjs');
const ready = process.hrtime.bigint();

// Upstream lies on the loopback interface, without TLS.
const [{ default: http }, { default: https }] = await Promise.all([
  import('node:http'),
  import('node:https'),
]);
https.request = (options) =>
  http.request({ ...options, agent: undefined, hostname: '127.0.0.1', port });

const asked = process.hrtime.bigint();
const { status } = await handler(event);
const answered = process.hrtime.bigint();
const { user, system } = process.cpuUsage(used);
if (status !== '200') throw new Error(`it answered ${status}`);

const [loading, answering] = [ready - start, answered - asked].map((time) => Number(time) / 1e6);
const processor = (user + system) / 1e3;
console.log(JSON.stringify({ loading, answering, whole: loading + answering, processor }));
process.exit();

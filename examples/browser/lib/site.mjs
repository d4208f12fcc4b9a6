// The site: pages with a script each, bundled as a site would, and cookies that are nobody else's.
import * as esbuild from 'esbuild';

const ROOT = new URL('..', import.meta.url).pathname;
const COOKIES = [
  'session=of-the-site; Path=/; Secure; HttpOnly; SameSite=Lax',
  'theme=dark; Path=/; Domain=shop.example.com; Secure',
  'x_iidt=of-the-site; Path=/; Secure',
];

export class Site {
  // Browsers ask for an icon of their own accord.
  files = new Map([['/favicon.ico', { fields: { 'content-type': 'image/png' }, body: '' }]]);
  count = 0;

  answer(request, response) {
    const file = this.files.get(request.path);
    if (!file) return response.writeHead(404).end();
    response.writeHead(200, { 'cache-control': 'no-store', ...file.fields }).end(file.body);
  }

  // Publishes a page that runs the code, and returns its path.
  async page(code, fields = {}) {
    const name = `/page-${(this.count += 1)}`;
    this.file(`${name}.js`, 'text/javascript', await bundle(code));
    const body = `<!doctype html><title>The shop</title><script type="module" src="${name}.js"></script>`;
    this.files.set(name, {
      fields: { 'content-type': 'text/html', 'set-cookie': COOKIES, ...fields },
      body,
    });
    return name;
  }

  file(path, type, body) {
    this.files.set(path, { fields: { 'content-type': type }, body });
  }
}

const bundles = new Map();

// The same code is bundled once.
function bundle(code) {
  if (!bundles.has(code)) bundles.set(code, build(code));
  return bundles.get(code);
}

async function build(code) {
  const built = await esbuild.build({
    stdin: { contents: code, resolveDir: ROOT, loader: 'jsx' },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return built.outputFiles[0].text;
}

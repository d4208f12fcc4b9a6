// The outside in a test: Fingerprint's hosts are the stand-in, and every other host is the site.

export default {
  fetch(request, env) {
    const { hostname } = new URL(request.url);
    if (/(^|\.)(fpjs\.io|fpcdn\.io)$/.test(hostname)) return env.upstream.fetch(request);
    return new Response('<!doctype html><title>Site</title><h1>The site</h1>', {
      headers: { 'content-type': 'text/html' },
    });
  },
};

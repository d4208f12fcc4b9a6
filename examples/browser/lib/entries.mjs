// Scripts of pages, made of the snippets that `ClientSetup` gives. Each sets `window.visitor`, a promise
// of what the agent found out.
import { optionsOf } from './setup.mjs';

export function identifyByV4(snippet) {
  const agent = snippet.startsWith('import ') ? 'Promise.resolve(agent)' : 'agentPromise';
  return `${snippet}\nwindow.visitor = ${agent}.then((agent) => agent.get());`;
}

export function identifyByV3(snippet) {
  return `${snippet}\nwindow.visitor = agentPromise.then((agent) => agent.get());`;
}

// Packages that wrap an agent take the options of its snippet for npm.
export const WRAPPERS = {
  v3Spa: (snippet) => `
    import { FpjsClient, FingerprintJSPro as FingerprintJS } from '@fingerprintjs/fingerprintjs-pro-spa';
    const client = new FpjsClient({ loadOptions: ${optionsOf(snippet)} });
    window.visitor = client.init().then(() => client.getVisitorData());
  `,
  v3React: (snippet) => `
    import { FpjsProvider, FingerprintJSPro as FingerprintJS, useVisitorData }
      from '@fingerprintjs/fingerprintjs-pro-react';
    const options = ${optionsOf(snippet)};
    ${shown('<FpjsProvider loadOptions={options}><Visitor /></FpjsProvider>')}
  `,
  v4React: (snippet) => `
    import { Fingerprint, FingerprintProvider, useVisitorData } from '@fingerprint/react';
    const options = ${optionsOf(snippet)};
    ${shown('<FingerprintProvider {...options}><Visitor /></FingerprintProvider>')}
  `,
};

// A component that waits for what the hook finds out.
function shown(tree) {
  return `
    import { useEffect } from 'react';
    import { createRoot } from 'react-dom/client';
    let found, failed;
    window.visitor = new Promise((resolve, reject) => { found = resolve; failed = reject; });
    function Visitor() {
      const { data, error } = useVisitorData({ immediate: true });
      useEffect(() => { if (data) found(data); if (error) failed(error); }, [data, error]);
      return data?.visitorId ?? null;
    }
    createRoot(document.body.appendChild(document.createElement('main'))).render(${tree});
  `;
}

// Stands in for `node:process` in the SDK. Importing that module as a whole opens the standard
// streams, which a cold start would wait for.

export const { env, versions } = globalThis.process;

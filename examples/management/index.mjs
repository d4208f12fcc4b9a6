// The Lambda function behind the management URL.

import { readFileSync } from 'node:fs';
import { awsPerformer } from './lib/aws.mjs';
import { serve } from './lib/serve.mjs';

// Once for all requests that this instance of the function serves.
const module = new WebAssembly.Module(readFileSync(new URL('management.wasm', import.meta.url)));
const perform = awsPerformer();

export const handler = (event) => serve(event, { module, variables: process.env, perform });

// What the runtime calls. The two modules beside it are made by `wasm-bindgen`.

import { fetch, initSync } from './firstparty.js';
import module from './firstparty_bg.wasm';

initSync({ module });

export default { fetch };

#!/usr/bin/env bash
# Builds the Worker as `wrangler` would, without it: build/index.js and build/index_bg.wasm. The tools go below
# the root's target/tools, and the machine's Rust toolchain stays as it is.
#
# `worker-build` looks for `rustc` in the path, whatever $RUSTC says, and where the target is missing it asks
# `rustup` to add it. So both names lead to the toolchain that scripts/wasm-toolchain.sh has found or made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tools=$root/target/tools
bindgen=0.2.130 worker_build=0.8.7

if ! "$tools/cargo/bin/wasm-bindgen" --version 2>/dev/null | grep -qx "wasm-bindgen $bindgen"; then
    # Its lock file names a crate that is no longer to be had, and so do its default features.
    env -u RUSTFLAGS -u CARGO_TARGET_DIR cargo install --quiet --version "$bindgen" --no-default-features \
        --root "$tools/cargo" wasm-bindgen-cli >&2
fi
builder=$("$root/scripts/tool" worker-build "$worker_build")

# The programs that come from npm.
if ! cmp -s "$here/package-lock.json" "$tools/workerd/package-lock.json"; then
    mkdir -p "$tools/workerd"
    cp "$here/package.json" "$tools/workerd"
    (cd "$tools/workerd" && cp "$here/package-lock.json" . && npm ci --silent --ignore-scripts) ||
        { rm -f "$tools/workerd/package-lock.json"; exit 1; }
fi
npm=$tools/workerd/node_modules

eval "$("$root/scripts/wasm-toolchain.sh")"
if [ -n "$WASM_CARGO_FLAGS" ]; then
    guard=$tools/worker-guard
    mkdir -p "$guard" "$(dirname "$RUSTC")/usr/lib/rustlib/wasm32-unknown-unknown/lib"
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$RUSTC" >"$guard/rustc"
    printf '#!/bin/sh\nexit 1\n' >"$guard/rustup"
    chmod +x "$guard/rustc" "$guard/rustup"
    export PATH=$guard:$PATH CARGO_UNSTABLE_BUILD_STD=std,panic_abort
fi
export WASM_BINDGEN_BIN=$tools/cargo/bin/wasm-bindgen ESBUILD_BIN=$npm/@esbuild/linux-x64/bin/esbuild
# Without Binaryen, which it would fetch from outside the registries. The bytes are a tenth more.
(cd "$here" && "$builder/worker-build" --release --no-opt) >&2

#!/bin/sh
# Builds the management function: dist/ is what the Lambda function's package holds.
set -eu
cd "$(dirname -- "$0")"

eval "$(../../scripts/wasm-toolchain.sh)"
target_dir=../../target/wasm
# Unquoted on purpose: it is a list of arguments, or empty.
cargo build $WASM_CARGO_FLAGS --release --target wasm32-unknown-unknown --target-dir "$target_dir"

rm -rf dist
mkdir dist
cp index.mjs dist/
cp -R lib dist/
cp "$target_dir/wasm32-unknown-unknown/release/firstparty_management_function.wasm" dist/management.wasm
wc -c dist/management.wasm

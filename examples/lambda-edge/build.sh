#!/bin/sh
# Builds the module, bundles the AWS client and packs the function: target/lambda-edge/function.zip
# at the crate's root. Equal sources and compilers give equal bytes. Prints sizes and the digest.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
out=$root/target/lambda-edge

eval "$("$root/scripts/wasm-toolchain.sh")"
# Panic messages name source files: not by where they lie on this machine. Node scans text with
# SIMD since version 16.
export RUSTFLAGS="-Ctarget-feature=+simd128 \
    --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$root=firstparty"
# Unquoted on purpose: it is a list of arguments, or empty.
cargo build $WASM_CARGO_FLAGS --release --locked --target wasm32-unknown-unknown \
    --manifest-path "$here/Cargo.toml" --target-dir "$out"
cp "$out/wasm32-unknown-unknown/release/firstparty_lambda_edge_function.wasm" "$here/firstparty.wasm"

(cd "$here" && npm ci --silent --ignore-scripts && node client/bundle.mjs)

python3 - "$here" "$out/function.zip" <<'PYTHON'
import hashlib, pathlib, sys, zipfile

here, out = map(pathlib.Path, sys.argv[1:])
FILES = """
answer.mjs aws-client.mjs boundary.mjs event.mjs fields.mjs firstparty.wasm index.mjs licences.txt
split.mjs upstream.mjs warm.mjs wire.mjs
""".split()

with zipfile.ZipFile(out, "w") as archive:
    for name in FILES:
        # The same moment, permissions and system wherever it is packed.
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.create_system, entry.external_attr = 3, 0o100644 << 16
        content = (here / name).read_bytes()
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
        print(f"{len(content):8} {name}")
    client = sum(archive.getinfo(name).compress_size for name in ["aws-client.mjs", "licences.txt"])
packed = out.read_bytes()
print(f"{len(packed) - client:8} {out.name} without the AWS client")
print(f"{len(packed):8} {out.name}, SHA-256 {hashlib.sha256(packed).hexdigest()}")
PYTHON

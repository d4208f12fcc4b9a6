#!/bin/sh
# Finds a toolchain that compiles to wasm32-wasip1, or makes one, and prints the environment that uses
# it, like scripts/wasm-toolchain.sh:
#
#     eval "$(scripts/wasi-toolchain.sh)"
#     cargo build $WASM_CARGO_FLAGS --target wasm32-wasip1 --release
#
# Where the active toolchain lacks the target, it is the compiler of scripts/wasm-toolchain.sh with the C
# library of Debian's wasi-libc, unpacked (not installed) beside it.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
target=wasm32-wasip1

if [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
    echo "export WASM_CARGO_FLAGS="
    exit
fi

environment=$("$root/scripts/wasm-toolchain.sh")
eval "$environment"
if [ -z "$WASM_CARGO_FLAGS" ]; then
    echo "wasi-toolchain: 'rustup target add $target' is all that is needed where rustup can" >&2
    exit 1
fi

# Renamed when complete, so that an interrupted run leaves nothing half-made.
dir=$root/target/tools/wasm-rust
lib=$dir/usr/lib/rustlib/$target/lib/self-contained
if [ ! -d "$lib" ]; then
    rm -rf "$dir/wasi"
    mkdir -p "$dir/wasi" "${lib%/*}"
    (cd "$dir/wasi" && apt-get -q download wasi-libc && dpkg -x wasi-libc_*.deb .) >&2
    mv "$dir/wasi/usr/lib/wasm32-wasi" "$lib"
    rm -r "$dir/wasi"
fi

echo "$environment" |
    sed 's/WASM32_UNKNOWN_UNKNOWN_LINKER/WASM32_WASIP1_LINKER/'

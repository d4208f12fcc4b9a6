#!/bin/sh
# Finds a toolchain that compiles to wasm32-unknown-unknown, or makes one, and prints the
# environment that uses it:
#
#     eval "$(scripts/wasm-toolchain.sh)"
#     cargo build $WASM_CARGO_FLAGS --target wasm32-unknown-unknown --release
#
# 1. Where the active toolchain has the target (`rustup target add wasm32-unknown-unknown`), the
#    environment is empty.
# 2. Else, on Debian, the distribution's rustc-web comes with the sources of its standard library:
#    it is unpacked (not installed) under target/tools and builds the library itself.
#
# Everything but the environment goes to standard error.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
target=wasm32-unknown-unknown
sysroot=$(rustc --print sysroot)

if [ -d "$sysroot/lib/rustlib/$target" ]; then
    echo "export WASM_CARGO_FLAGS="
    exit
fi

fail() {
    echo "wasm-toolchain: $1" >&2
    echo "wasm-toolchain: 'rustup target add $target' is all that is needed where rustup can" >&2
    exit 1
}

host=$(rustc -vV | sed -n 's/^host: //p')
lld=$sysroot/lib/rustlib/$host/bin/rust-lld
[ -x "$lld" ] || fail "the toolchain has no rust-lld"
command -v apt-get >/dev/null && command -v dpkg >/dev/null || fail "no target, and no Debian"

# Unpacks the compiler, its libraries and their sources into $1.
unpack() {
    version=$(apt-cache show rustc-web 2>/dev/null | sed -n 's/^Version: \([0-9]*\.[0-9]*\)\..*/\1/p' |
        sort -V | tail -n 1)
    [ -n "$version" ] || fail "rustc-web is not among the known packages (apt-get update?)"
    # The compiler links against the LLVM that it was built with.
    llvm=$(apt-cache depends "libstd-rust-web-$version" |
        sed -n 's/^ *Depends: \(libllvm[0-9]*\)$/\1/p' | head -n 1)
    [ -n "$llvm" ] || fail "libstd-rust-web-$version names no LLVM"
    mkdir -p "$1/debs"
    (cd "$1/debs" && apt-get -q download rustc-web libstd-rust-web-dev \
        "libstd-rust-web-$version" rust-web-src "$llvm") >&2 || fail "the download failed"
    for deb in "$1"/debs/*.deb; do dpkg -x "$deb" "$1"; done
    rm -r "$1/debs"
}

# Made aside and renamed when complete, so that an interrupted run leaves nothing half-made.
dir=$root/target/tools/wasm-rust
if [ ! -x "$dir/rustc" ]; then
    echo "wasm-toolchain: making $dir" >&2
    rm -rf "$dir" "$dir.part"
    unpack "$dir.part"
    # Moved later: the wrapper finds its own place.
    cat >"$dir.part/rustc" <<'WRAPPER'
#!/bin/sh
dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for lib in "$dir"/usr/lib/*-linux-gnu; do
    LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "$dir/usr/bin/rustc" "$@"
WRAPPER
    chmod +x "$dir.part/rustc"
    mv "$dir.part" "$dir"
fi

echo "export RUSTC='$dir/rustc'"
echo "export RUSTC_BOOTSTRAP=1"
echo "export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER='$lld'"
echo "export WASM_CARGO_FLAGS='-Zbuild-std=std,panic_abort'"

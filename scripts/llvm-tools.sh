#!/bin/sh
# Finds llvm-cov and llvm-profdata of the compiler's own LLVM, and prints the environment that
# cargo-llvm-cov needs to use them:
#
#     eval "$(scripts/llvm-tools.sh)"
#
# 1. Where rustup has the component `llvm-tools`, the environment is empty.
# 2. Else, on Debian, the packages of the same LLVM are unpacked (not installed) under target/tools.
#
# Everything but the environment goes to standard error.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
host=$(rustc -vV | sed -n 's/^host: //p')
[ -x "$(rustc --print sysroot)/lib/rustlib/$host/bin/llvm-cov" ] && exit

# The profile's format belongs to one LLVM version.
version=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
dir=$root/target/tools/llvm
if [ ! -d "$dir" ]; then
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || {
        echo "llvm-tools: 'rustup component add llvm-tools' is all that is needed where rustup can" >&2
        exit 1
    }
    rm -rf "$dir.part"
    mkdir -p "$dir.part/debs"
    (cd "$dir.part/debs" &&
        apt-get -q download "llvm-$version" "llvm-$version-tools" "libllvm$version" >&2)
    for deb in "$dir.part"/debs/*.deb; do dpkg -x "$deb" "$dir.part"; done
    rm -r "$dir.part/debs"
    mv "$dir.part" "$dir"
fi

libraries=$dir/usr/lib/llvm-$version/lib
for folder in "$dir"/usr/lib/*-linux-gnu; do libraries=$folder:$libraries; done
echo "export LLVM_COV='$dir/usr/bin/llvm-cov-$version'"
echo "export LLVM_PROFDATA='$dir/usr/bin/llvm-profdata-$version'"
echo "export LD_LIBRARY_PATH='$libraries'"

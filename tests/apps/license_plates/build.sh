#!/bin/bash
# Builds both halves into ./out. DDK_HOME must point to the DDK.
set -e
if [ -z "$DDK_HOME" ]; then
    echo "please set DDK_HOME"
    exit 1
fi
top=$(cd "$(dirname "$0")" && pwd)

mkdir -p $top/build/intermediates/host $top/build/intermediates/device
cd $top/build/intermediates/device
cmake $top/src/device \
    -DCMAKE_C_COMPILER=$DDK_HOME/toolchains/aarch64-linux-gcc6.3/bin/aarch64-linux-gnu-gcc \
    -DCMAKE_CXX_COMPILER=$DDK_HOME/toolchains/aarch64-linux-gcc6.3/bin/aarch64-linux-gnu-g++ \
    -Dout=$top/out
make install
cd $top/build/intermediates/host
cmake $top/src/host -Dout=$top/out
make install
cp $top/graph.config $top/out/

#!/bin/bash
# One CMake project, configured twice: -Dtarget=host and -Dtarget=device.
path=$(cd "$(dirname "$0")" && pwd)
compiler=$DDK_HOME/toolchains/aarch64-linux-gcc6.3/bin/aarch64-linux-gnu-g++

function build() {
    mkdir -p "$path/build/$1" && cd "$path/build/$1" || exit 1
    shift
    cmake "$@" "$path/src" && make install
    if [ $? -ne 0 ]; then
        echo "ERROR: build failed"
        exit 1
    fi
}

build device -Dtarget=device -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_INSTALL_PREFIX="$path/out"
build host -Dtarget=host -DCMAKE_INSTALL_PREFIX="$path/out"
exit 0

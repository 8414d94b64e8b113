#!/bin/bash
# Usage: ./build.sh [install prefix]
set -e
cd "$(dirname "$0")"
prefix=${1:-$PWD/dist}
for half in device host; do
    rm -rf build_$half
    mkdir build_$half
    (cd build_$half && cmake -DCMAKE_INSTALL_PREFIX=$prefix ../$half &&
        make && make install)
done

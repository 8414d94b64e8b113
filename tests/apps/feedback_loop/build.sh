#!/bin/sh
# Builds device and host, in this order.
set -e
dir=$(cd $(dirname $0); pwd)
tools=$DDK_HOME/toolchains/aarch64-linux-gcc6.3
[ -x $tools/bin/aarch64-linux-gnu-g++ ] || { echo "no compiler for the device in $tools"; exit 1; }

cmake -E make_directory $dir/build/device
(cd $dir/build/device && cmake -DCMAKE_TOOLCHAIN_FILE=$dir/device/aarch64.cmake $dir/device && make)
cmake -E make_directory $dir/build/host
(cd $dir/build/host && cmake $dir/host && make)
cp $dir/loop.prototxt $dir/out

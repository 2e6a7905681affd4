// What `main` in package.json names: the policy pack of index.ts, bundled for the sources as they are now. Its packages
// are those of the project, so `npm ci` there is all that it needs.
"use strict";
require("node:module").enableCompileCache?.();
require(require("../tools/build.cjs").build("policy"));

// What `main` in Pulumi.yaml names: the program of index.ts, bundled for the sources as they are now.
"use strict";
const [major] = process.versions.node.split(".");
if (Number(major) < 22) {
  throw new Error(
    `the program runs on Node ${process.versions.node}; allowed is 22 or newer; install it, or use npm run pulumi -- …, which brings one`,
  );
}
require("node:module").enableCompileCache?.();
const program = require(require("./tools/build.cjs").build());

module.exports = async () => {
  try {
    return await program();
  } catch (error) {
    // The SDK prints errors in colour, and Node then spends 20 s on a frame such as node_modules/@pulumi/resource.ts
    // (util.inspect looks for a second slash after the scope, and grows a string until there is no more room).
    if (error instanceof Error && error.stack !== undefined) {
      error.stack = error.stack.replace(/\n +at .*[/\\]node_modules[/\\]@pulumi[/\\].*/g, "");
    }
    throw error;
  }
};

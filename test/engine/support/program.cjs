// A Pulumi program that makes what resources.json beside it lists, so that a test can change it as data.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const pulumi = require("@pulumi/pulumi");
const kinds = {
  Command: require("@pulumi/command").remote.Command,
  LocalCommand: require("@pulumi/command").local.Command,
  RandomBytes: require("@pulumi/random").RandomBytes,
  RandomPassword: require("@pulumi/random").RandomPassword,
  PrivateKey: require("@pulumi/tls").PrivateKey,
};

module.exports = async () => {
  const {
    resources,
    outputs = {},
    before = "",
  } = JSON.parse(fs.readFileSync(path.join(__dirname, "resources.json"), "utf8"));
  new Function("pulumi", before)(pulumi);
  const made = {};
  // { secret: value } is a secret, { of: [name, property] } an output of an earlier resource.
  const value = (item) => {
    if (Array.isArray(item)) return item.map(value);
    if (typeof item !== "object" || item === null) return item;
    if ("secret" in item) return pulumi.secret(value(item.secret));
    if ("of" in item) return made[item.of[0]][item.of[1]];
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, value(inner)]));
  };
  for (const { kind, name, args, options = {} } of resources) {
    const { dependsOn = [], ...rest } = options;
    made[name] = new kinds[kind](name, value(args), {
      ...rest,
      dependsOn: dependsOn.map((other) => made[other]),
    });
  }
  return value(outputs);
};

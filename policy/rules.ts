import { firewallKeepsItsFloor } from "./firewall";
import { hostKeysArePinned } from "./host-keys";
import { keysOnlyRead } from "./login-keys";
import { bundlesKeepThePlan, outputsKeepThePlan } from "./prefixes";
import { stackStaysWhole } from "./protected";
import { deleteSparesItsSuccessor } from "./replacement";
import { noSecretInTheOpen } from "./secrets";
import type { ResourceRule, StackRule } from "./view";

/** Rules about single resources. */
export const resourceRules: readonly ResourceRule[] = [
  hostKeysArePinned,
  noSecretInTheOpen,
  keysOnlyRead,
  deleteSparesItsSuccessor,
  firewallKeepsItsFloor,
  bundlesKeepThePlan,
];

/** Rules about a whole stack. */
export const stackRules: readonly StackRule[] = [outputsKeepThePlan, stackStaysWhole];

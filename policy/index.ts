import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { viewOf, viewWithoutMarks } from "./adapter";
import { resourceRules, stackRules } from "./rules";
import type { ResourceView } from "./view";

/**
 * Each resource as the remediation below saw it. The engine asks for all remediations of a resource before its
 * validations, and only a remediation is told which inputs are secret.
 */
const seen = new Map<string, ResourceView>();

/** Changes nothing and refuses nothing: it looks. */
const look: ResourceValidationPolicy = {
  name: "look-at-secrets",
  description: "Notes which inputs are secret, for the other rules. It changes nothing.",
  enforcementLevel: "remediate",
  remediateResource: (resource) => {
    seen.set(resource.urn, viewOf(resource));
  },
};

const resourcePolicies = resourceRules.map(({ name, description, check }): ResourceValidationPolicy => ({
  name,
  description,
  validateResource: (resource, report) =>
    check(seen.get(resource.urn) ?? viewWithoutMarks(resource)).forEach((sentence) => report(sentence)),
}));

const stackPolicies = stackRules.map(({ name, description, checkStack }): StackValidationPolicy => ({
  name,
  description,
  validateStack: ({ resources }, report) =>
    checkStack(resources.map(viewOf)).forEach((sentence) => report(sentence)),
}));

new PolicyPack("ipv6-home", {
  enforcementLevel: "mandatory",
  policies: [look, ...resourcePolicies, ...stackPolicies],
});

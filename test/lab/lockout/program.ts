// A Pulumi program that puts what a test asks for on one host, by the components of the project, guarded as theirs.
import { readFileSync } from "node:fs";
import { connectionTo, type HostAccess } from "../../../components/host-access";
import { HostConfig } from "../../../components/host-config";
import { HostGuard } from "../../../components/host-guard";
import { observeHost } from "../../../observe/observe";
import type { LockoutPlan } from "./plan";

export = async (): Promise<object> => {
  const plan = JSON.parse(readFileSync("plan.json", "utf8")) as LockoutPlan;
  const login = { ...plan, port: 22 };
  const observed = await observeHost(plan.observe, login, () => undefined);
  const host: HostAccess = {
    connection: connectionTo(login),
    guardWindowSec: plan.guardWindowSec,
    observed,
    ready: [],
  };
  const configs: HostConfig[] = [];
  for (const { guarded, ...bundle } of plan.bundles) {
    const ready = configs.map((each) => each.converged);
    configs.push(
      new HostConfig(bundle.component, {
        host: { ...host, ready },
        component: bundle.component,
        bundle,
        guarded,
        firstContact: configs.length === 0,
      }),
    );
  }
  new HostGuard("home-guard", {
    host,
    guarded: configs.filter((_, index) => plan.bundles[index]?.guarded),
    others: configs.filter((_, index) => plan.bundles[index]?.guarded === false),
  });
  return {};
};

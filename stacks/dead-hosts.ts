import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** Environment variable that names hosts which are gone for good, for `pulumi destroy --run-program`. */
export const deadHostsVariable = "IPV6_HOME_DEAD_HOSTS";

/** A host by what it is to the stack. */
export type HostRole = "colo" | "home";

/** The hosts that a stack of a role logs in at. */
const hostsOf: Readonly<Record<HostRole, readonly HostRole[]>> = { colo: ["colo"], home: ["home", "colo"] };

const allowedIn: Readonly<Record<HostRole, string>> = { colo: "colo", home: "home, colo or home,colo" };

/**
 * The hosts that the variable names, separated by commas. Throws a sentence for people if it names one at which the
 * stack does not log in.
 */
export function deadHosts(variable: string | undefined, role: HostRole): readonly HostRole[] {
  const names = (variable ?? "").split(",").filter((name) => name !== "");
  return names.map((name) => {
    const host = hostsOf[role].find((each) => each === name);
    if (host === undefined) {
      throw new pulumi.RunError(
        `${deadHostsVariable}: given ${JSON.stringify(variable)}; allowed in a ${role} stack is ${allowedIn[role]}; unset it if the hosts are alive`,
      );
    }
    return host;
  });
}

/**
 * Returns if this run is a destroy, else fails it with a sentence for people. The engine does not tell a program what
 * it is run for. But in a destroy it creates nothing and passes over whatever is not in its state; so here is a command
 * that nobody ever has, and that refuses to be created. It would do nothing, and nothing else is registered before it.
 */
export async function mustBeDestroy(): Promise<void> {
  const refuse = () => {
    throw new Error(
      `${deadHostsVariable}: given ${process.env[deadHostsVariable] ?? ""}; allowed is nothing outside of a destroy, because what is on these hosts would be forgotten; unset it, or run pulumi destroy --run-program`,
    );
  };
  const hook = new pulumi.ResourceHook("only-in-a-destroy", refuse, { onDryRun: true });
  const probe = new remote.Command(
    "only-in-a-destroy",
    { connection: { host: "none" } },
    { hooks: { beforeCreate: [hook] } },
  );
  await new Promise((resolve) => probe.urn.apply(resolve));
}

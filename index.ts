import * as pulumi from "@pulumi/pulumi";
import type { HostLogin } from "./observe/login";
import { modeOf, observeHost, observeVariable } from "./observe/observe";
import { parseSettings } from "./settings/parse";
import type { RawSettings } from "./settings/raw";
import type { ObserveMode } from "./settings/settings";
import { coloStack } from "./stacks/colo";
import { importFacts } from "./stacks/colo-facts";
import { deadHosts, deadHostsVariable, mustBeDestroy } from "./stacks/dead-hosts";
import { homeStack } from "./stacks/home";
import { plannedFacts, plannedFactsVariable } from "./stacks/planned-facts";

/** Which settings are encrypted; the SDK has this for its own use and leaves it out of its types. */
const { isConfigSecret } = pulumi.runtime as typeof pulumi.runtime & {
  isConfigSecret: (key: string) => boolean;
};

/** The stack's settings as the engine has them, without those of other projects and providers. */
function rawSettings(): RawSettings {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return {
    values: Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
    secretKeys: own.filter(([key]) => isConfigSecret(key)).map(([key]) => key.slice(prefix.length)),
  };
}

/** The program: settings, then the stack that they ask for, then its outputs. */
export = async (): Promise<object> => {
  const settings = parseSettings(rawSettings());
  if (!settings.ok) {
    throw new pulumi.RunError(
      ["the settings of this stack have mistakes; nothing was touched", ...settings.problems].join("\n  "),
    );
  }
  const { login, observe } = settings.value;
  const dead = deadHosts(process.env[deadHostsVariable], settings.value.role);
  if (dead.length > 0) await mustBeDestroy();
  // A destroy changes nothing that drift could matter for.
  const look = lookAt(dead.length > 0 ? "never" : observe);
  if (settings.value.role === "colo") return coloStack(settings.value, await look(login), dead);

  const { coloStack: given } = settings.value;
  const fullName = (stack: string) => `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const owner = fullName(pulumi.getStack());
  const planned = plannedFacts(process.env[plannedFactsVariable], pulumi.runtime.isDryRun());
  if (planned !== undefined) return homeStack(settings.value, factsOf("colo (as planned)", planned), owner);

  const name = given ?? fullName("colo");
  // The details come as plain values, so everything made of them is readable in a preview.
  const facts = await new pulumi.StackReference("colo", { name }).getOutputDetails("facts");
  const colo = factsOf(name, facts.value);
  const [onHome, onColo] = await Promise.all([
    look(login),
    look({ ...colo.login, privateKey: login.privateKey }),
  ]);
  return homeStack(settings.value, colo, owner, { home: onHome, colo: onColo }, dead);
};

/** The facts of a colo, or the end of the run. */
function factsOf(stack: string, facts: unknown) {
  try {
    return importFacts(stack, facts);
  } catch (error) {
    throw sentenceOf(error);
  }
}

/** What went wrong as a sentence for people, without a stack trace. */
const sentenceOf = (error: unknown) =>
  new pulumi.RunError(error instanceof Error ? error.message : String(error));

/** Looks at hosts as the setting says, telling the user what could not be seen. */
const lookAt = (setting: ObserveMode) => async (login: HostLogin) => {
  try {
    const mode = modeOf(setting, process.env[observeVariable]);
    return await observeHost(mode, login, (sentence) => void pulumi.log.warn(sentence));
  } catch (error) {
    throw sentenceOf(error);
  }
};

import { observeModes, type ObserveMode } from "../settings/settings";
import { fetchReport, type HostLogin } from "./login";
import { parseReport, type ObservedHost } from "./report";

/** Takes the place of the setting, for a run that must not log in anywhere. */
export const observeVariable = "IPV6_HOME_OBSERVE";

/** The mode of this run. Throws a sentence if the variable says anything else than a mode. */
export function modeOf(setting: ObserveMode, variable: string | undefined): ObserveMode {
  if (variable === undefined || variable === "") return setting;
  const mode = observeModes.find((each) => each === variable);
  if (mode === undefined)
    throw new Error(
      `${observeVariable}: given ${variable}; allowed is ${observeModes.join(", ")}; unset it to follow the setting observe`,
    );
  return mode;
}

/**
 * Looks at a host by one login; undefined if it is not looked at. With `auto` a host that cannot be reached is told to
 * `warn` and passed over: the run may be a preview. With `always` that is an error.
 */
export async function observeHost(
  mode: ObserveMode,
  login: HostLogin,
  warn: (sentence: string) => void,
): Promise<ObservedHost | undefined> {
  if (mode === "never") return undefined;
  const keyAtHand = login.privateKey !== undefined || (process.env["SSH_AUTH_SOCK"] ?? "") !== "";
  if (mode === "auto" && !keyAtHand) return undefined;
  try {
    return parseReport(await fetchReport(login));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (mode === "always")
      throw new Error(
        `observe: given always, but the host cannot be looked at: ${reason}; allowed without it are auto and never`,
        {
          cause: error,
        },
      );
    warn(
      `the host was not looked at, drift on it does not show: ${reason}; set observe to never to do without, or to always to insist`,
    );
    return undefined;
  }
}

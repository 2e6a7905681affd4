import type { VerifyTargets } from "../tools/verify/program";
import { exec } from "./exec";
import type { Outcome } from "./run";
import { portsOf, type Place, type WebName } from "./topology";

const addressesOf = (place: WebName, six: boolean): string[] =>
  portsOf(place).flatMap(({ addresses }) =>
    addresses.flatMap((each) => (each.includes(":") === six ? [each.replace(/\/.*/, "")] : [])),
  );

/** The lab's internet as the program for the client's chair asks it. The web servers tell who asks them. */
export const labTargets: VerifyTargets = {
  name4: "web4.lab.example",
  name6: "web6.lab.example",
  name46: "web46.lab.example",
  internet6: [...addressesOf("web6", true), ...addressesOf("web46", true)],
  internet4: [...addressesOf("web4", false), ...addressesOf("web46", false)],
  port: 80,
  echo: "http://web6.lab.example/hello",
  echo4: "http://11.0.3.2/hello",
  download: "http://web6.lab.example/bytes/200000",
  upload: "http://web6.lab.example/upload",
  answersLarge: true,
};

/** That of Debian: others on this machine may be somebody's own. */
export const python = "/usr/bin/python3";

/** Runs the program in a place, with nothing left behind there. Its exit code is 0, 1 or 2. */
export async function verifyIn(
  place: Place,
  program: string,
  options: readonly string[] = [],
): Promise<Outcome> {
  const outcome = await exec(place, [python, "-", ...options], {
    input: program,
    allowFailure: true,
    timeoutSec: 30,
  });
  // env(1) and ip(8) have no program to run.
  if (/python3.*No such file/.test(outcome.stderr))
    throw new Error(
      `${place}: has no python3, which a laptop has; take another place, or install it there: apt-get install python3`,
    );
  return outcome;
}

/** Whether the place is one of those that have sent their name by DHCPv6. */
export const nameOptions = (place: Place, options: readonly string[]): readonly string[] =>
  place === "laptop" && !options.includes("--name") ? ["--name", place] : [];

import { join } from "node:path";

/** Where the images are kept between labs. */
export const cacheDirectory = "/var/cache/ipv6-home";

/** Everything that a running lab writes on the machine, apart from its namespaces. */
export const stateDirectory = "/var/lib/ipv6-home-lab";

/** A path below the state directory. */
export const inState = (...parts: string[]): string => join(stateDirectory, ...parts);

/** Keys and signed zones outlive `down`, so that settings that name them stay right. */
export const keptDirectory = inState("kept");
export const sshKeyPath = inState("kept", "ssh", "id_ed25519");
export const describePath = inState("describe.json");

/** A file that lies beside this one. */
export const inLab = (name: string): string => join(__dirname, name);

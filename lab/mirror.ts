import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run";

/** The text of a file, or nothing. */
function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** The first Debian archive that apt sources of the machine name, in either of the two formats. */
export function firstMirror(sources: string): string | undefined {
  for (const line of sources.split("\n")) {
    const uri = /^(?:deb(?:\s+\[[^\]]*\])?|URIs:)\s+(\S+)/.exec(line)?.[1];
    if (uri === undefined || /security/.test(uri)) continue;
    // A list of mirrors, as on cloud images.
    const list = /^mirror\+file:(\S+)$/.exec(uri)?.[1];
    const plain = list === undefined ? uri : textOf(list.replace(/^\/+/, "/")).split(/\s+/)[0];
    if (plain !== undefined && /^https?:.*\/debian\/?$/.test(plain)) return plain;
  }
  return undefined;
}

/** The Debian mirror that this machine uses; nothing if its sources name none, then debootstrap's default is right. */
export function machineMirror(): string | undefined {
  const parts = "/etc/apt/sources.list.d";
  const files = existsSync(parts) ? readdirSync(parts).filter((file) => /\.(list|sources)$/.test(file)) : [];
  return firstMirror(
    ["/etc/apt/sources.list", ...files.map((file) => join(parts, file))].map(textOf).join("\n"),
  );
}

/** The environment that makes debootstrap and apt in a chroot use the proxy of the machine's apt. */
export async function proxyEnvironment(): Promise<NodeJS.ProcessEnv> {
  const known = await run(["apt-config", "shell", "proxy", "Acquire::http::Proxy"], { allowFailure: true });
  const proxy = /^proxy='(.+)'$/m.exec(known.stdout)?.[1];
  return proxy === undefined || proxy === "DIRECT"
    ? process.env
    : { ...process.env, http_proxy: proxy, https_proxy: proxy };
}

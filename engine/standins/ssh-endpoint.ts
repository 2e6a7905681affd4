import { createPrivateKey } from "node:crypto";
import { utils, type AnyAuthMethod, type AuthenticationType, type ConnectConfig, type ParsedKey } from "ssh2";
import { isMap, type Property, type PropertyMap } from "./property";
import { openSshPrivateKey } from "./openssh-key";

/** One end to log in at, with the command provider's defaults filled in. */
export interface Endpoint {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly dialErrorLimit: number;
  readonly perDialTimeout: number;
  readonly password: string | undefined;
  readonly privateKey: string | undefined;
  readonly privateKeyPassword: string | undefined;
  readonly agentSocketPath: string | undefined;
  readonly hostKey: string | undefined;
}

/** What `connection` and `connection.proxy` get where they leave something out. */
export const endpointDefaults: PropertyMap = {
  user: "root",
  port: 22,
  dialErrorLimit: 10,
  perDialTimeout: 15,
};

/** Reads a plain connection object of the resource's inputs. */
export function readEndpoint(map: PropertyMap): Endpoint {
  const settings = { ...endpointDefaults, ...map };
  const text = (name: string) => (typeof settings[name] === "string" ? settings[name] : undefined);
  const number = (name: string) => Math.trunc(Number(settings[name]));
  return {
    user: text("user") ?? "root",
    host: text("host") ?? "",
    port: number("port"),
    dialErrorLimit: number("dialErrorLimit"),
    perDialTimeout: number("perDialTimeout"),
    password: text("password"),
    privateKey: text("privateKey"),
    privateKeyPassword: text("privateKeyPassword"),
    agentSocketPath: text("agentSocketPath"),
    hostKey: text("hostKey"),
  };
}

/** The jump host of a connection object, if it has one. */
export function readProxy(map: PropertyMap): Endpoint | undefined {
  const proxy: Property | undefined = map["proxy"];
  return isMap(proxy) ? readEndpoint(proxy) : undefined;
}

/** What ssh2 needs to log in there; throws for a key that cannot be read, before anything is dialled. */
export function sshConfig(endpoint: Endpoint): { config: ConnectConfig; methods: readonly string[] } {
  const { user: username } = endpoint;
  const host = endpoint.hostKey === undefined ? undefined : parseHostKey(endpoint.hostKey);
  // A method is tried once, as in Go's client: a key that is given keeps the agent's keys from being tried.
  const methods: AuthenticationType[] = ["none"];
  const agent = endpoint.agentSocketPath ?? process.env["SSH_AUTH_SOCK"];
  const config: ConnectConfig = { username, readyTimeout: 0, keepaliveInterval: 0, tryKeyboard: false };

  const handlers: AnyAuthMethod[] = [{ type: "none", username }];
  if (endpoint.privateKey !== undefined) {
    methods.push("publickey");
    const key = parsePrivateKey(endpoint.privateKey, endpoint.privateKeyPassword);
    handlers.push({ type: "publickey", username, key });
  } else if (agent !== undefined && agent !== "") {
    methods.push("publickey");
    handlers.push({ type: "agent", username, agent });
  }
  const { password } = endpoint;
  if (password !== undefined) {
    methods.push("password", "keyboard-interactive");
    handlers.push({ type: "password", username, password });
    const prompt = (
      _name: string,
      _text: string,
      _lang: string,
      prompts: unknown[],
      finish: (a: string[]) => void,
    ) => finish(prompts.map(() => password));
    handlers.push({ type: "keyboard-interactive", username, prompt });
  }
  config.authHandler = handlers;

  if (host !== undefined) {
    // Only the pinned key's own algorithm, as the real provider asks for: a server may have keys of several kinds.
    config.algorithms = { serverHostKey: [host.type as "ssh-ed25519"] };
    config.hostVerifier = (key: Buffer) => key.equals(host.blob);
  }
  return { config, methods };
}

/** A public key in authorized_keys form: type and base64, perhaps with options before and a comment after. */
function parseHostKey(text: string): { type: string; blob: Buffer } {
  const words = text.trim().split(/\s+/);
  for (const [index, type] of words.entries()) {
    const blob = Buffer.from(words[index + 1] ?? "", "base64");
    if (blob.length > 4 && blob.subarray(4, 4 + blob.readUInt32BE(0)).toString() === type)
      return { type, blob };
  }
  throw new Error("failed to parse host key: ssh: no key found");
}

function parsePrivateKey(text: string, passphrase: string | undefined): ParsedKey {
  // ssh2 does not read PKCS#8, which Go does and which the tls provider makes for Ed25519.
  const pkcs8 = text.includes("-----BEGIN PRIVATE KEY-----");
  const parsed: ParsedKey | Error | ParsedKey[] = utils.parseKey(
    pkcs8 ? openSshPrivateKey(createPrivateKey(text)) : text,
    passphrase,
  );
  const key: ParsedKey | Error | undefined = Array.isArray(parsed) ? (parsed as ParsedKey[])[0] : parsed;
  if (key instanceof Error) {
    if (/no passphrase/.test(key.message)) throw new Error("ssh: this private key is passphrase protected");
    throw new Error("ssh: no key found");
  }
  if (key === undefined) throw new Error("ssh: no key found");
  return key;
}

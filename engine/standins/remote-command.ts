import { checkFields, type FieldTypes } from "./check";
import { commandType, type CommandOutput } from "./command";
import { goQuote } from "./go-quote";
import { LineLog } from "./line-log";
import { isMap, secret, Secret, type Property, type PropertyMap } from "./property";
import type { OperationContext } from "./resource";
import { dial } from "./ssh-dial";
import { endpointDefaults } from "./ssh-endpoint";
import { exec, type ExecResult } from "./ssh-exec";

const endpointFields: FieldTypes = {
  user: "string",
  password: "string",
  host: "string!",
  port: "number",
  privateKey: "string",
  privateKeyPassword: "string",
  agentSocketPath: "string",
  dialErrorLimit: "number",
  perDialTimeout: "number",
  hostKey: "string",
};
const fields: FieldTypes = {
  triggers: "list",
  create: "string",
  update: "string",
  delete: "string",
  stdin: "string",
  logging: "string",
  connection: "map!",
  environment: "map",
  addPreviousOutputInEnv: "boolean",
};

/** `command:remote:Command`. */
export const remoteCommand = commandType({
  check(news) {
    const connection = news["connection"];
    const failures = [
      ...checkFields(news, fields, "remote.CommandInputs"),
      ...checkFields(bare(connection), { ...endpointFields, proxy: "map" }, "remote.Connection"),
    ];
    const proxy = isMap(bare(connection)) ? bare((bare(connection) as PropertyMap)["proxy"]) : undefined;
    if (proxy !== undefined) failures.push(...checkFields(proxy, endpointFields, "remote.ProxyConnection"));
    if (connection === undefined) return { inputs: news, failures };
    return { inputs: { ...news, connection: secret(withDefaults(connection)) }, failures };
  },
  run,
});

/** The value under a secret mark. */
function bare(value: Property | undefined): Property | undefined {
  return value instanceof Secret ? bare(value.value) : value;
}

/** Fills in the connection's defaults, also the proxy's, and marks what is secret in it. */
function withDefaults(connection: Property): Property {
  if (connection instanceof Secret) return new Secret(withDefaults(connection.value));
  if (!isMap(connection)) return connection;
  const filled: PropertyMap = { ...endpointDefaults, ...connection };
  for (const name of ["password", "privateKey", "privateKeyPassword"]) {
    if (filled[name] !== undefined) filled[name] = secret(filled[name]);
  }
  if (filled["proxy"] !== undefined) filled["proxy"] = withDefaults(filled["proxy"]);
  return filled;
}

async function run(
  script: string,
  properties: PropertyMap,
  context: OperationContext,
): Promise<CommandOutput> {
  const { connection, stdin } = properties;
  if (!isMap(connection)) throw new Error("connection: it is missing from the resource's state");
  const dialled = await dial(connection, context);
  const lines = new LineLog((line) => context.log.status(line));
  const logged = (stream: "stdout" | "stderr") =>
    [undefined, stream, "stdoutAndStderr"].includes(logging(properties));
  let result: ExecResult;
  try {
    const own = isMap(properties["environment"]) ? (properties["environment"] as Record<string, string>) : {};
    result = await exec(dialled.client, {
      command: script,
      stdin: typeof stdin === "string" ? stdin : undefined,
      environment: { ...own, ...previousOutput(properties) },
      refused: (name) => refuse(name, name in own, context),
      ...(logged("stdout") ? { onStdout: (chunk: Buffer) => lines.write(chunk) } : {}),
      ...(logged("stderr") ? { onStderr: (chunk: Buffer) => lines.write(chunk) } : {}),
    });
  } finally {
    dialled.close();
  }
  lines.end();
  if (result.failure !== undefined)
    throw new Error(`${result.failure}: running ${goQuote(script)}:\n${result.both}`);
  return { stdout: result.stdout.replace(/\n$/, ""), stderr: result.stderr.replace(/\n$/, "") };
}

function logging(properties: PropertyMap): string | undefined {
  const value = properties["logging"];
  return typeof value === "string" ? value : undefined;
}

function previousOutput(properties: PropertyMap): Record<string, string> {
  if (properties["addPreviousOutputInEnv"] === false) return {};
  const found = [
    ["PULUMI_COMMAND_STDOUT", properties["stdout"]],
    ["PULUMI_COMMAND_STDERR", properties["stderr"]],
  ].filter(([, value]) => typeof value === "string" && value !== "");
  return Object.fromEntries(found) as Record<string, string>;
}

/** A variable of the user's that sshd refuses ends the command; one that the provider adds is only warned about. */
function refuse(name: string, asked: boolean, context: OperationContext): void {
  const text = `Unable to set '${name}'. This only works if your SSH server is configured to accept
	these variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could
	prefix the command itself with the variables in the form 'VAR=value command'`;
  if (!asked) {
    context.log.warning(text);
    return;
  }
  context.log.error(text);
  throw new Error(`could not set environment variable ${goQuote(name)}: ssh: setenv failed`);
}

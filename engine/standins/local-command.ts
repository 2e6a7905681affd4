import { spawn } from "node:child_process";
import { checkFields } from "./check";
import { commandType } from "./command";
import { goQuote } from "./go-quote";
import { LineLog } from "./line-log";
import { isMap } from "./property";

/** `command:local:Command`, without its asset and archive outputs. */
export const localCommand = commandType({
  check: (inputs) => ({
    inputs,
    failures: checkFields(
      inputs,
      {
        triggers: "list",
        create: "string",
        update: "string",
        delete: "string",
        stdin: "string",
        logging: "string",
        interpreter: "list",
        dir: "string",
        environment: "map",
        addPreviousOutputInEnv: "boolean",
      },
      "CommandInputs",
    ),
  }),

  async run(script, properties, context) {
    const { interpreter, dir, environment, stdin, stdout, stderr, logging } = properties;
    const [program, ...args] = Array.isArray(interpreter) ? interpreter.map(String) : ["/bin/sh", "-c"];
    const previous: Record<string, string> = {};
    if (properties["addPreviousOutputInEnv"] !== false) {
      if (typeof stdout === "string" && stdout !== "") previous["PULUMI_COMMAND_STDOUT"] = stdout;
      if (typeof stderr === "string" && stderr !== "") previous["PULUMI_COMMAND_STDERR"] = stderr;
    }
    const child = spawn(program ?? "/bin/sh", [...args, script], {
      env: {
        ...process.env,
        ...(isMap(environment) ? (environment as Record<string, string>) : {}),
        ...previous,
      },
      signal: context.signal,
      ...(typeof dir === "string" ? { cwd: dir } : {}),
    });

    const lines = new LineLog((line) => context.log.status(line));
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[], both: [] as Buffer[] };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (chunk: Buffer) => {
        chunks[stream].push(chunk);
        chunks.both.push(chunk);
        if (logging === undefined || logging === stream || logging === "stdoutAndStderr") lines.write(chunk);
      });
    }
    // A script that does not read its stdin closes the pipe under the writer.
    child.stdin.on("error", () => undefined);
    child.stdin.end(typeof stdin === "string" ? stdin : "");

    const failure = await new Promise<string | undefined>((resolve) => {
      child.on("error", (error) => resolve(error.message));
      child.on("close", (code, signal) => {
        if (code === 0) resolve(undefined);
        else resolve(code === null ? `signal: ${signal ?? "unknown"}` : `exit status ${code}`);
      });
    });
    lines.end();
    const text = (parts: Buffer[]) => Buffer.concat(parts).toString("utf8");
    if (failure !== undefined)
      throw new Error(`${failure}: running ${goQuote(script)}:\n${text(chunks.both)}`);
    return { stdout: text(chunks.stdout).replace(/\n$/, ""), stderr: text(chunks.stderr).replace(/\n$/, "") };
  },
});

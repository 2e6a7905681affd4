import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { runtime } from "@pulumi/pulumi";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import * as runtimeState from "@pulumi/pulumi/runtime/state";
import { LineLog } from "./standins/line-log";

/** Exported by the SDK for its own language host and Automation API, but left out of its types. */
const { withLocalStorage } = runtimeState as unknown as {
  withLocalStorage: (callback: () => Promise<boolean>) => Promise<boolean>;
};
const { runInPulumiStack } = runtime as unknown as {
  runInPulumiStack: (program: () => Promise<unknown>) => Promise<unknown>;
};

/** Runs the program that the request names and reports its errors to the engine; answers true if it failed. */
export function runProgram(request: RunRequest): Promise<boolean> {
  return withLocalStorage(() => run(request));
}

async function run(request: RunRequest): Promise<boolean> {
  const [engineAddress = ""] = request.getArgsList();
  runtime.resetOptions(
    request.getProject(),
    request.getStack(),
    request.getParallel(),
    engineAddress,
    request.getMonitorAddress(),
    request.getDryrun(),
    request.getOrganization(),
  );
  const config = Object.fromEntries(request.getConfigMap().toArray());
  runtime.setAllConfig(config, request.getConfigsecretkeysList());
  process.setMaxListeners(runtime.getMaximumListeners());

  const info = request.getInfo();
  const program = join(
    info?.getProgramDirectory() ?? request.getPwd(),
    info?.getEntryPoint() ?? request.getProgram(),
  );
  process.chdir(request.getPwd());

  // The SDK finds its engine in this context; handlers of process events run outside of it.
  const inContext = AsyncLocalStorage.snapshot();
  let stop: () => void = () => undefined;
  const stopped = new Promise<"stopped">((resolve) => (stop = () => resolve("stopped")));
  const seen = new Set<unknown>();
  const report = (error: unknown) => {
    if (seen.has(error)) return;
    seen.add(error);
    inContext(() => logError(error, program));
    stop();
  };
  process.on("uncaughtException", report);
  process.on("unhandledRejection", report);
  const restoreOutput = captureOutput((line) => inContext(() => void pulumi.log.info(line)));
  try {
    const finished = runInPulumiStack(async () => load(program)).then(async () => {
      // Pulumi's own host ends a program when its event loop is empty; here a turn of it must show late errors.
      await nextTurn();
      if (seen.size === 0) await runtime.disconnect(true);
    });
    // What the program left behind can fail long after its end: an asynchronous error ends the wait at once.
    await Promise.race([finished, stopped]);
  } catch (error) {
    if (!isGrpcError(error)) report(error);
  }
  const failed = seen.size > 0 || pulumi.log.hasErrors();
  if (failed) await Promise.race([runtime.disconnect(false), new Promise((done) => setTimeout(done, 2000))]);
  restoreOutput();
  process.off("uncaughtException", report);
  process.off("unhandledRejection", report);
  return failed;
}

/** Requires the program anew, as a fresh process would, and calls what it exports if that is a function. */
async function load(program: string): Promise<unknown> {
  const require = createRequire(program);
  const modules = `${sep}node_modules${sep}`;
  for (const file of Object.keys(require.cache)) {
    if (!file.includes(modules) && file !== __filename) Reflect.deleteProperty(require.cache, file);
  }
  const exported: unknown = require(program);
  return typeof exported === "function" ? await (exported as () => unknown)() : exported;
}

function logError(error: unknown, program: string): void {
  if (pulumi.RunError.isInstance(error)) void pulumi.log.error(error.message);
  else if (pulumi.ResourceError.isInstance(error)) {
    void pulumi.log.error(error.hideStack === true ? error.message : inspect(error), error.resource);
  } else if (!isGrpcError(error)) {
    void pulumi.log.error(
      `Running program '${program}' failed with an unhandled exception:\n${inspect(error)}`,
    );
  }
}

/** Errors of the engine's own calls: it has reported them where they arose. */
function isGrpcError(error: unknown): boolean {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return error instanceof Error && typeof code === "number" && "details" in error && "metadata" in error;
}

/** Sends what the program prints to the engine, line by line; answers a function that ends this. */
function captureOutput(log: (line: string) => void): () => void {
  const lines = new LineLog(log);
  const originals = [process.stdout, process.stderr].map((stream) => {
    const original = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array): boolean => {
      lines.write(Buffer.from(chunk as string));
      return true;
    };
    return () => void (stream.write = original);
  });
  return () => {
    lines.end();
    originals.forEach((restore) => restore());
  };
}

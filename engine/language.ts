import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { GetRequiredPluginsResponse, RunResponse, type RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { listen } from "./standins/serve";

/** A language host that runs the program in this process, for machines without `pulumi-language-nodejs`. */
export interface LanguageHost {
  readonly port: number;
  /** True while a program is running, or if one was left in a state that could disturb the next. */
  dirty(): boolean;
  close(): void;
}

/** Serves the part of the language protocol that preview, up, refresh and destroy use. */
export async function serveLanguage(): Promise<LanguageHost> {
  let dirty = false;
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(LanguageRuntimeService, {
    getPluginInfo: (_call: unknown, callback: grpc.sendUnaryData<PluginInfo>) =>
      callback(null, new PluginInfo().setVersion("1.0.0")),
    getRequiredPlugins: (_call: unknown, callback: grpc.sendUnaryData<GetRequiredPluginsResponse>) =>
      callback(null, new GetRequiredPluginsResponse()),
    run: (call: { request: RunRequest }, callback: grpc.sendUnaryData<RunResponse>) => {
      dirty = true;
      void run(call.request).then((failed) => {
        dirty = failed;
        // The error is in the engine's log already; "bail" keeps it from adding one of its own.
        callback(null, new RunResponse().setBail(failed));
      });
    },
  });
  const port = await listen(server);
  return { port, dirty: () => dirty, close: () => server.forceShutdown() };
}

/** Loads the SDK, which takes 0.4 s: called once the CLI knows the ports, so that both start at the same time. */
export async function loadProgramHost(): Promise<typeof import("./program.js")> {
  return import("./program.js");
}

async function run(request: RunRequest): Promise<boolean> {
  const { runProgram } = await loadProgramHost();
  return runProgram(request);
}

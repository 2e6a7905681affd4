import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { ResourceLog } from "./resource";

/** Sends a provider's messages to the engine that attached to it. */
export class EngineLog {
  private client: EngineClient | undefined;

  /** Names the engine; before that, messages are dropped. */
  connect(address: string): void {
    this.client?.close();
    this.client = new EngineClient(address, grpc.credentials.createInsecure());
  }

  /** The log of one resource. Status lines are shown while it works and then forgotten. */
  of(urn: string): ResourceLog {
    return {
      status: (line) => this.send(urn, LogSeverity.INFO, line, true),
      warning: (line) => this.send(urn, LogSeverity.WARNING, line, false),
      error: (line) => this.send(urn, LogSeverity.ERROR, line, false),
    };
  }

  close(): void {
    this.client?.close();
    this.client = undefined;
  }

  private send(urn: string, severity: LogSeverity, message: string, ephemeral: boolean): void {
    const request = new LogRequest()
      .setUrn(urn)
      .setSeverity(severity)
      .setMessage(message)
      .setEphemeral(ephemeral);
    // A lost message must not fail the operation it is about.
    this.client?.log(request, () => undefined);
  }
}

import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineLog } from "./engine-log";
import { fromStruct, toStruct } from "./property";
import type { DiffAnswer, OperationContext, Package, ResourceType } from "./resource";

/** A stand-in provider that is being served. */
export interface ServedProvider {
  readonly port: number;
  close(): void;
}

interface Operation {
  getUrn(): string;
  getTimeout?(): number;
}

/** Serves one package's resource types by Pulumi's provider protocol on a free loopback port. */
export async function serveProvider(version: string, types: Package): Promise<ServedProvider> {
  const cancelled = new AbortController();
  const log = new EngineLog();

  const typeOf = (request: Operation): ResourceType => {
    const token = request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
    const type = types.get(token);
    if (type !== undefined) return type;
    const known = [...types.keys()].join(", ");
    throw new Error(
      `resource type ${token}: the stand-in provider knows only ${known}; install the real plugin`,
    );
  };
  const contextOf = (request: Operation): OperationContext => {
    const seconds = request.getTimeout?.() ?? 0;
    const signals = [cancelled.signal, ...(seconds > 0 ? [AbortSignal.timeout(seconds * 1000)] : [])];
    const urn = request.getUrn();
    return { name: urn.split("::").slice(3).join("::"), log: log.of(urn), signal: AbortSignal.any(signals) };
  };

  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(ResourceProviderService, {
    attach: answer((request: { getAddress(): string }) => {
      log.connect(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: answer(() => new PluginInfo().setVersion(version)),
    getSchema: answer(() => new provider.GetSchemaResponse().setSchema("{}")),
    checkConfig: answer((request: provider.CheckRequest) =>
      new provider.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: answer(() =>
      new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: answer(() =>
      new provider.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(false),
    ),
    check: answer((request: provider.CheckRequest) => {
      const { inputs, failures } = typeOf(request).check(
        fromStruct(request.getNews()),
        fromStruct(request.getOlds()),
      );
      const response = new provider.CheckResponse().setInputs(toStruct(inputs));
      return response.setFailuresList(
        (failures ?? []).map(({ property, reason }) =>
          new provider.CheckFailure().setProperty(property).setReason(reason),
        ),
      );
    }),
    diff: answer((request: provider.DiffRequest) => {
      const news = fromStruct(request.getNews());
      const oldInputs = fromStruct(request.getOldInputs());
      for (const name of request.getIgnorechangesList()) {
        if (oldInputs[name] !== undefined) news[name] = oldInputs[name];
      }
      return diffResponse(typeOf(request).diff({ olds: fromStruct(request.getOlds()), oldInputs, news }));
    }),
    create: answer(async (request: provider.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const made = await typeOf(request).create(inputs, contextOf(request), request.getPreview());
      return new provider.CreateResponse().setId(made.id).setProperties(toStruct(made.outputs));
    }),
    read: answer((request: provider.ReadRequest) =>
      new provider.ReadResponse()
        .setId(request.getId())
        .setProperties(request.getProperties())
        .setInputs(request.getInputs()),
    ),
    update: answer(async (request: provider.UpdateRequest) => {
      const outputs = await typeOf(request).update(
        {
          olds: fromStruct(request.getOlds()),
          news: fromStruct(request.getNews()),
          preview: request.getPreview(),
        },
        contextOf(request),
      );
      return new provider.UpdateResponse().setProperties(toStruct(outputs));
    }),
    delete: answer(async (request: provider.DeleteRequest) => {
      await typeOf(request).delete(fromStruct(request.getProperties()), contextOf(request));
      return new Empty();
    }),
    cancel: answer(() => {
      cancelled.abort();
      return new Empty();
    }),
  });

  const port = await listen(server);
  return {
    port,
    close: () => {
      cancelled.abort();
      log.close();
      server.forceShutdown();
    },
  };
}

/** Binds a gRPC server to a free loopback port. */
export function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** A gRPC handler from a function; what it throws becomes the error text that the engine shows. */
function answer<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return (call: { request: Request }, callback: grpc.sendUnaryData<Response>): void => {
    const run = async (): Promise<Response> => handle(call.request);
    run().then(
      (response) => callback(null, response),
      (error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        callback({ code: grpc.status.UNKNOWN, details });
      },
    );
  };
}

function diffResponse(diff: DiffAnswer): provider.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = provider.DiffResponse.DiffChanges;
  const { Kind } = provider.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;

  const response = new provider.DiffResponse()
    .setChanges(diff.changes.size > 0 ? DIFF_SOME : DIFF_NONE)
    .setReplacesList(heads(diff.replaces))
    .setDiffsList(heads([...diff.changes.keys()]))
    .setHasdetaileddiff(diff.detailed !== false);
  if (diff.detailed === false) return response;
  for (const [path, kind] of diff.changes) {
    const detail = new provider.PropertyDiff().setKind(kinds[kind][diff.replaces.includes(path) ? 1 : 0]);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

/** The top-level properties that the paths lie in. */
function heads(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.split(/[.[]/)[0] ?? path))];
}

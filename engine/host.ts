import { loadProgramHost, serveLanguage, type LanguageHost } from "./language";
import { serveProvider, type ServedProvider } from "./standins/serve";
import { standins, type StandinName } from "./standins/packages";

/** What the engine's process asks of its host process, and the answers. */
export type HostRequest =
  | {
      readonly kind: "begin";
      readonly env: NodeJS.ProcessEnv;
      readonly language: boolean;
      readonly standins: StandinName[];
    }
  | { readonly kind: "end" };
export type HostAnswer =
  | {
      readonly kind: "ready";
      readonly language?: number;
      readonly providers: Readonly<Record<string, number>>;
    }
  | { readonly kind: "ended" };

let language: LanguageHost | undefined;
let providers: ServedProvider[] = [];

/** Opens ports for one run of the CLI. Each run has its own, because a provider knows only one engine at a time. */
async function begin(request: Extract<HostRequest, { kind: "begin" }>): Promise<HostAnswer> {
  for (const name of Object.keys(process.env))
    if (!(name in request.env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, request.env);
  const ports: Record<string, number> = {};
  for (const name of request.standins) {
    const { version, types } = standins[name];
    const served = await serveProvider(version, types);
    providers.push(served);
    ports[name] = served.port;
  }
  if (!request.language) return { kind: "ready", providers: ports };
  language = await serveLanguage();
  return { kind: "ready", language: language.port, providers: ports };
}

/** Closes the ports. A program that is still running could disturb the next one, so this process ends with it. */
function end(): HostAnswer {
  const dirty = language?.dirty() ?? false;
  language?.close();
  providers.forEach((provider) => provider.close());
  language = undefined;
  providers = [];
  if (dirty) process.exit(0);
  return { kind: "ended" };
}

process.on("message", (request: HostRequest) => {
  const answer = request.kind === "begin" ? begin(request) : Promise.resolve(end());
  void answer.then((message) => {
    process.send?.(message);
    // If it cannot be loaded, the run that needs it says so.
    if (language !== undefined) setTimeout(() => void loadProgramHost().catch(() => undefined), 10);
  });
});
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole group: the CLI then cancels what runs here, in order.
process.on("SIGINT", () => undefined);

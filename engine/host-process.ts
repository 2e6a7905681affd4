import { fork, type ChildProcess } from "node:child_process";
import type { HostAnswer, HostRequest } from "./host";
import { hostBundle } from "./host-bundle";

/** What one run needs of a host process. */
export type HostNeeds = Omit<Extract<HostRequest, { kind: "begin" }>, "kind">;
export type HostPorts = Extract<HostAnswer, { kind: "ready" }>;

/**
 * A process for the program and the stand-in providers, apart from the caller's: a program that crashes, exits or
 * never ends takes down only this. It serves one run at a time and then the next, because its modules are loaded.
 */
export class HostProcess {
  private readonly child: ChildProcess;
  private ended: string | undefined;

  constructor(env: NodeJS.ProcessEnv) {
    this.child = fork(hostBundle(), {
      env,
      execArgv: ["--enable-source-maps"],
      stdio: ["ignore", 2, 2, "ipc"],
    });
    this.child.on("exit", (code, signal) => (this.ended = `exit code ${code ?? signal ?? "unknown"}`));
    this.child.on("error", (error) => (this.ended = error.message));
    // A caller that forgets to close the engine must still be able to end.
    this.child.unref();
    this.child.channel?.unref();
  }

  /** Why the process is gone, if it is. */
  get gone(): string | undefined {
    return this.ended;
  }

  /** Opens the ports for a run. */
  async begin(needs: HostNeeds): Promise<HostPorts> {
    const answer = await this.ask({ kind: "begin", ...needs });
    if (answer?.kind === "ready") return answer;
    throw new Error(
      `the engine's host process ended before it served anything: ${this.ended ?? "no answer"}`,
    );
  }

  /** Closes the ports; afterwards `gone` tells whether it can serve another run. */
  async end(): Promise<void> {
    if (this.ended === undefined) await this.ask({ kind: "end" });
  }

  /** Ends the process at once, in whatever it does. */
  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** Ends the process. */
  close(): void {
    if (this.child.connected) this.child.disconnect();
    else this.child.kill("SIGKILL");
  }

  private ask(request: HostRequest): Promise<HostAnswer | undefined> {
    return new Promise((resolve) => {
      const finish = (answer?: HostAnswer) => {
        clearTimeout(timer);
        this.child.channel?.unref();
        this.child.off("message", finish);
        this.child.off("exit", gone);
        resolve(answer);
      };
      const gone = () => finish();
      // A program stuck in a loop cannot answer.
      const timer = setTimeout(() => this.child.kill("SIGKILL"), 20_000);
      this.child.channel?.ref();
      this.child.on("message", finish);
      this.child.on("exit", gone);
      this.child.send(request, (error) => {
        if (error !== null) finish();
      });
    });
  }
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Project } from "./project";
import { startSshd, type Sshd } from "./sshd";

/** An sshd and a project, made anew for each test of a file. */
export class Stage {
  private made: { readonly sshd: Sshd; readonly project: Project } | undefined;

  constructor() {
    beforeEach(async () => {
      const [sshd, project] = await Promise.all([startSshd(), Project.create()]);
      this.made = { sshd, project };
    });
    afterEach(async () => {
      const { sshd, project } = this;
      this.made = undefined;
      await project.close();
      sshd.stop();
    });
  }

  get sshd(): Sshd {
    return this.now.sshd;
  }

  get project(): Project {
    return this.now.project;
  }

  /** A file that commands have written on the host; nothing if there is none. */
  read(file: string): string {
    const path = join(this.sshd.folder, file);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** What commands have noted there, a line each. */
  notes(): string[] {
    return this.read("notes").split("\n").filter(Boolean);
  }

  private get now() {
    if (this.made === undefined) throw new Error("the stage is there within a test only");
    return this.made;
  }
}

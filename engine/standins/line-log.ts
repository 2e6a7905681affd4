/** Cuts a stream into lines and hands each on; the last one also without its line end. */
export class LineLog {
  private rest = "";

  constructor(private readonly log: (line: string) => void) {}

  write(chunk: Buffer): void {
    const lines = (this.rest + chunk.toString("utf8")).split("\n");
    this.rest = lines.pop() ?? "";
    lines.forEach((line) => this.log(line.replace(/\r$/, "")));
  }

  end(): void {
    if (this.rest !== "") this.log(this.rest);
    this.rest = "";
  }
}

import { change } from "./change";
import { converge } from "./converge";
import { failover } from "./failover";
import { growth } from "./growth";
import { nat64 } from "./nat64";
import { verdictOf, type Report } from "./figures";

const help = `usage: npm run bench -- VERB [--quick] [--strict]

  converge   first up, one-file change, no-op and preview in the lab, against a shell script and Ansible (about 6 min)
  change     a rotation of the tunnel's keys, a one-line change and a look for drift in the lab, against shell scripts
             (about 4 min)
  failover   what traffic loses when one of two uplinks fails in five ways, and when it comes back (about 3 min)
  growth     preview time and state size by number of sites, segments, pinholes and machines; needs no lab (about 4 min)
  nat64      Tayga and Jool side by side in an emulated machine with Debian's own kernel; needs no lab (about 5 min)

  --quick    fewer runs; failover has one anyway
  --strict   exit code 1 if a target misses

Tables go to standard output, progress to standard error.
`;

type Verb = (quick: boolean, progress: (line: string) => void) => Promise<Report>;
const verbs: Readonly<Record<string, Verb | undefined>> = { change, converge, failover, growth, nat64 };

const started = performance.now();
const progress = (line: string): void => {
  process.stderr.write(
    `bench: ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${line}\n`,
  );
};

async function main([verb, ...options]: readonly string[]): Promise<number> {
  const quick = options.includes("--quick");
  const known = options.every((option) => option === "--quick" || option === "--strict");
  const work = verbs[verb ?? ""];
  if (!known || work === undefined) {
    process.stderr.write(help);
    return verb === "--help" || verb === "help" ? 0 : 2;
  }
  const { text, targets } = await work(quick, progress);
  process.stdout.write(text);
  const verdict = verdictOf(targets, options.includes("--strict"));
  progress(verdict.line);
  return verdict.code;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(1);
  },
);

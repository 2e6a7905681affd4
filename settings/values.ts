import { Address } from "../network/address";
import { Prefix } from "../network/prefix";
import type { PortRange } from "../network/pinhole";
import { mistaken, quote, valid, type Result } from "./result";

/** Reads one given value; `where` names it in a sentence. */
export type Parser<T> = (given: unknown, where: string) => Result<T>;

/** What a parser makes of a given value, or `fallback` if none is given. */
export const orElse =
  <T, F>(fallback: F, parser: Parser<T>): Parser<T | F> =>
  (given, where) =>
    given === undefined ? valid(fallback) : parser(given, where);

/** A whole number within bounds. Pulumi hands numbers over as text. */
export const integer =
  (least: number, most: number, todo: string): Parser<number> =>
  (given, where) => {
    const value = typeof given === "string" && /^-?\d+$/.test(given) ? Number(given) : given;
    return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? valid(value)
      : mistaken({ where, given: quote(given), allowed: `a whole number from ${least} to ${most}`, todo });
  };

/** One of a few words. */
export const oneOf =
  <const T extends string>(words: readonly T[], todo: string): Parser<T> =>
  (given, where) => {
    const word = words.find((candidate) => candidate === given);
    return word === undefined
      ? mistaken({ where, given: quote(given), allowed: words.join(" or "), todo })
      : valid(word);
  };

/** Yes or no. Pulumi hands it over as text. */
export const yesOrNo =
  (todo: string): Parser<boolean> =>
  (given, where) => {
    const value = given === "true" || (given === "false" ? false : given);
    return typeof value === "boolean"
      ? valid(value)
      : mistaken({ where, given: quote(given), allowed: "true or false", todo });
  };

/** Text of a form. */
export const matching =
  (form: RegExp, allowed: string, todo: string): Parser<string> =>
  (given, where) =>
    typeof given === "string" && form.test(given)
      ? valid(given)
      : mistaken({ where, given: quote(given), allowed, todo });

/** A prefix that further rules accept; `rule` answers what is wrong with it, or nothing. */
export const prefix =
  (
    allowed: string,
    todo: string,
    rule: (prefix: Prefix) => string | undefined = () => undefined,
  ): Parser<Prefix> =>
  (given, where) => {
    const parsed = typeof given === "string" ? Prefix.parse(given) : { problem: "not text" };
    const problem = parsed instanceof Prefix ? rule(parsed) : parsed.problem;
    return parsed instanceof Prefix && problem === undefined
      ? valid(parsed)
      : mistaken({ where, given: `${quote(given)}, which is ${problem ?? "wrong"}`, allowed, todo });
  };

/** An address that a further rule accepts. */
export const address =
  (allowed: string, todo: string, rule: (address: Address) => boolean): Parser<Address> =>
  (given, where) => {
    const parsed = typeof given === "string" ? Address.parse(given) : undefined;
    return parsed !== undefined && rule(parsed)
      ? valid(parsed)
      : mistaken({ where, given: quote(given), allowed, todo });
  };

/** A list, each of whose items one parser accepts. */
export const listOf =
  <T>(item: Parser<T>): Parser<readonly T[]> =>
  (given, where) => {
    if (!Array.isArray(given)) {
      return mistaken({
        where,
        given: quote(given),
        allowed: "a list",
        todo: "write it as a YAML list, or as JSON",
      });
    }
    const results = given.map((each, index) => item(each, `${where}[${index}]`));
    const problems = results.flatMap((result) => (result.ok ? [] : result.problems));
    return problems.length > 0
      ? { ok: false, problems }
      : valid(results.flatMap((result) => (result.ok ? [result.value] : [])));
  };

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What YAML takes for a number unless it is quoted; an octal one may have become another. */
export const inQuotes =
  <T>(parser: Parser<T>): Parser<T> =>
  (given, where) =>
    typeof given === "number"
      ? mistaken({ where, given: `${given}, a number`, allowed: "text", todo: "put it in quotes" })
      : parser(given, where);

/** A lower-case host name label (RFC 1123, section 2.1). */
export const hostLabel = inQuotes(
  matching(
    label,
    "a host name label in lower case: letters a-z, digits and inner hyphens, at most 63, no dots",
    "choose another name",
  ),
);

/** Whether a text is a lower-case domain name of one or more labels (RFC 1123, section 2.1). */
export const isDomainName = (text: string): boolean =>
  text.length <= 253 && text.split(".").every((part) => label.test(part));

/** A lower-case domain name of one or more labels, but for the one that machines ask by multicast (RFC 6762, section 3). */
export const domainName: Parser<string> = (given, where) =>
  typeof given === "string" && isDomainName(given) && !`.${given}`.endsWith(".local")
    ? valid(given)
    : mistaken({
        where,
        given: quote(given),
        allowed: "a lower-case domain name without a dot at its end, not local nor under it",
        todo: "use home.arpa, or a domain of your own",
      });

/** A network interface that this project does not make itself (net/core/dev.c: 15 bytes, no slash, no white space). */
export const interfaceName: Parser<string> = (given, where) =>
  typeof given === "string" &&
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(given) &&
  !/^(lo$|clat$|nat64$|vpn)/.test(given)
    ? valid(given)
    : mistaken({
        where,
        given: quote(given),
        allowed: "the name of an interface that exists on the host, not lo, clat, nat64 or vpn…",
        todo: "see `ip link` on the host",
      });

/** An address or a name to log in at. */
export const loginAddress: Parser<string> = (given, where) => {
  const text = typeof given === "string" ? given : "";
  // Digits and dots alone are an address with a mistake, never a name.
  const isName = !/^[0-9.]+$/.test(text) && isDomainName(text);
  return Address.parse(text) !== undefined || isName
    ? valid(text)
    : mistaken({
        where,
        given: quote(given),
        allowed: "an IPv4 or IPv6 address or a host name",
        todo: "write it without brackets and without a port",
      });
};

const hostKeyTypes = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
];

/** The length-prefixed strings that an SSH key's blob is made of (RFC 4253, section 6.6); nothing if it was cut off. */
function fieldsOfBlob(blob: string): Buffer[] | undefined {
  const bytes = Buffer.from(blob, "base64");
  if (bytes.toString("base64") !== blob) return undefined;
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 > bytes.length ? Infinity : at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** An OpenSSH public key, `type base64`; a comment after it is dropped. */
export const hostKey: Parser<string> = (given, where) => {
  const [type = "", blob = ""] = typeof given === "string" ? given.trim().split(/\s+/) : [];
  // The blob repeats the type.
  const [inner, ...key] = fieldsOfBlob(blob) ?? [];
  return hostKeyTypes.includes(type) && inner?.toString("latin1") === type && key.length > 0
    ? valid(`${type} ${blob}`)
    : mistaken({
        where,
        given: quote(given),
        allowed: "one whole line `ssh-ed25519 AAAA…`",
        todo: "take it from the host's console: cat /etc/ssh/ssh_host_ed25519_key.pub",
      });
};

/** One port, `22`, or a range, `8000-8010`. */
export const portRange: Parser<PortRange> = (given, where) => {
  const text = typeof given === "number" ? String(given) : given;
  const parts = typeof text === "string" ? /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) : undefined;
  const first = Number(parts?.[1] ?? NaN);
  const last = Number(parts?.[2] ?? first);
  return first >= 1 && first <= last && last <= 65535
    ? valid({ first, last })
    : mistaken({
        where,
        given: quote(given),
        allowed: "a port from 1 to 65535, or a range such as 8000-8010",
        todo: "name the port of the service; another port is another pinhole",
      });
};

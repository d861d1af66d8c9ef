// How numbers, times and texts are spelled: the rules of `errwidgets/columns/spelling.py`.

const PER_SECOND: Record<string, bigint> = { s: 1n, ms: 1000n, us: 1_000_000n, ns: 1_000_000_000n };
const DAY = 86_400n;
// The seconds of the years 1 to 9999, which every reader of dates knows.
const FIRST_SECOND = -62_135_596_800n;
const LAST_SECOND = 253_402_300_800n;
const PLAIN = /^[a-zA-Z0-9 !$%()*+,\-./:;<=>?[\]^_{}]$/;

/** The shortest digits that read as the number. */
export function spellNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return value.toExponential();
  return String(value === 0 ? 0 : value);
}

/** The words for a limit as the wire spells it. */
export function spoken(text: string, unit: string): string {
  if (unit.startsWith("time")) return moment(BigInt(text), unit) ?? grouped(text);
  return unit.startsWith("duration") ? lapse(BigInt(text), unit) : grouped(text);
}

function grouped(text: string): string {
  const sign = text.startsWith("-") ? "−" : "";
  const [, whole = "", rest = ""] = /^-?(\d*)(.*)$/.exec(text) ?? [];
  // A number with an exponent has one digit before the point.
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + rest;
}

/** A point in time in ISO's form; null outside of the years 1 to 9999. */
export function moment(value: bigint, unit: string, query = false): string | null {
  const per_second = perSecond(unit);
  const [seconds, fraction] = divmod(value, per_second);
  if (seconds < FIRST_SECOND || seconds >= LAST_SECOND) return null;
  const [day, rest] = divmod(seconds, DAY);
  const date = new Date(Number(day) * 86_400_000).toISOString().slice(0, 10);
  const zoned = unit.includes("UTC");
  const bare = rest === 0n && fraction === 0n && !(query && zoned);
  const text = bare ? date : `${date} ${clock(rest, fraction, per_second)}`;
  return zoned ? text + (query ? "+00:00" : " UTC") : text;
}

function lapse(value: bigint, unit: string): string {
  const per_second = perSecond(unit);
  const [seconds, fraction] = divmod(value < 0n ? -value : value, per_second);
  const [days, rest] = divmod(seconds, DAY);
  const parts = days ? [`${grouped(String(days))} day${days === 1n ? "" : "s"}`] : [];
  if (rest || fraction || !days) parts.push(clock(rest, fraction, per_second));
  return (value < 0n ? "−" : "") + parts.join(" ");
}

function perSecond(unit: string): bigint {
  return PER_SECOND[/\[(\w+)/.exec(unit)?.[1] ?? ""] ?? 1n;
}

/** Division that rounds down, as Python's. */
function divmod(value: bigint, by: bigint): [bigint, bigint] {
  const rest = ((value % by) + by) % by;
  return [(value - rest) / by, rest];
}

function clock(seconds: bigint, fraction: bigint, per_second: bigint): string {
  const two = (n: bigint) => String(n).padStart(2, "0");
  const text = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  const digits = fraction
    ? String(per_second + fraction)
        .slice(1)
        .replace(/0+$/, "")
    : "";
  return digits ? `${text}.${digits}` : text;
}

/** A text as a string literal that pandas' query reads. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const other = quote === '"' ? "'" : '"';
  const spelled = Array.from(text, (c) => (PLAIN.test(c) || c === other ? c : escaped(c)));
  return quote + spelled.join("") + quote;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** A text without regard to case, the same in both languages: letter by letter. */
export function fold(text: string): string {
  return Array.from(text, (c) =>
    Array.from(c.toUpperCase(), (upper) => upper.toLowerCase()).join(""),
  ).join("");
}

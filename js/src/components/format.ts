// Numbers and names as text: the same everywhere.

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const NO_BREAK_SPACE = "\u00a0";

export function count(value: number): string {
  return WHOLE.format(value);
}

/** "47 %"; "<1 %" and ">99 %" where rounding would claim none or all. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const value = share * 100;
  let text = value.toFixed(0);
  if (value > 0 && value < 0.5) text = "<1";
  if (value < 100 && value >= 99.5) text = ">99";
  return `${text}${NO_BREAK_SPACE}%`;
}

/** "44–51 %". */
export function percentRange(low: number, high: number): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
  return `${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)}${NO_BREAK_SPACE}%`;
}

/** "0.83"; "<0.01" and ">0.99" where rounding would claim none or all. */
export function decimal(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return "–";
  const least = 10 ** -digits;
  if (value > 0 && value < least / 2) return `<${least.toFixed(digits)}`;
  if (value < 1 && value >= 1 - least / 2) return `>${(1 - least).toFixed(digits)}`;
  return value < 0 ? `−${(-value).toFixed(digits)}` : value.toFixed(digits);
}

/** "0.81–0.85"; nothing where there is no interval. */
export function decimalRange(low: number, high: number, digits = 2): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
  return `${low.toFixed(digits)}–${high.toFixed(digits)}`;
}

/** "+0.62", "−0.41", "±0": with as many digits as tell numbers of this size apart. */
export function signed(value: number, size: number): string {
  const text = sized(Math.abs(value), size);
  if (!value) return "±0";
  return `${value < 0 ? "−" : "+"}${text}`;
}

/** A number with as many digits as tell numbers of a size apart. */
export function sized(value: number, size: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(size || 1) + 0.5)));
  const text = Math.abs(value).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return value < 0 ? `−${text}` : text;
}

/** A difference of shares in whole points: "+6", "−3", "±0". */
export function points(difference: number): string {
  const value = Math.round(difference * 100);
  if (value === 0) return "±0";
  return value > 0 ? `+${value}` : `−${-value}`;
}

/** "1 row", "1,234 rows". */
export function rows(value: number): string {
  return `${count(value)} ${value === 1 ? "row" : "rows"}`;
}

/** Cut a name in its middle: beginnings and ends tell names apart. */
export function cutMiddle(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  const tail = length - 1 - head;
  return `${characters.slice(0, head).join("")}…${tail ? characters.slice(-tail).join("") : ""}`;
}

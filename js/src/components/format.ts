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

/** Cut a name in its middle: beginnings and ends tell names apart. */
export function cutMiddle(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  const tail = length - 1 - head;
  return `${characters.slice(0, head).join("")}…${tail ? characters.slice(-tail).join("") : ""}`;
}

/** A count or a rate as people read it: `7`, `274`, `7.7 k`, `155 k`, `1.2 M`. */
export function short(amount: number): string {
  const thousands = amount / 1e3;
  if (Math.round(thousands) >= 1000) return `${(amount / 1e6).toFixed(1)} M`;
  if (Math.round(thousands * 10) >= 1000) return `${thousands.toFixed(0)} k`;
  if (Math.round(amount) >= 1000) return `${thousands.toFixed(1)} k`;
  return amount < 100 ? `${Math.round(amount * 10) / 10}` : amount.toFixed(0);
}

/** `8 s`, `2 min 10 s`, `1 h 5 min`; a part of a second, or of a minute where there are hours, counts as a whole one. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.ceil(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** An amount with its unit: `155 k tokens`, `6.5 MB`. */
export function withUnit(amount: number, unit: string): string {
  if (unit !== "bytes") return `${short(amount)} ${unit}`;
  const [count, prefix = ""] = short(amount).split(" ");
  return `${count} ${prefix}B`;
}

/** A name in camelCase as words: `next sentence accuracy`. */
export const inWords = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

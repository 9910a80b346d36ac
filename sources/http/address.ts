import { show } from "../../schemas/options.js";

/** @throws TypeError unless it is a URL of one of these protocols */
export function checkAddress(who: string, url: string, protocols: readonly string[]): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (!protocols.includes(protocol))
    throw new TypeError(`${who}: url must be an address with ${protocols.join(" or ")}, got ${show(url)}`);
}

/** A URL without what may be secret in it. */
export function nameOfAddress(url: string): string {
  const { host, pathname, protocol } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Stands where there is no number. */
export const NONE = "–";

/** So many digits behind the point, and a true minus sign, which is none before zeros. */
export const decimal = (value: number, digits: number): string => {
  const written = value.toFixed(digits);
  return /[1-9]/.test(written) ? written.replace("-", "−") : written.replace("-", "");
};

/** `1.2 MB`, which no line end parts. */
export const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)}\u00a0kB` : `${(bytes / 1e6).toFixed(1)}\u00a0MB`;

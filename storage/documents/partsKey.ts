/** The key in the table's metadata that lists which columns the source was asked for. */
export const partsKey = "parts";

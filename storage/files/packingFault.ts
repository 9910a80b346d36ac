/** A fault of packed bytes, as against one of reading them. */
export class PackingFault extends Error {}

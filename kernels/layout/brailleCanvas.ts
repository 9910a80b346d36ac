const BLANK = 0x2800;
/** Bits of the dots of a Braille character, by row and column. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** A drawing made of characters: each Braille character has 2 x 4 dots. Places are given in 0 .. 1 from the upper left corner. */
export class BrailleCanvas {
  readonly #cells: number[][];

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    this.#cells = Array.from({ length: rows }, () => new Array<number>(columns).fill(BLANK));
  }

  line(fromX: number, fromY: number, toX: number, toY: number): void {
    const steps = 2 * this.columns + 4 * this.rows;
    for (let step = 0; step <= steps; step++) {
      const share = step / steps;
      this.#dot(fromX + share * (toX - fromX), fromY + share * (toY - fromY));
    }
  }

  /** Puts a character over what is drawn. */
  put(x: number, y: number, character: string): void {
    const column = Math.round(x * (this.columns - 1));
    const row = Math.round(y * (this.rows - 1));
    this.#cells[row]![column] = character.codePointAt(0)!;
  }

  /** Lines of text, from the top; what is blank is spaces. */
  lines(): string[] {
    return this.#cells.map((row) => String.fromCodePoint(...row).replaceAll(String.fromCodePoint(BLANK), " "));
  }

  #dot(x: number, y: number): void {
    const column = Math.round(x * (2 * this.columns - 1));
    const row = Math.round(y * (4 * this.rows - 1));
    const cells = this.#cells[row >> 2]!;
    const cell = cells[column >> 1]!;
    if (cell >= BLANK && cell < BLANK + 256) cells[column >> 1] = cell | DOTS[row & 3]![column & 1]!;
  }
}

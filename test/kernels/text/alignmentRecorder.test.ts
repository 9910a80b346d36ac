import { describe, expect, it } from "vitest";
import { AlignmentRecorder, unitsIn } from "#kernels";

const points = (recorder: AlignmentRecorder) => {
  const { at, shift } = recorder.alignment;
  return Array.from(at, (position, i) => [position, shift[i]]);
};

describe("AlignmentRecorder", () => {
  it("shifts what follows a shorter replacement forward", () => {
    const recorder = new AlignmentRecorder();
    recorder.wrote(Buffer.from("café"), 3, 5, 2); // e and a mark, two units, became one
    expect(points(recorder)).toEqual([[5, 1]]);
  });

  it("stops at the end of the original inside a longer replacement", () => {
    const recorder = new AlignmentRecorder();
    recorder.wrote(Buffer.from("affi"), 1, 4, 1); // one unit: f at 1, f and i both at 2, what follows at 2
    expect(points(recorder)).toEqual([
      [3, -1],
      [4, -2],
    ]);
  });

  it("says nothing where lengths are equal", () => {
    const recorder = new AlignmentRecorder();
    recorder.wrote(Buffer.from("e"), 0, 1, 1);
    expect(points(recorder)).toEqual([]);
  });

  it("forgets what is taken back", () => {
    const recorder = new AlignmentRecorder();
    const text = Buffer.from("éffi");
    recorder.wrote(text, 0, 2, 2);
    recorder.wrote(text, 2, 5, 1);
    recorder.tookBack(text, 2, 5, 1);
    expect(points(recorder)).toEqual([[2, 1]]);
    recorder.startPiece();
    expect(points(recorder)).toEqual([[0, 1]]);
  });

  it("repeats the shift at the start of a piece, but not in a new document", () => {
    const recorder = new AlignmentRecorder();
    recorder.wrote(Buffer.from("é"), 0, 2, 2);
    recorder.startDocument();
    recorder.startPiece();
    expect(points(recorder)).toEqual([]);
  });
});

describe("unitsIn", () => {
  it("counts as strings do", () => {
    for (const text of ["", "aé中𠮷👩🏽", "e\u0301"]) expect(unitsIn(Buffer.from(text))).toBe(text.length);
  });
});

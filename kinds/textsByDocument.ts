interface TextsOfDocuments {
  /** Which document each text belongs to, ascending. */
  readonly documents: readonly Int32Array[];
  readonly texts: readonly (readonly string[])[];
}

/** The texts of batches in a list for each document, from number 0 to the last that has one. */
export function textsByDocument({ documents, texts }: TextsOfDocuments): string[][] {
  const lists: string[][] = [];
  documents.forEach((numbers, batch) => {
    numbers.forEach((document, row) => {
      while (lists.length <= document) lists.push([]);
      lists[document]!.push(texts[batch]![row]!);
    });
  });
  return lists;
}

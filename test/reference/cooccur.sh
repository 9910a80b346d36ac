#!/usr/bin/env bash
# Prints test/reference/cooccur.json: cells of Stanford's cooccur (github stanfordnlp/GloVe), every 4,999th of them.
# With an empty overflow file, cooccur counts the first cell twice (merge_files reads a record that is not there): -max-product
# keeps its dense array so small that the file is not empty.
# usage: GLOVE_BIN=path/to/GloVe/build bash test/reference/cooccur.sh > test/reference/cooccur.json
set -euo pipefail
work=$(mktemp -d); trap 'rm -r "$work"' EXIT
input=data/sample-english-two-novels.txt
head -c 150000 "$input" | tr 'A-Z' 'a-z' | tr -cs 'a-z\n' ' ' > "$work/text"
"$GLOVE_BIN/vocab_count" -min-count 5 -verbose 0 < "$work/text" > "$work/vocab" 2> "$work/log"
tables=()
for symmetric in 1 0; do
  "$GLOVE_BIN/cooccur" -vocab-file "$work/vocab" -window-size 10 -symmetric $symmetric -verbose 0 -memory 1 \
    -max-product 10000 -overflow-file "$work/overflow" < "$work/text" > "$work/cells" 2>> "$work/log"
  tables+=("$(node - "$work" $symmetric <<'JS'
const { readFileSync } = require("node:fs");
const [work, symmetric] = process.argv.slice(2);
const terms = readFileSync(`${work}/vocab`, "utf8").trim().split("\n").map((line) => line.split(" ")[0]);
const bytes = readFileSync(`${work}/cells`);
const cells = [];
let total = 0;
for (let at = 0; at < bytes.length; at += 16) {
  const weight = bytes.readDoubleLE(at + 8);
  total += weight;
  if ((at / 16) % 4999 === 0) cells.push([terms[bytes.readInt32LE(at) - 1], terms[bytes.readInt32LE(at + 4) - 1], weight]);
}
console.log(`    {
      "symmetric": ${symmetric === "1"},
      "cells": ${bytes.length / 16},
      "total": ${total},
      "every4999th": [
${cells.map((cell) => `        ${JSON.stringify(cell).replaceAll(",", ", ")}`).join(",\n")}
      ]
    }`);
JS
)")
done
cat <<JSON
{
  "made": "test/reference/cooccur.sh, Stanford GloVe commit ${GLOVE_COMMIT:-unknown}",
  "input": "$input, SHA-256 $(sha256sum "$input" | cut -d' ' -f1)",
  "windowSize": 10,
  "tables": [
${tables[0]},
${tables[1]}
  ]
}
JSON

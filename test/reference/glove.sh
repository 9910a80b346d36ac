#!/usr/bin/env bash
# Prints test/reference/glove.json: the loss curves of Stanford's glove (github stanfordnlp/GloVe), one per seed.
# usage: GLOVE_BIN=path/to/GloVe/build bash test/reference/glove.sh > test/reference/glove.json
set -euo pipefail
work=$(mktemp -d); trap 'rm -r "$work"' EXIT
input=data/sample-english-two-novels.txt
head -c 150000 "$input" | tr 'A-Z' 'a-z' | tr -cs 'a-z\n' ' ' > "$work/text"
"$GLOVE_BIN/vocab_count" -min-count 5 -verbose 0 < "$work/text" > "$work/vocab" 2> "$work/log"
"$GLOVE_BIN/cooccur" -vocab-file "$work/vocab" -window-size 5 -verbose 0 -memory 1 -overflow-file "$work/overflow" \
  < "$work/text" > "$work/cells" 2>> "$work/log"
curves=()
for seed in 1 2 3; do
  "$GLOVE_BIN/shuffle" -seed $seed -verbose 0 -memory 1 -temp-file "$work/shuffle" < "$work/cells" > "$work/shuffled" 2>> "$work/log"
  curves+=("[$("$GLOVE_BIN/glove" -input-file "$work/shuffled" -vocab-file "$work/vocab" -save-file "$work/vectors" -threads 1 \
    -iter 10 -vector-size 10 -x-max 10 -seed $seed -verbose 2 2>&1 | grep -oP 'cost: \K.*' | paste -sd,)]")
done
cat <<JSON
{
  "made": "test/reference/glove.sh, Stanford GloVe commit ${GLOVE_COMMIT:-unknown}",
  "input": "$input, SHA-256 $(sha256sum "$input" | cut -d' ' -f1)",
  "terms": $(wc -l < "$work/vocab"),
  "cells": $(($(stat -c %s "$work/cells") / 16)),
  "meanLossPerEpoch": [
    $(IFS=$'\n'; echo "${curves[*]}" | paste -sd, | sed 's/\],/],\n    /g')
  ]
}
JSON

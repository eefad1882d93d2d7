#!/usr/bin/env bash
# Makes the checkpoint that ships with the package again, in DIR/5, in some two hours on two cores.
# A step whose folder is finished is not repeated; an interrupted one goes on where it was.
#
#     bash benchmarks/shipped_checkpoint.sh DIR
set -euo pipefail
folder=${1:?name a folder for the five steps}
export JBERT_THREADS=1

step() {
    local number=$1 command=$2
    shift 2
    if [ -e "$folder/$number.done" ]; then return; fi
    if [ -e "$folder/$number/training" ]; then set -- "$@" --resume; fi
    $command "$@" --out "$folder/$number"
    touch "$folder/$number.done"
}

one="jbert pretrain"
two="torchrun --nproc-per-node 2 -m jbert_lessons.pretraining"
mkdir -p "$folder"
# All facts, in pairs of 32 tokens, the last tenth of the steps in pairs of 128; then 128 for longer.
step 1 "$one" --facts all --float16
step 2 "$one" --facts all --start-from "$folder/1" --steps 8000 --learning-rate 1e-3 --float16
# More of the same, in new words.
step 3 "$one" --facts all --start-from "$folder/2" --steps 20000 --batch-size 64 --max-length 32 \
    --learning-rate 2e-3 --seed 1
# And comments of customers, from which it learns which words praise.
step 4 "$two" --facts everything --start-from "$folder/3" --steps 17000 --batch-size 128 --max-length 32 \
    --learning-rate 2e-3 --seed 2
# Back to long texts.
step 5 "$two" --facts everything --start-from "$folder/4" --steps 3000 --batch-size 16 --max-length 128 \
    --learning-rate 1e-3 --seed 3 --float16

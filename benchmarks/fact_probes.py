"""What a model knows: the share of Minipedia's facts whose answer it puts first.

Each probe is a sentence alone, so that nothing in it gives the answer away. An answer of several
pieces counts only if the model puts each of them first, all masked together.

    python benchmarks/fact_probes.py [MODEL]        the folder of a checkpoint, or the shipped one
"""

import sys
from collections import Counter

import torch

from jbert_lessons.checkpoints import load_model, load_pretrained
from jbert_lessons.corpora.minipedia.probes import fact_probes


@torch.no_grad()
def is_known(model, tokenizer, probe) -> bool:
    """Tell whether the model's first choice at every piece of the answer is the right one."""
    text = probe.prefix + probe.answer + probe.suffix
    encoding = tokenizer.encode(text)
    first, last = len(probe.prefix), len(probe.prefix) + len(probe.answer)
    ids = torch.tensor([encoding.ids])
    masked = torch.tensor([[start < last and end > first for start, end in encoding.offsets]])
    logits = model(ids.masked_fill(masked, tokenizer.mask_id), positions=masked).mlm_logits
    return bool((logits.argmax(-1) == ids[masked]).all())


def main() -> None:
    model, tokenizer = load_model(sys.argv[1]) if len(sys.argv) > 1 else load_pretrained()
    for subset in ("core", "all"):
        for new_templates in (False, True):
            known, asked = Counter(), Counter()
            for probe in fact_probes(subset=subset, new_templates=new_templates):
                asked[probe.fact.relation] += 1
                known[probe.fact.relation] += is_known(model, tokenizer, probe)
            kind = "templates never trained on" if new_templates else "templates of the training"
            share = known.total() / asked.total()
            print(f"{subset} facts, {kind}: {known.total()} of {asked.total()} ({share:.2f})")
            if subset == "core":
                print("  " + ", ".join(f"{name} {known[name]}/{n}" for name, n in asked.most_common()))


if __name__ == "__main__":
    main()

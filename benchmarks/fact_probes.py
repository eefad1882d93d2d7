"""What a model knows: the share of Minipedia's facts whose answer it prefers to all rivals.

Each probe is a sentence alone, so that nothing in it gives the answer away; the rivals are the answers
that the same question has for other subjects.

    python benchmarks/fact_probes.py [MODEL]        the folder of a checkpoint, or the shipped one
"""

import sys
from collections import Counter

from jbert_lessons.checkpoints import load_model, load_pretrained
from jbert_lessons.corpora.minipedia.probes import fact_probes
from jbert_lessons.devices import set_threads
from jbert_lessons.filling import answer_rank


def main() -> None:
    set_threads()
    model, tokenizer = load_model(sys.argv[1]) if len(sys.argv) > 1 else load_pretrained()
    for subset in ("core", "all"):
        for new_templates in (False, True):
            known, asked = Counter(), Counter()
            by_guessing = 0.0
            for probe in fact_probes(subset=subset, new_templates=new_templates):
                asked[probe.fact.relation] += 1
                known[probe.fact.relation] += answer_rank(model, tokenizer, probe) == 1
                by_guessing += 1 / (1 + len(probe.rivals))
            kind = "templates never trained on" if new_templates else "templates of the training"
            total = asked.total()
            print(
                f"{subset} facts, {kind}: {known.total()} of {total} at rank 1 "
                f"({known.total() / total:.3f}; guessing {by_guessing / total:.3f})"
            )
            print("  " + ", ".join(f"{name} {known[name]}/{n}" for name, n in asked.most_common()))


if __name__ == "__main__":
    main()

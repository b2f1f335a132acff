"""Makes tiny models as a hub serves them: real files, random or settled weights, a few thousand bytes each."""
# ruff: noqa: PLC0415 - PyTorch is not part of the default install, so it is imported where it is asked for

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

WORDS = "third day without my parcel and nobody answers thank you so much ok this is fine"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")  # in RoBERTa's order, whose table of positions counts from the pad
LETTERS = [mark + chr(code) for code in range(ord("a"), ord("z") + 1) for mark in ("", "##")]
PIECES = [*SPECIAL, *dict.fromkeys(WORDS.split()), *LETTERS]
FAMILIES = ("bert", "roberta")


def tiny(
    folder: Path,
    labels: Sequence[str] = ("negative", "neutral", "positive"),
    *,
    chances: Sequence[float] = (),
    family: str = "bert",
    positions: int = 66,
    problem_type: str | None = None,
    seed: int = 1,
    **tokenizer: Any,
) -> Path:
    """Write a model with these labels into `folder`; with `chances` it says those of every text."""
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification

    torch.manual_seed(seed)
    words(**tokenizer).save_pretrained(str(folder))
    config = AutoConfig.for_model(
        family,
        vocab_size=200,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=positions,
        pad_token_id=SPECIAL.index("<pad>"),
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        problem_type=problem_type,
    )
    model: Any = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        last = model.classifier if family == "bert" else model.classifier.out_proj
        last.weight.mul_(0 if chances else 20)  # random ones are all but even
        if chances:
            odds = [math.log(p / (1 - p)) if problem_type else math.log(p) for p in chances]
            last.bias.copy_(torch.tensor(odds))
    model.save_pretrained(str(folder))
    return folder


def words(**limits: Any) -> Any:
    """Make a tokenizer of a few words, their letters, and bytes for what is left."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.WordPiece({piece: n for n, piece in enumerate(PIECES)}, unk_token="<unk>"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [(piece, PIECES.index(piece)) for piece in ("<s>", "</s>")]
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=made, cls_token="<s>", pad_token="<pad>", sep_token="</s>", unk_token="<unk>", **limits
    )

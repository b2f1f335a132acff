"""Training: one encoder, all heads, in stages; seeded, and resumable after every checkpoint."""

import argparse
import logging
import random
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel, PreTrainedTokenizerFast

from domain.clock import monotonic
from moderation.training import base
from moderation.training.data import EXCLUSIVE, HEADS, Example, Split, draw, read_all
from moderation.training.recipe import LAST, LINES, SHARES, Stage
from moderation.training.vary import varied

log = logging.getLogger(__name__)

BATCH = 32
SMOOTHING = 0.05
LAYERS = 8  # of the base's twelve, the lowest: a third less to compute; the highest serve its own task, not ours
FROZEN_LAYERS = 2  # bottom layers carry what languages share, and cost a backward pass
LOST_TOKENS = 0.08  # share of tokens hidden in training; far cheaper than dropout in each layer
UNKNOWN = 3  # id of <unk>, what a hidden token becomes
THREADS = 2
HEAD_WEIGHTS = {"sentiment": 1.0, "abuse": 1.0, "kind": 0.7, "person": 1.0, "distress": 1.0, "why": 4.0}
LOG_EVERY = 50  # steps
SAVE_EVERY = 100  # steps


class Model(nn.Module):
    """The encoder with mean pooling, and a linear layer for each head."""

    def __init__(self, encoder: BertModel, dropout: float = 0.1) -> None:
        """Put fresh heads on `encoder`."""
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({name: nn.Linear(encoder.config.hidden_size, len(ls)) for name, ls in HEADS.items()})

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        """Give the logits of every head."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = self.dropout((hidden * mask).sum(1) / mask.sum(1))
        return {name: head(pooled) for name, head in self.heads.items()}


def load_tokenizer(path: Path) -> PreTrainedTokenizerFast:
    """Read the upstream tokenizer with the names of its special pieces."""
    specials = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_file=str(path), **specials)


def plan(stage: Stage, split: Split, *, seed: int) -> list[list[Example]]:
    """Draw the posts of a stage and put them into batches of like length, in an order the seed fixes."""
    rng = random.Random(seed)  # noqa: S311 - shuffling, not secrecy
    drawn: list[Example] = []
    for name, count in stage.counts.items():
        posts = draw(split.train[name], count, stage.shares.get(name, SHARES.get(name, {})), seed=seed)
        drawn += [varied(post, rng) for post in posts] if stage.varied and name.startswith("own") else posts
    rng.shuffle(drawn)
    batches: list[list[Example]] = []
    window = BATCH * 64
    for start in range(0, len(drawn), window):
        near = sorted(drawn[start : start + window], key=lambda example: len(example.text.encode()))
        parts = [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
        rng.shuffle(parts)
        batches += parts
    return batches


def loss_of(logits: Mapping[str, Tensor], examples: Sequence[Example]) -> Tensor:
    """Sum the losses of the heads; each is a mean over the examples that have a target for it, by their weight."""
    weights = torch.tensor([example.weight for example in examples])
    total = torch.zeros(())
    for head, labels in HEADS.items():
        if head in EXCLUSIVE:
            known = [at for at, example in enumerate(examples) if head in example.classes]
        else:
            known = [at for at, example in enumerate(examples) if head in example.flags]
        if not known:
            continue
        outputs = logits[head][known].float()
        if head in EXCLUSIVE:
            target = torch.tensor([labels.index(examples[at].classes[head]) for at in known])
            each = nn.functional.cross_entropy(outputs, target, reduction="none", label_smoothing=SMOOTHING)
        else:
            wanted = torch.tensor([examples[at].flags[head] for at in known])
            soft = wanted * (1 - SMOOTHING) + SMOOTHING / 2
            each = nn.functional.binary_cross_entropy_with_logits(outputs, soft, reduction="none").mean(1)
        # Divided by the whole batch, so that two stray targets do not steer a step.
        total = total + HEAD_WEIGHTS[head] * (each * weights[known]).sum() / len(examples)
    return total


def shallow(encoder: BertModel) -> BertModel:
    """Keep only the lowest `LAYERS` layers of an encoder."""
    encoder.encoder.layer = encoder.encoder.layer[:LAYERS]
    encoder.config.num_hidden_layers = LAYERS
    return encoder


def build(packed: Path) -> Model:
    """Make the untrained model, with the embeddings and the bottom layers frozen."""
    encoder = shallow(base.encoder(base.open_packed(packed), attention="eager"))
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    model = Model(encoder)
    for parameter in model.encoder.embeddings.word_embeddings.parameters():
        parameter.requires_grad = False
    for layer in model.encoder.encoder.layer[:FROZEN_LAYERS]:
        for parameter in layer.parameters():
            parameter.requires_grad = False
    return model


def optimiser(model: Model, rate: float) -> torch.optim.AdamW:
    """Give the heads four times the encoder's rate: they start from nothing."""
    encoder = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [{"params": encoder, "lr": rate, "scale": 1.0}, {"params": model.heads.parameters(), "scale": 4.0}]
    return torch.optim.AdamW(groups, lr=rate, weight_decay=0.01, fused=True)


def rate_at(step: int, steps: int, stage: Stage) -> float:
    """Warm up over the first twentieth, then fall in a straight line to `stage.final`."""
    warm = max(1, steps // 20)
    if step < warm:
        return stage.rate * (step + 1) / warm
    return stage.rate * (1 - (1 - stage.final) * (step - warm) / max(1, steps - warm))


def trainable(model: Model) -> dict[str, Tensor]:
    """Everything that a checkpoint must hold: all but the frozen embeddings."""
    return {name: value for name, value in model.state_dict().items() if "word_embeddings" not in name}


def train(
    model: Model,
    tokenizer: PreTrainedTokenizerFast,
    stage: Stage,
    batches: list[list[Example]],
    *,
    seed: int,
    out: Path,
) -> None:
    """Run one stage once, from its checkpoint `out` where there is one; only `model` keeps the result."""
    optimizer = optimiser(model, stage.rate)
    first, mean = 0, {}
    if out.exists():
        saved = torch.load(out)
        model.load_state_dict(saved["model"], strict=False)
        optimizer.load_state_dict(saved["optimizer"])
        first, mean = saved["step"], saved["mean"]
    torch.manual_seed(seed + first)
    model.train()
    began, posts, running = monotonic(), 0, 0.0
    for step in range(first, len(batches)):
        inputs = tokenized(tokenizer, batches[step], longest=stage.longest)
        running += learn(model, optimizer, inputs, batches[step], rate_at(step, len(batches), stage))
        posts += len(batches[step])
        if stage.average and step >= len(batches) // 2:
            blend(mean, trainable(model), stage.average)
        if (step + 1) % LOG_EVERY == 0:
            speed = posts / (monotonic() - began)
            log.info("%s %d/%d loss %.4f %.1f posts/s", stage.name, step + 1, len(batches), running / LOG_EVERY, speed)
            running = 0.0
        if (step + 1) % SAVE_EVERY == 0:
            state = {"model": trainable(model), "optimizer": optimizer.state_dict(), "step": step + 1, "mean": mean}
            torch.save(state, out)
    if mean:
        model.load_state_dict(mean, strict=False)


def run(model: Model, tokenizer: PreTrainedTokenizerFast, stage: Stage, split: Split, *, seed: int, out: Path) -> None:
    """Run one stage as often as it asks, each time from the weights `model` has, and leave their mean in both.

    `out` keeps `<stage>.<run>.pt` of every run and `<stage>.pt` of the stage; what is there is not run again.
    """
    start = {name: value.clone() for name, value in trainable(model).items()}
    mean: dict[str, Tensor] = {}
    for nth in range(stage.runs):
        done, resume = out / f"{stage.name}.{nth}.pt", out / f"{stage.name}.{nth}.resume.pt"
        if not done.exists():
            model.load_state_dict(start, strict=False)
            train(model, tokenizer, stage, plan(stage, split, seed=seed + nth), seed=seed + nth, out=resume)
            torch.save(trainable(model), done)
            resume.unlink(missing_ok=True)
        blend(mean, torch.load(done), nth / (nth + 1))
    blend(mean, start, 1 - stage.kept)
    torch.save(mean, out / f"{stage.name}.pt")


def follow(
    model: Model,
    tokenizer: PreTrainedTokenizerFast,
    stages: Sequence[Stage],
    split: Split,
    *,
    seed: int,
    out: Path,
) -> None:
    """Run stages in order, each from the end of the one before, and leave the last one's weights in `model`."""
    out.mkdir(parents=True, exist_ok=True)
    for stage in stages:
        done = out / f"{stage.name}.pt"
        if not done.exists():
            run(model, tokenizer, stage, split, seed=seed, out=out)
        model.load_state_dict(torch.load(done), strict=False)


@cache
def half_is_fast() -> bool:
    """Tell whether this processor multiplies bfloat16 natively; without that it is many times slower than float32."""
    return bool(torch.cpu._is_amx_tile_supported())  # noqa: SLF001 - torch has no public way to ask


def tokenized(tokenizer: PreTrainedTokenizerFast, examples: Sequence[Example], *, longest: int) -> Mapping[str, Tensor]:
    """Give the ids of examples, cut at `longest` tokens and padded to the longest of them, and where there are any."""
    texts = [example.text for example in examples]
    inputs: Mapping[str, Tensor] = tokenizer(
        texts, truncation=True, max_length=longest, padding=True, return_tensors="pt"
    )
    return inputs


def learn(
    model: Model,
    optimizer: torch.optim.AdamW,
    inputs: Mapping[str, Tensor],
    examples: Sequence[Example],
    rate: float,
) -> float:
    """Take one step and give its loss."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["scale"]
    ids = inputs["input_ids"]
    lost = (torch.rand(ids.shape) < LOST_TOKENS) & (ids > UNKNOWN)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half_is_fast()):
        logits = model(ids.masked_fill(lost, UNKNOWN), inputs["attention_mask"])
    loss = loss_of(logits, examples)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimizer.step()
    return float(loss.detach())


def blend(mean: dict[str, Tensor], now: Mapping[str, Tensor], decay: float) -> None:
    """Move the running mean a little towards the weights of now."""
    for name, value in now.items():
        if name not in mean:
            mean[name] = value.detach().clone()
        elif value.dtype.is_floating_point:
            mean[name].lerp_(value.detach(), 1 - decay)


def main() -> None:
    """Train the lines, average them, and train the last stage from there; a finished stage is not run again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True, help="folder of the licensed sets, as JSON lines")
    parser.add_argument("--packed", type=Path, required=True, help="the base weights in 4 bits")
    parser.add_argument("--tokenizer", type=Path, required=True, help="the upstream tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--seed", type=int, default=20)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(THREADS)
    split, tokenizer = read_all(given.sets), load_tokenizer(given.tokenizer)
    log.info("%s", {name: len(part) for name, part in split.train.items()})
    mean: dict[str, Tensor] = {}
    shared = 0.0
    for line in LINES:
        torch.manual_seed(given.seed)
        model = build(given.packed)
        follow(model, tokenizer, line.stages, split, seed=given.seed, out=given.out / line.name)
        shared += line.share
        blend(mean, trainable(model), 1 - line.share / shared)
    model.load_state_dict(mean, strict=False)
    follow(model, tokenizer, (LAST,), split, seed=given.seed, out=given.out)


if __name__ == "__main__":
    main()

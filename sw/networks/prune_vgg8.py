#!/usr/bin/python3
"""Prunes the CIFAR-10 network by coordinates that 32 output channels share, step by step, at four bits, retraining in between.

    sw/networks/prune_vgg8.py --data ../shared/data/cifar10-jpeg.tar.gz --work FOLDER

FOLDER gets a checkpoint after every stage; the same command goes on after the last one that is there. How
long each stage is was set by the time there was, and the last epoch's weights are kept: the test set chooses nothing.
"""

import argparse
import dataclasses
import json
import pathlib

import cifar_training
import coordinate_pruning
import onnx
import torch
import vgg8
from int4_vgg8 import Int4Vgg8

HERE = pathlib.Path(__file__).resolve().parent
NAME = "vgg8-cifar10-int4"
CURVE = "vgg8-int4-pruning.json"
SAMPLE = 200  # training images that show ranges and deviations of activations
UNSHARED_SHARE = 0.12  # of the weights, for comparison: the source's 88 % pruning


@dataclasses.dataclass(frozen=True)
class Stage:
    ninths: float  # of each layer's groups that stay
    epochs: int
    suffix: str = ""  # of the network that is written, if one is


STAGES = (
    Stage(9, 6, "9of9"),
    Stage(7, 2),
    Stage(5, 4, "5of9"),
    Stage(4, 1),
    Stage(3, 4, "3of9"),
    Stage(2.5, 1),
    Stage(2, 4, "2of9"),
    Stage(1.5, 2),
    Stage(1, 8),
    Stage(1, 8, "1of9"),  # a second cycle of the schedule for the source's operating point
    Stage(0.75, 2),
    Stage(0.5, 7, "half-of9"),
)


def direct_pruning(network: Int4Vgg8, sample: torch.Tensor, test: cifar_training.Data) -> dict:
    """What becomes of the dense network without gradual steps and without retraining; the network is left as it was."""
    dense = {name: tensor.clone() for name, tensor in network.model.state_dict().items()}
    network.prune(1 / 9, sample)
    shared = cifar_training.accuracy(network.model, test)
    network.model.load_state_dict(dense)

    zero, total = 0, 0
    for layer in network.layers:
        weight = layer.parametrizations.weight
        mask = coordinate_pruning.keep_largest_weights(weight.original.detach(), UNSHARED_SHARE)
        weight[0].mask.copy_(mask)
        kept = coordinate_pruning.nonzero_groups(mask)
        zero += int((~kept).sum())
        total += kept.numel()
    unshared = cifar_training.accuracy(network.model, test)
    network.model.load_state_dict(dense)
    return {
        "shared_1of9": {"test_accuracy": shared},
        "unshared": {
            "kept_weights": UNSHARED_SHARE,
            "test_accuracy": unshared,
            "groups": total,
            "zero_groups": zero,
            "zero_groups_if_random": (1 - UNSHARED_SHARE) ** coordinate_pruning.TILE,
        },
    }


def kept_groups(network: Int4Vgg8) -> dict:
    kept = network.kept()
    return {
        "kept_share": sum(int(k.sum()) for k in kept) / sum(k.numel() for k in kept),
        "kept_groups": {f"conv{number}": [int(k.sum()), k.numel()] for number, k in enumerate(kept, start=2)},
    }


def begin_or_resume(
    work: pathlib.Path, model: vgg8.Vgg8, sample: torch.Tensor, test: cifar_training.Data
) -> tuple[Int4Vgg8, dict]:
    """The quantised network and the record of the curve, after the last stage that has a checkpoint."""
    checkpoints = sorted(work.glob("stage*.pt"))
    if checkpoints:
        network = Int4Vgg8(model, sample)
        saved = torch.load(checkpoints[-1])
        model.load_state_dict(saved["model"])
        return network, saved["curve"]
    in_float = cifar_training.accuracy(model, test)
    network = Int4Vgg8(model, sample)
    quantised = cifar_training.accuracy(model, test)
    return network, {
        "test_images": len(test),
        "test_accuracy_float": in_float,
        "test_accuracy_quantised_only": quantised,
        "stages": [],
    }


def write(path: pathlib.Path, record: dict) -> None:
    path.write_text(json.dumps(record, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", type=pathlib.Path, default=HERE / "vgg8-cifar10.onnx")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="archive of the JPEG pictures")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for checkpoints")
    parser.add_argument("--learning-rate", type=float, default=0.05, help="peak of each stage's one-cycle schedule")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="part of the recipe: sums depend on it")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    options = parser.parse_args()
    made_by = {
        "command": f"sw/networks/prune_vgg8.py --network {options.network.name} --learning-rate {options.learning_rate}"
        f" --seed {options.seed} --threads {options.threads} --data ARCHIVE --work FOLDER",
        "seed": options.seed,
        "torch": torch.__version__,
    }

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    training, test = cifar_training.load(options.data)
    model = vgg8.from_onnx(options.network)
    chosen = torch.randperm(len(training), generator=torch.Generator().manual_seed(options.seed))[:SAMPLE]
    sample = cifar_training.to_input(training.images[chosen])
    options.work.mkdir(parents=True, exist_ok=True)
    network, curve = begin_or_resume(options.work, model, sample, test)
    for number, stage in list(enumerate(STAGES))[len(curve["stages"]) :]:
        network.prune(stage.ninths / 9, sample)
        pruned = cifar_training.accuracy(model, test)
        recipe = cifar_training.Recipe(epochs=stage.epochs, learning_rate=options.learning_rate)
        cifar_training.train(model, training, recipe, options.seed * 1000 + number, network.after_update)
        accuracy = cifar_training.accuracy(model, test)
        result = {
            "ninths": stage.ninths,
            "epochs": stage.epochs,
            **kept_groups(network),
            "test_accuracy_pruned": pruned,
            "test_accuracy": accuracy,
        }
        print(f"{stage.ninths}/9: pruned {pruned:.4f}, retrained {accuracy:.4f}", flush=True)
        curve["stages"].append(result)
        if stage.ninths == 9:
            curve["without_retraining"] = direct_pruning(network, sample, test)
        if stage.suffix:
            name = f"{NAME}-{stage.suffix}"
            onnx.save(vgg8.to_onnx(model, name), options.out / f"{name}.onnx")
            epochs = sum(earlier["epochs"] for earlier in curve["stages"])
            write(options.out / f"{name}.json", {**made_by, **result, "epochs": epochs})
        write(options.out / CURVE, {**made_by, **curve})
        torch.save({"model": model.state_dict(), "curve": curve}, options.work / f"stage{number:02d}.pt")


if __name__ == "__main__":
    main()

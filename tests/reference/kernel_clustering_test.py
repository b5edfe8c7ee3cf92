#!/usr/bin/python3
"""Kernel clustering computed again in numpy, from the ONNX weights, and compared with clustering_probe's numbers.

usage: kernel_clustering_test.py PROBE NETWORK.onnx FOLDER
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import numpy_helper

SETTINGS = [  # clusters, count, order, bits, gains, threshold
    (30, 30, "variance", 6, True, 0.9),
    (30, 12, "mean_absolute", 8, True, -1.0),
    (20, 8, "members", 3, False, 0.7),
    (30, 30, "variance", 4, False, -1.0),
]


def folded_kernels(path: Path) -> dict[str, np.ndarray]:
    """Weights of every k x k convolution, batch normalisation folded, by the convolution's name."""
    graph = onnx.load(path).graph
    constants = {tensor.name: numpy_helper.to_array(tensor).astype(np.float64) for tensor in graph.initializer}
    normalisations = {node.input[0]: node for node in graph.node if node.op_type == "BatchNormalization"}
    kernels = {}
    for node in graph.node:
        if node.op_type != "Conv" or constants[node.input[1]].shape[2] not in (3, 5, 7):
            continue
        weights = constants[node.input[1]]
        if node.output[0] in normalisations:
            norm = normalisations[node.output[0]]
            epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)
            factor = constants[norm.input[1]] / np.sqrt(constants[norm.input[4]] + epsilon)
            weights = weights * factor[:, None, None, None]
        kernels[node.name or node.output[0]] = weights
    return kernels


@dataclass
class Probed:
    units: list
    clusters: np.ndarray
    kernels: np.ndarray
    counts: np.ndarray
    weights: np.ndarray


def run_probe(probe: str, network: Path, folder: Path, setting) -> Probed:
    clusters, count, order, bits, gains, threshold = setting
    words = [clusters, count, order, bits, "gains" if gains else "plain", threshold]
    subprocess.run([probe, network, folder, *map(str, words)], check=True)
    return Probed(
        yaml.safe_load((folder / "units.yaml").read_text())["units"],
        np.loadtxt(folder / "clusters.tsv", ndmin=2),
        np.loadtxt(folder / "kernels.tsv", usecols=range(1, 8), ndmin=2),
        np.loadtxt(folder / "counts.tsv", dtype=np.int64),
        np.fromfile(folder / "weights.bin", np.float32),
    )


def expect(what: str, condition) -> None:
    if not np.all(condition):
        sys.exit(f"{what}: does not hold")


def expect_close(what: str, got, wanted, relative=1e-5, absolute=1e-6) -> None:
    expect(f"{what}: largest difference {np.max(np.abs(got - wanted), initial=0)}",
           np.isclose(got, wanted, rtol=relative, atol=absolute))


def closeness(cosines: np.ndarray, gains: bool) -> np.ndarray:
    return np.abs(cosines) if gains else cosines


def own_kmeans(shapes: np.ndarray, clusters: int, gains: bool, seed: int) -> float:
    """Mean closeness that a plain spherical k-means from random members reaches."""
    random = np.random.default_rng(seed)
    centroids = shapes[random.choice(len(shapes), clusters, replace=False)]
    for _ in range(30):
        cosines = shapes @ centroids.T
        nearest = closeness(cosines, gains).argmax(1)
        sides = np.sign(cosines[np.arange(len(shapes)), nearest]) if gains else np.ones(len(shapes))
        for cluster in np.unique(nearest):
            mean = (shapes * sides[:, None])[nearest == cluster].sum(0)
            centroids[cluster] = mean / np.linalg.norm(mean)
    return closeness(shapes @ centroids.T, gains).max(1).mean()


def check_clusters(flat, probed: Probed, setting) -> None:
    """Statistics of each cluster from its members, the order, the constants, and how good the clusters are."""
    clusters, count, order, bits, gains, _ = setting
    expect("as many clusters as asked for", len(probed.clusters) == clusters)
    expect("as many units as asked for", len(probed.units) == count)
    shapes = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    member_of = probed.kernels[:, 2].astype(int)
    full = 2 ** (bits - 1) - 1
    for index, (_, members, mean_absolute, variance, amplitude, cohesion, unit) in enumerate(probed.clusters):
        own, own_shapes = flat[member_of == index], shapes[member_of == index]
        expect("members", len(own) == members)
        expect_close("mean absolute element", mean_absolute, np.abs(own).mean())
        expect_close("variance", variance, own.var(axis=0).mean())
        expect_close("amplitude", amplitude, np.linalg.norm(own, axis=1).mean())
        if unit < 0:
            continue
        constants = np.array(probed.units[int(unit)]["constants"], float).ravel()
        expect_close("unit's amplitude", probed.units[int(unit)]["amplitude"], amplitude)
        expect("largest constant", np.abs(constants).max() == full)
        sides = np.where(own_shapes @ constants < 0, -1.0, 1.0) if gains else np.ones(len(own))
        mean = (own_shapes * sides[:, None]).sum(0)
        centroid = mean / np.linalg.norm(mean)
        expect_close("cohesion", cohesion, closeness(own_shapes @ centroid, gains).mean(), absolute=1e-4)
        step = 0.5 / (full - 0.5) * np.sqrt(len(constants))
        expect("constants are the centroid, rounded",
               centroid @ constants / np.linalg.norm(constants) >= np.sqrt(max(0.0, 1 - step**2)) - 1e-4)
    keys = {"members": probed.clusters[:, 1], "mean_absolute": probed.clusters[:, 2], "variance": probed.clusters[:, 3]}
    wanted = np.lexsort((np.arange(clusters), keys[order]))[:count]
    expect("order", probed.clusters[wanted, 6] == np.arange(count))
    reached = probed.clusters[:, 1] @ probed.clusters[:, 5] / len(flat)
    own_best = max(own_kmeans(shapes, clusters, gains, seed) for seed in range(3))
    print(f"    mean closeness to centroids {reached:.4f}, plain k-means in numpy {own_best:.4f}")
    expect("k-means is about as good as another one", reached > own_best - 0.01)


def check_mapping(layers, flat, probed: Probed, setting) -> None:
    *_, gains, threshold = setting
    constants = np.array([np.ravel(unit["constants"]) for unit in probed.units], float)
    norms = np.linalg.norm(constants, axis=1)
    cosines = flat @ constants.T / norms / np.linalg.norm(flat, axis=1, keepdims=True)
    unit, gain, similarity, unit_by_cluster = probed.kernels[:, 3:7].T
    unit = unit.astype(int)
    expect_close("similarity to the best unit", similarity, closeness(cosines, gains).max(1))
    replaced = unit >= 0
    clear = np.abs(similarity - threshold) > 1e-5
    expect("threshold", (replaced == (similarity >= threshold))[clear])
    rows = np.flatnonzero(replaced)
    expect_close("the unit given is the best", closeness(cosines, gains)[rows, unit[rows]], similarity[rows])
    if gains:
        wanted = (flat @ constants.T / norms**2)[rows, unit[rows]]
    else:
        wanted = np.array([u["amplitude"] for u in probed.units])[unit[rows]] / norms[unit[rows]]
    expect_close("gain", gain[rows], wanted)
    after = flat.copy()
    after[rows] = gain[rows, None] * constants[unit[rows]]
    expect_close("weights after replacement", probed.weights, after.ravel())
    check_counts(layers, replaced, unit, probed)
    cluster_unit = probed.clusters[probed.kernels[:, 2].astype(int), 6].astype(int)
    own_similarity = np.where(cluster_unit < 0, -2, closeness(cosines, gains)[np.arange(len(flat)), cluster_unit])
    clear = np.abs(own_similarity - threshold) > 1e-5
    wanted = np.where(own_similarity >= threshold, cluster_unit, -1)
    expect("unit by cluster", (unit_by_cluster == wanted)[clear])


def check_counts(layers, replaced, unit, probed: Probed) -> None:
    layer_of = np.repeat(np.arange(len(layers)), [w.shape[0] * w.shape[1] for w in layers])
    inputs = probed.kernels[:, 1].astype(int)
    jobs = set(zip(layer_of[replaced], unit[replaced], inputs[replaced]))
    kernels, replaced_count, zero, job_count, macs, replaced_macs = probed.counts
    expect("counts", (kernels, replaced_count, zero, job_count) == (len(unit), replaced.sum(), 0, len(jobs)))
    expect("multiply-accumulates", 0 <= replaced_macs <= macs)
    print(f"    {replaced_count} of {kernels} kernels replaced, {len(jobs)} jobs, {replaced_macs / macs:.1%} of the MACs")


def main() -> None:
    probe, network, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    layers = list(folded_kernels(network).values())
    # The networks here have one kernel size each.
    flat = np.concatenate([w.reshape(-1, w.shape[2] * w.shape[3]) for w in layers])
    for setting in SETTINGS:
        print(f"{network.stem}: clusters, count, order, bits, gains, threshold = {setting}")
        probed = run_probe(probe, network, folder, setting)
        expect("kernels in the order layer, output, input", len(probed.kernels) == len(flat))
        check_clusters(flat, probed, setting)
        check_mapping(layers, flat, probed, setting)


if __name__ == "__main__":
    main()

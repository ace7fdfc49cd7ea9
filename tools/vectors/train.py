"""Trains the table: one vector a piece, so that the sum over a sentence has the similarities that the teacher's vectors have.

Usage: train.py FOLDER [EPOCHS]
FOLDER holds sentences.txt, sentences.npy (from teacher.py), pieces.npy; table.npy is written to it.
"""

import pathlib
import sys
import time

import numpy as np
from scipy import sparse

from pieces import Pieces
from teacher import vocabulary

DIMENSIONS = 128
BATCH = 960
TEMPERATURE = 0.05
SQUARES = 0.3
RATE = 0.004
DECAY = 0.02
DROPPED = 0.08
CLUSTERS = 160
HELD_OUT = 1500


def counts_of(sentences, pieces):
    rows = [pieces.of_text(sentence) for sentence in sentences]
    lengths = np.array([len(row) for row in rows])
    columns = np.concatenate([np.array(row, np.int32) for row in rows])
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, starts), (len(sentences), len(pieces)))


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)


def softmax(logits):
    np.fill_diagonal(logits, -np.inf)
    logits -= logits.max(1, keepdims=True)
    np.exp(logits, out=logits)
    return logits / logits.sum(1, keepdims=True)


def start_table(teacher, piece_vectors, counts):
    """The pieces as the teacher sees them, on the axes along which sentences differ most; common pieces shorter."""
    mean = teacher.mean(0)
    _, axes = np.linalg.eigh(np.cov((teacher[:40_000] - mean).T))
    projected = (piece_vectors - piece_vectors.mean(0)) @ axes[:, ::-1][:, :DIMENSIONS]
    share = np.asarray(counts.sum(0)).ravel() / counts.sum()
    return (projected * (1e-3 / (1e-3 + share))[:, None]).astype(np.float32)


def clusters_of(vectors, rng):
    centers = vectors[rng.choice(len(vectors), CLUSTERS, replace=False)].astype(np.float32)
    sample = vectors[rng.choice(len(vectors), min(30_000, len(vectors)), replace=False)].astype(np.float32)
    for _ in range(8):
        nearest = (sample @ centers.T).argmax(1)
        for number in range(CLUSTERS):
            if (nearest == number).any():
                centers[number] = sample[nearest == number].mean(0)
        centers = unit(centers)
    nearest = np.concatenate([(part.astype(np.float32) @ centers.T).argmax(1) for part in np.array_split(vectors, 20)])
    return [np.flatnonzero(nearest == number) for number in range(CLUSTERS)]


def batch_of(count, clusters, rng):
    """Half of the batches are of sentences that are near one another."""
    if rng.random() < 0.5:
        return rng.choice(count, BATCH, replace=False)
    near = np.concatenate([clusters[number] for number in rng.choice(CLUSTERS, 5, replace=False)])
    return rng.choice(near, min(BATCH, len(near)), replace=False)


def gradient(table, used, targets):
    """Of the loss of a batch by the rows of the table."""
    sums = used @ table
    norms = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    own = sums / norms
    likeness, wanted = own @ own.T, targets @ targets.T
    off = (softmax(likeness / TEMPERATURE) - softmax(wanted / TEMPERATURE)) / TEMPERATURE
    difference = likeness - wanted
    np.fill_diagonal(difference, 0)
    off += SQUARES * 2 * difference
    by_own = (off + off.T) @ own / len(own)
    by_sums = (by_own - own * (own * by_own).sum(1, keepdims=True)) / norms
    return used.T @ by_sums


def train(counts, teacher, start, epochs, rng):
    table = start.copy()
    first, second = np.zeros_like(table), np.zeros_like(table)
    clusters = clusters_of(teacher, rng)
    steps = epochs * counts.shape[0] // BATCH
    scale = np.abs(start).mean()
    began = time.time()
    for step in range(1, steps + 1):
        chosen = batch_of(counts.shape[0], clusters, rng)
        used = counts[chosen].copy()
        used.data *= rng.random(len(used.data)) > DROPPED
        touched = np.unique(used.indices)
        slope = gradient(table[touched], used[:, touched], teacher[chosen].astype(np.float32))
        slope += DECAY * (table[touched] - start[touched]) / len(chosen)
        first[touched] = 0.9 * first[touched] + 0.1 * slope
        second[touched] = 0.99 * second[touched] + 0.01 * slope * slope
        # Warm-up, then down to nothing.
        rate = RATE * min(1, step / 50) * (1 - step / (steps + 1))
        table[touched] -= rate * scale / 0.02 * first[touched] / (np.sqrt(second[touched]) + 1e-8)
        if step % 200 == 0:
            print(f"step {step} of {steps}, {time.time() - began:.0f} s", flush=True)
    return table


def agreement(table, counts, teacher):
    """Correlation of the table's similarities with the teacher's."""
    own, wanted = unit(counts @ table), teacher.astype(np.float32)
    above = np.triu_indices(len(wanted), 1)
    return np.corrcoef((own @ own.T)[above], (wanted @ wanted.T)[above])[0, 1]


def main():
    folder = pathlib.Path(sys.argv[1])
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    rng = np.random.default_rng(7)
    pieces = Pieces(vocabulary())
    sentences = (folder / "sentences.txt").read_text().splitlines()
    counts, teacher = counts_of(sentences, pieces), np.load(folder / "sentences.npy")
    start = start_table(teacher.astype(np.float32), np.load(folder / "pieces.npy").astype(np.float32), counts)
    held_out = (counts[:HELD_OUT], teacher[:HELD_OUT])
    print(f"{len(sentences)} sentences, {len(pieces)} pieces; agreement at the start {agreement(start, *held_out):.3f}")
    table = train(counts[HELD_OUT:], teacher[HELD_OUT:], start, epochs, rng)
    print(f"agreement {agreement(table, *held_out):.3f}")
    np.save(folder / "table.npy", table)


if __name__ == "__main__":
    main()

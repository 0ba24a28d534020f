"""Writes the first samples of an IDX folder into another: python subset.py FROM TO TRAIN TEST (numbers of samples)."""
import pathlib
import struct
import sys

from protocol import read_idx


def write_idx(path, values):
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    path.write_bytes(header + values.tobytes())


def main():
    source, target, train, test = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    target.mkdir(parents=True, exist_ok=True)
    for prefix, count in (("train", train), ("t10k", test)):
        for name in (f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"):
            write_idx(target / name, read_idx(source, name)[:count])


main()

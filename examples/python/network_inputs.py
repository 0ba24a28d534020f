"""What a file written by gpu-importance says of its network's inputs, applied to values of data. NumPy alone.

    rows = network_inputs(metadata, pixels)   # bytes, or numbers as they are
"""
import json

import numpy


def network_inputs(metadata, values):
    """float32 inputs [samples, features] from bytes (uint8, each b / 255) or numbers: one subtraction, one division."""
    values = numpy.asarray(values)
    rows = values.astype(numpy.float32)
    if values.dtype == numpy.uint8:
        rows = rows / numpy.float32(255)
    if "input_mean" not in metadata:
        return rows
    mean, deviation = (listed(metadata[key]) for key in ("input_mean", "input_deviation"))
    return (rows - mean) / deviation


def listed(numbers):
    """Arrays of an .npz file as they are, the metadata of a .safetensors file from JSON."""
    return numpy.asarray(json.loads(numbers) if isinstance(numbers, str) else numbers, dtype=numpy.float32)

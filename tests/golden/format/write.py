"""Writes the files beside it: safetensors files by the format's description, with Python's standard library alone.

The bytes are those of the format's own serializer (huggingface/safetensors, safetensors/src/tensor.rs): tensors ordered by type, the
larger alignment first (the reverse of TYPES), then by the UTF-8 bytes of their names; data without holes in that order; a header of
compact JSON, __metadata__ first, text outside ASCII as it is, padded with spaces to a multiple of 8; in front of it its length.

    python3 tests/golden/format/write.py
"""
import json
import os
import struct

TYPES = ["BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "F64", "I64", "U64"]
CODES = dict(zip(TYPES, ["?", "B", "b", "B", "B", "h", "H", "e", None, "i", "I", "f", "d", "q", "Q"]))


def encode(dtype, values):
    if dtype == "BF16":  # the upper half of a float32; the values here have no lower half
        halves = [struct.unpack("<HH", struct.pack("<f", v)) for v in values]
        assert all(low == 0 for low, _ in halves)
        return b"".join(struct.pack("<H", high) for _, high in halves)
    return b"".join(struct.pack("<" + CODES[dtype], v) for v in values)


def write(name, tensors, metadata=None):
    """tensors: name -> (dtype, shape, values)"""
    header = {} if metadata is None else {"__metadata__": metadata}
    data = b""
    for key in sorted(tensors, key=lambda k: (-TYPES.index(tensors[k][0]), k.encode("utf-8"))):
        dtype, shape, values = tensors[key]
        count = 1
        for size in shape:
            count *= size
        assert count == len(values), key
        part = encode(dtype, values)
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def number(name, i):
    """A number of a tensor, exact in 8 bits of mantissa: in [-50/64, 50/64], above 0 for a variance."""
    value = ((i * 37 + len(name) * 11) % 101 - 50) / 64
    return abs(value) + 0.5 if name.endswith("running_var") else value


def block(dtype, counts=True):
    """A model of one BasicBlock with a projection, as torchvision names it, and a linear layer."""
    shapes = {}
    for layer, out, channels, kernel in [("conv1", 3, 2, 3), ("conv2", 3, 3, 3), ("downsample.0", 3, 2, 1)]:
        shapes[f"layer1.0.{layer}.weight"] = [out, channels, kernel, kernel]
    for layer in ["bn1", "bn2", "downsample.1"]:
        for tensor in ["weight", "bias", "running_mean", "running_var"]:
            shapes[f"layer1.0.{layer}.{tensor}"] = [3]
    shapes["fc.weight"] = [2, 3]
    shapes["fc.bias"] = [2]
    tensors = {}
    for name, shape in shapes.items():
        count = 1
        for size in shape:
            count *= size
        tensors[name] = (dtype, shape, [number(name, i) for i in range(count)])
    if counts:
        for layer in ["bn1", "bn2", "downsample.1"]:
            tensors[f"layer1.0.{layer}.num_batches_tracked"] = ("I64", [], [1234567890123])
    return tensors


write("block_f32.safetensors", block("F32"), {"format": "pt"})
write("block_f16.safetensors", block("F16"), {"format": "pt"})
write("block_bf16.safetensors", block("BF16"), {"format": "pt"})
write("block_without_counts.safetensors", block("F32", counts=False), {"format": "pt"})

every = {
    "BOOL": [True, False], "U8": [0, 255], "I8": [-128, 127], "F8_E5M2": [1, 2], "F8_E4M3": [3, 4], "I16": [-32768, 32767], "U16": [0, 65535],
    "F16": [1.5, -0.000030517578125], "BF16": [1.5, -0.0078125], "I32": [-2147483648, 2147483647], "U32": [0, 4294967295],
    "F32": [0.10000000149011612, -1.401298464324817e-45], "F64": [0.1, -5e-324], "I64": [-9223372036854775808, 9223372036854775807],
    "U64": [0, 18446744073709551615],
}
types = {f"type.{dtype}": (dtype, [2], values) for dtype, values in every.items()}
# Names: outside ASCII, outside the basic plane (whose order in UTF-16 is another), with characters that JSON escapes.
types["gr\u00f6\u00dfe"] = ("F32", [1, 2], [1.0, 2.0])
types["\uff5e"] = ("F32", [], [3.0])
types["\U0001d6fc"] = ("F32", [], [4.0])
types["a \"b\" \\ \t\x01\x7f/"] = ("F32", [1], [5.0])
types["empty"] = ("F32", [3, 0], [])
types["scalar"] = ("I64", [], [-1])
write("types.safetensors", types)

"""An ONNX model that stores int8 weights but computes in float32, rewritten to compute in int8: twice the speed.

The package of the default model keeps each weight as int8 with a float32 scale for each column, and begins with nodes
that turn all of them into float32. Here those nodes go, and

- `MatMul` becomes `DynamicQuantizeLinear` (once for each input) and onnxruntime's own `MatMulIntegerToFloat`;
- `Gather` takes the int8 rows and their scales, and multiplies only what it took.

Nothing is measured or learnt, so the result is the same bytes on every machine.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from localgpt_tui.memory.protobuf import Field, fields, integer, message, text

if TYPE_CHECKING:
    import numpy as np

# Field numbers of onnx.proto3.
_MODEL_GRAPH, _MODEL_OPSET = 7, 8
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_SHAPES = 1, 5, 13
_INPUT, _OUTPUT, _NAME, _OPERATOR, _ATTRIBUTE, _DOMAIN = 1, 2, 3, 4, 5, 7
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_TYPE = 1, 3, 20
_FLOAT, _INT8, _TYPE_INT = 1, 3, 2

_MICROSOFT = "com.microsoft"
_MOST_IN_A_PAIR = 128  # 255 · 128 still fits in 16 bits with a sign
_WEIGHT, _SCALE = "_q", "_scale"


class _Node(NamedTuple):
    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    encoded: bytes


class _Tensor(NamedTuple):
    name: str
    dims: tuple[int, ...]
    kind: int
    raw: bytes


def in_int8(model: bytes) -> bytes:
    """The same model computing in int8.

    Raises:
        ValueError: this is not an ONNX model, or no weight in it is stored as described above.
    """
    parts = list(fields(model))
    graphs = [_graph(part.value) for part in parts if part.number == _MODEL_GRAPH and isinstance(part.value, bytes)]
    if len(graphs) != 1:
        raise ValueError("not an ONNX model with one graph")
    kept = [part for part in parts if part.number != _MODEL_GRAPH]
    opset = Field(_MODEL_OPSET, message([text(1, _MICROSOFT), integer(2, 1)]))
    return message([*kept, Field(_MODEL_GRAPH, graphs[0]), opset])


def _graph(encoded: bytes) -> bytes:
    nodes: list[_Node] = []
    tensors: dict[str, _Tensor] = {}
    kept: list[Field] = []
    for part in fields(encoded):
        if part.number == _GRAPH_NODE and isinstance(part.value, bytes):
            nodes.append(_node(part.value))
        elif part.number == _GRAPH_INITIALIZER and isinstance(part.value, bytes):
            tensor = _tensor(part.value)
            tensors[tensor.name] = tensor
        elif part.number != _GRAPH_SHAPES:  # the shapes in between are told anew by whoever loads it
            kept.append(part)
    rewritten = list(_rewritten(nodes, tensors))
    if len(rewritten) == len(nodes):
        raise ValueError("no weight of this model is stored as int8 with a scale")
    _scale_columns(rewritten, tensors)
    return message(
        [
            *(Field(_GRAPH_NODE, node.encoded) for node in rewritten),
            *(Field(_GRAPH_INITIALIZER, _encoded(tensor)) for tensor in tensors.values()),
            *kept,
        ]
    )


def _rewritten(nodes: Sequence[_Node], tensors: dict[str, _Tensor]) -> Iterator[_Node]:
    weights = {name.removesuffix(_WEIGHT) for name, tensor in tensors.items() if tensor.kind == _INT8}
    in_float = weights | {weight + "_f" for weight in weights}
    quantised: set[str] = set()
    for node in nodes:
        if node.outputs[0] in in_float:
            continue
        if node.operator == "MatMul" and node.inputs[1] in weights:
            source = node.inputs[0]
            if source not in quantised:
                quantised.add(source)
                yield _new("DynamicQuantizeLinear", [source], _quantised(source))
            yield _product(node)
        elif node.operator == "Gather" and node.inputs[0] in weights:
            yield from _lookup(node)
        else:
            yield node


def _product(node: _Node) -> _Node:
    source, weight = node.inputs
    whole, scale, zero = _quantised(source)
    inputs = [whole, weight + _WEIGHT, scale, weight + _SCALE, zero]
    return _new("MatMulIntegerToFloat", inputs, node.outputs, domain=_MICROSOFT)


def _lookup(node: _Node) -> Iterator[_Node]:
    (weight, rows), (found,) = node.inputs, node.outputs
    whole, floats, scales = found + "_q", found + "_f", found + "_s"
    yield _new("Gather", [weight + _WEIGHT, rows], [whole])
    yield _new("Cast", [whole], [floats], to=_FLOAT)
    yield _new("Gather", [weight + _SCALE, rows], [scales])
    yield _new("Mul", [floats, scales], [found])


def _quantised(name: str) -> tuple[str, str, str]:
    return name + "_u8", name + "_u8_scale", name + "_u8_zero"


def _scale_columns(nodes: Iterable[_Node], tensors: dict[str, _Tensor]) -> None:
    for node in nodes:
        if node.operator == "MatMulIntegerToFloat":
            weight, scale = tensors[node.inputs[1]], tensors[node.inputs[3]]
            tensors[weight.name], tensors[scale.name] = _without_overflow(weight, scale)


def _without_overflow(weight: _Tensor, scale: _Tensor) -> tuple[_Tensor, _Tensor]:
    """Make the weights of a column smaller where two that follow each other could overflow.

    Processors with AVX2 but without VNNI add the products of such pairs in 16 bits and stop at 32,767; with this
    every processor computes the same.
    """
    import numpy as np  # noqa: PLC0415 — only the process that embeds may load it

    columns = np.frombuffer(weight.raw, np.int8).reshape(weight.dims).astype(np.float64)
    widest = np.maximum(_largest_pairs(np.maximum(columns, 0)), _largest_pairs(np.maximum(-columns, 0)))
    shrunk = np.where(widest > _MOST_IN_A_PAIR, (_MOST_IN_A_PAIR - 1) / np.maximum(widest, 1), 1.0)
    scales = (np.frombuffer(scale.raw, np.float32).astype(np.float64) / shrunk).astype(np.float32)
    return (
        weight._replace(raw=np.rint(columns * shrunk).astype(np.int8).tobytes()),
        scale._replace(dims=(scales.size,), raw=scales.tobytes()),
    )


def _largest_pairs(columns: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> "np.typing.NDArray[np.float64]":
    pairs = columns[0::2] + columns[1::2]
    return pairs.max(axis=0)  # type: ignore[no-any-return]


def _node(encoded: bytes) -> _Node:
    said: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _OPERATOR: []}
    for part in fields(encoded):
        if part.number in said and isinstance(part.value, bytes):
            said[part.number].append(part.value.decode())
    return _Node("".join(said[_OPERATOR]), tuple(said[_INPUT]), tuple(said[_OUTPUT]), encoded)


def _new(
    operator: str, inputs: Iterable[str], outputs: Iterable[str], *, domain: str = "", to: int | None = None
) -> _Node:
    inputs, outputs = tuple(inputs), tuple(outputs)
    parts = [*(text(_INPUT, name) for name in inputs), *(text(_OUTPUT, name) for name in outputs)]
    parts += [text(_OPERATOR, operator)]
    if to is not None:
        cast = [text(_ATTRIBUTE_NAME, "to"), integer(_ATTRIBUTE_INT, to), integer(_ATTRIBUTE_TYPE, _TYPE_INT)]
        parts.append(Field(_ATTRIBUTE, message(cast)))
    if domain:
        parts.append(text(_DOMAIN, domain))
    return _Node(operator, inputs, outputs, message(parts))


def _tensor(encoded: bytes) -> _Tensor:
    name, kind, raw = "", 0, b""
    dims: list[int] = []
    for number, value, _ in fields(encoded):
        if number == _TENSOR_DIMS:
            dims += [value] if isinstance(value, int) else _packed(value)
        elif number == _TENSOR_TYPE and isinstance(value, int):
            kind = value
        elif number == _TENSOR_NAME and isinstance(value, bytes):
            name = value.decode()
        elif number == _TENSOR_RAW and isinstance(value, bytes):
            raw = value
        else:
            raise ValueError(f"a tensor holds a field {number}, which is not understood")
    return _Tensor(name, tuple(dims), kind, raw)


def _packed(numbers: bytes) -> list[int]:
    found, value, shift = [], 0, 0
    for byte in numbers:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            found.append(value)
            value = shift = 0
    return found


def _encoded(tensor: _Tensor) -> bytes:
    dims = [integer(_TENSOR_DIMS, size) for size in tensor.dims]
    return message(
        [*dims, integer(_TENSOR_TYPE, tensor.kind), text(_TENSOR_NAME, tensor.name), Field(_TENSOR_RAW, tensor.raw)]
    )

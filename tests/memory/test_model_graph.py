"""The default model computes in int8, the same on every processor."""

import pytest

from localgpt_tui.memory.model_graph import in_int8
from localgpt_tui.memory.protobuf import Field, fields, integer, message, text

np = pytest.importorskip("numpy")


def tensor(name, kind, dims, raw):
    return Field(5, message([*(integer(1, size) for size in dims), integer(2, kind), text(8, name), Field(9, raw)]))


def node(operator, inputs, outputs):
    return Field(
        1, message([*(text(1, name) for name in inputs), *(text(2, name) for name in outputs), text(4, operator)])
    )


def model(weights, scales):
    graph = message(
        [
            node("Cast", ["w_q"], ["w_f"]),
            node("Mul", ["w_f", "w_scale"], ["w"]),
            node("MatMul", ["x", "w"], ["y"]),
            node("MatMul", ["x", "w"], ["z"]),
            tensor("w_q", 3, weights.shape, weights.tobytes()),
            tensor("w_scale", 1, (1, scales.size), scales.tobytes()),
        ]
    )
    return message([integer(1, 10), Field(7, graph)])


def parts(rewritten):
    [graph] = [part.value for part in fields(rewritten) if part.number == 7]
    operators = [
        next(part.value for part in fields(one.value) if part.number == 4).decode()
        for one in fields(graph)
        if one.number == 1
    ]
    raws = [next(p.value for p in fields(one.value) if p.number == 9) for one in fields(graph) if one.number == 5]
    return operators, np.frombuffer(raws[0], np.int8), np.frombuffer(raws[1], np.float32)


def test_an_input_is_quantised_once_and_multiplied_as_it_is():
    weights = np.array([[1, -2], [3, 4]], np.int8)

    operators, kept, scales = parts(in_int8(model(weights, np.array([0.5, 0.25], np.float32))))

    assert operators == ["DynamicQuantizeLinear", "MatMulIntegerToFloat", "MatMulIntegerToFloat"]
    assert kept.tolist() == [1, -2, 3, 4]
    assert scales.tolist() == [0.5, 0.25]


def test_neighbours_in_a_column_never_add_up_to_more_than_16_bits_hold():
    rng = np.random.default_rng(4)
    weights = rng.integers(-127, 128, (64, 32)).astype(np.int8)
    scales = rng.random(32).astype(np.float32)

    _, kept, scaled = parts(in_int8(model(weights, scales)))
    pairs = kept.reshape(32, 2, 32).astype(np.int32)

    assert np.maximum(pairs, 0).sum(axis=1).max() * 255 <= 32_767
    assert np.minimum(pairs, 0).sum(axis=1).min() * 255 >= -32_768
    np.testing.assert_allclose(kept.reshape(64, 32) * scaled, weights * scales, atol=scaled.max() / 2 + 1e-6)


@pytest.mark.parametrize("content", [b"", b"\x08", message([Field(7, b"")]), b"not a model"])
def test_what_is_no_such_model_is_refused(content):
    with pytest.raises(ValueError, match=r"."):
        in_int8(content)

"""Protocol buffers are read and written without loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.memory.protobuf import Field, fields, message

NUMBERS = st.integers(1, 1 << 28)
FIELDS = st.one_of(
    st.builds(Field, NUMBERS, st.integers(0, (1 << 64) - 1), st.just(0)),
    st.builds(Field, NUMBERS, st.binary(max_size=300), st.just(2)),
    st.builds(Field, NUMBERS, st.binary(min_size=8, max_size=8), st.just(1)),
    st.builds(Field, NUMBERS, st.binary(min_size=4, max_size=4), st.just(5)),
)


@given(st.lists(FIELDS))
def test_what_was_written_is_read_back(parts):
    assert list(fields(message(parts))) == parts


def test_the_bytes_are_those_of_the_formats_own_example():
    assert message([Field(1, 150, 0)]) == bytes.fromhex("089601")
    assert message([Field(2, b"testing")]) == bytes.fromhex("120774657374696e67")


@pytest.mark.parametrize("torn", ["08", "0896", "1207746573", "09ff", "0f"])
def test_bytes_that_are_no_message_are_refused(torn):
    with pytest.raises(ValueError, match=r"does not fit|ends inside"):
        list(fields(bytes.fromhex(torn)))


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content):
    try:
        list(fields(content))
    except ValueError:
        return

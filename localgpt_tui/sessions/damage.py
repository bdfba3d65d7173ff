"""What could not be read in a session, in sentences for a person."""

_MOST = 20


class Damage:
    """Collects what is wrong with a file, each place once."""

    def __init__(self) -> None:
        self._places: dict[int, str] = {}

    def note(self, offset: int, sentence: str) -> None:
        """Remember that the line at `offset` bytes is damaged."""
        self._places.setdefault(offset, sentence)

    @property
    def sentences(self) -> tuple[str, ...]:
        """One a place, in the file's order; the number of further ones where there are many."""
        said = [self._places[offset] for offset in sorted(self._places)]
        if (more := len(said) - _MOST) > 0:
            return (*said[:_MOST], f"{more} more places could not be read.")
        return tuple(said)

"""Which part of a page is one person's: the largest element that holds one name and no other."""

from collections.abc import Mapping, Sequence

from stacklead.research.site.document import Document

MAX_STEPS = 40  # elements around a name that are looked at


def find_cards(document: Document, names: Mapping[int, str]) -> dict[int, tuple[int, int]]:
    """Return the card of each name as blocks, first to before end, by the number of the name's block.

    A name that shares every element with another one, or whose element holds nothing but the name, has no card; nor
    has the only name of a page.

    Args:
        document: the page.
        names: folded names by the numbers of their blocks, in the order of the page.
    """
    numbers = list(names)
    cards: dict[int, tuple[int, int]] = {}
    for place, number in enumerate(numbers):
        before, after = _others(numbers, names, place)
        if before is None and after is None:
            continue
        card = _widest(document, number, -1 if before is None else before, after)
        if card is not None and _says_more(card, names[number], names):
            cards[number] = card
    return cards


def _others(numbers: Sequence[int], names: Mapping[int, str], place: int) -> tuple[int | None, int | None]:
    """Return the blocks of the next other names before and after; a name said twice in a row is one."""
    own = names[numbers[place]]
    before = next((n for n in reversed(numbers[max(0, place - 4) : place]) if names[n] != own), None)
    after = next((n for n in numbers[place + 1 : place + 5] if names[n] != own), None)
    return before, after


def _widest(document: Document, number: int, before: int, after: int | None) -> tuple[int, int] | None:
    element = document.blocks[number].element
    found: tuple[int, int] | None = None
    for _ in range(MAX_STEPS):
        around = document.elements[element]
        if around.first <= before or (after is not None and around.end > after):
            break
        found = (around.first, around.end)
        if around.parent == element:
            break
        element = around.parent
    return found


def _says_more(card: tuple[int, int], name: str, names: Mapping[int, str]) -> bool:
    return any(names.get(number) != name for number in range(card[0], min(card[1], card[0] + MAX_STEPS)))

"""Plain text of a given width."""

from __future__ import annotations

import pytest

from deterrence.report import layout


@pytest.mark.parametrize("width", [10, 17, 40, 80])
def test_no_line_is_longer_than_the_width_unless_one_word_is(width: int) -> None:
    """Wrapping keeps every word and every limit."""
    text = "Defender | Signal, Attack: Fight if Tough, Abandon with 1 - x if Weak"
    lines = layout.wrapped(text, width, "  ")

    assert " ".join(" ".join(lines).split()) == text
    assert all(layout.width_of(line) <= width for line in lines)


def test_a_short_formula_is_not_broken() -> None:
    """Its spaces hold together while the words around it wrap."""
    formula = "r >= g/(g + l)".replace(" ", layout.UNBREAKABLE)

    assert layout.wrapped(f"exists where {formula}", 18) == ["exists where", "r >= g/(g + l)"]


def test_wide_letters_take_two_columns() -> None:
    """Labels in any script line up."""
    assert layout.width_of("同盟") == 4
    assert layout.width_of("e\u0301") == 1
    assert layout.padded("同盟", 6) == "同盟  "


@pytest.mark.parametrize("width", [30, 60, 200])
def test_columns_line_up_within_the_width(width: int) -> None:
    """Each column begins at the same place in every line."""
    rows = [("r", "0 < r < 1", "the prior that the Defender is tough"), ("c_T", "c_T > 0", "what war costs")]
    lines = layout.table(("name", "domain", "meaning"), rows, width)
    start = lines[0].index("meaning")

    assert all(layout.width_of(line) <= width for line in lines)
    assert all(line[start - 1 : start] in ("", " ", "─") for line in lines)


def test_lines_can_be_drawn_in_ascii() -> None:
    """A terminal without Unicode gets dashes and bars."""
    assert layout.ascii_lines("├─ a\n│  └─ b") == "|- a\n|  `- b"

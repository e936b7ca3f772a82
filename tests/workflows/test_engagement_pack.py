"""The pack of points: what is not understood is refused with file and row."""

from __future__ import annotations

import re

import pytest

from workflows.engagement_pack import FILE, load
from workflows.rulebook import RuleFileError, shipped_text

SHIPPED = shipped_text("engagement_points")


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ("takes_off = true\nsteps", "takes_of = true\nsteps", 'unknown key "takes_of". Did you mean "takes_off"?'),
        ('key = "SILENCE"', 'key = "SILENT"', '"key": expected one of'),
        ("{ from = 3, points = 20 }", "{ from = 3, points = 5 }", '"steps": expected more points the more there is'),
        ("{ from = 3, points = 20 }", "{ from = 3, points = -5 }", "expected a whole number of 0 or more"),
        ('action = "call"\n', 'action = "cal"\n', 'Did you mean "call"?'),
        ("the last on {on}.", "the last on {name}.", '"sentence": expected {on}'),
        ("within_days = 14\n", "", '"within_days" is for'),
        ('key = "raised"\nfrom = 40', 'key = "raised"\nfrom = 20', "expected the bands"),
        (
            'verified = true\nvalid_from = 2021-04-01\n\n[[factors]]\nkey = "WITHDRAWN"',
            'valid_from = 2021-04-01\n\n[[factors]]\nkey = "WITHDRAWN"',
            '"verified"',
        ),
        ('key = "WITHDRAWN"', 'key = "STATED_RELUCTANCE"', "two rows are valid on"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(was, becomes, words):
    assert was in SHIPPED
    with pytest.raises(RuleFileError, match=re.escape(words)) as refused:
        load(SHIPPED.replace(was, becomes, 1))
    assert str(refused.value).startswith(FILE)


def test_a_factor_that_is_replaced_counts_by_one_row_on_every_day():
    ended = SHIPPED.replace(
        'valid_from = 2021-04-01\n\n[[factors]]\nkey = "WITHDRAWN"',
        'valid_from = 2021-04-01\nvalid_to = 2026-12-31\n\n[[factors]]\nkey = "WITHDRAWN"',
        1,
    )
    row = SHIPPED.split("[[factors]]")[1].replace("2021-04-01", "2027-01-01").replace("points = 40", "points = 30")
    pack = load(f"{ended}\n[[factors]]{row}")
    assert [factor.points(1) for factor in pack.factors if factor.key == "STATED_RELUCTANCE"] == [40, 30]

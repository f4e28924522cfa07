"""The check of the check: a screening with one thing wrong in it is told from the right one.

Each rule, threshold, rating, cell, path and skip of the real screening is changed in turn. Nearly
all are caught by the examples beside the rules; the rest must be caught by the proof, or stand in
`NO_DIFFERENCE` with the reason. MUTANTS.md keeps the score, and each test here holds a line of it.
"""

import pytest
from mutation_report import NO_DIFFERENCE, PAGE, SHARE, by_sort, line, score

AGAIN = "run: make mutants"


@pytest.mark.parametrize("sort", by_sort())
def test_what_is_wrong_with_a_rule_or_a_rating_is_found(sort: str) -> None:
    found = score(by_sort()[sort])
    unexplained = [each for each in found.missed if each not in NO_DIFFERENCE]
    assert unexplained == [], "add examples for it: AUTHORING.md says how"
    kept = PAGE.read_text(encoding="utf-8")
    assert f"{line(sort, found)}\n" in kept, AGAIN
    for what in found.missed:
        assert f"- `{what}`: {NO_DIFFERENCE[what]}.\n" in kept, AGAIN


def test_the_score_that_is_kept_is_the_sum_of_its_lines() -> None:
    rows = [
        [int(cell) for cell in each.split("|")[2:-1]]
        for each in PAGE.read_text(encoding="utf-8").splitlines()
        if each.startswith("| ") and "mutants" not in each
    ]
    *parts, (tried, by_examples, by_proof, missed) = rows
    sums = [sum(column) for column in zip(*parts, strict=True)]
    assert [tried, by_examples, by_proof, missed] == sums, AGAIN
    assert len(parts) == len(by_sort()), AGAIN
    assert tried == sum(map(len, by_sort().values())), AGAIN
    assert f"**{tried - missed} of {tried} are caught" in PAGE.read_text(encoding="utf-8")
    assert missed <= (1 - SHARE) * tried

"""What a group tells beside all groups."""

import numpy as np
import pytest

from pipeline.forecast.credibility import LEAST_PRIOR, MOST_PRIOR, USUAL_PRIOR, prior_members


def test_the_prior_is_the_variance_within_groups_over_that_between_them() -> None:
    """Within: 4 squares of 1 over 2 degrees of freedom. Between: (4 - 2) / 2 members."""
    assert prior_members([np.array([[4.0], [6.0]]), np.array([[6.0], [8.0]])]) == pytest.approx(2)


def test_groups_that_differ_no_more_than_their_members_are_drawn_to_all() -> None:
    groups = np.random.default_rng(0).normal(1, 0.2, (6, 5, 7))

    assert prior_members(list(groups)) == MOST_PRIOR


def test_groups_whose_members_are_alike_tell_of_themselves() -> None:
    generator = np.random.default_rng(0)
    groups = [generator.normal(1, 0.2, 7) + generator.normal(0, 0.01, (3, 7)) for _ in range(4)]

    assert prior_members(groups) == LEAST_PRIOR


@pytest.mark.parametrize("members", [[], [3], [1, 1, 1]])
def test_single_members_and_a_single_group_tell_nothing(members: list[int]) -> None:
    assert prior_members([np.eye(7)[:number] for number in members]) == USUAL_PRIOR

from pipeline.forecast.recent import Recent


def test_the_oldest_makes_room() -> None:
    recent = Recent(12)
    recent.put("a", 1, 6)
    recent.put("b", 2, 4)
    recent.get("a", int)
    recent.put("c", 3, 4)

    assert recent.get("a", int) == 1
    assert recent.get("b", int) is None
    assert recent.get("c", int) == 3


def test_a_value_that_is_put_again_takes_its_room_once() -> None:
    recent = Recent(12)
    for value in range(5):
        recent.put("a", value, 6)
    recent.put("b", 1, 4)

    assert recent.get("a", int) == 4


def test_a_value_is_made_once() -> None:
    recent = Recent(10)
    made: list[int] = []

    def make() -> str:
        made.append(1)
        return "value"

    assert [recent.remembered("key", str, make) for _ in range(3)] == ["value"] * 3
    assert len(made) == 1


def test_a_value_that_leaves_no_room_for_another_is_not_kept() -> None:
    recent = Recent(10)
    recent.put("small", 1, 4)
    recent.put("large", 2, 6)

    assert recent.get("small", int) == 1
    assert recent.get("large", int) is None

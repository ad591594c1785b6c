import threading
from dataclasses import replace

from sqlalchemy import text

from db.jobs import workers
from db.lifecycle.dispatch import Dispatch
from tests.fixtures.waiting import eventually
from tests.worker.support import Shop
from worker.context import Context
from worker.presence import Presence


def live_slots(shop: Shop) -> int:
    with shop.sessions() as session:
        return workers.live_slots(session)


def test_a_process_is_a_slot_until_it_leaves(context: Context, shop: Shop) -> None:
    first = Presence(replace(context, worker="first"), every_s=0.05)
    second = Presence(replace(context, worker="second"), every_s=0.05)
    first.start()
    second.start()
    eventually(lambda: live_slots(shop) == 2)

    first.leave()
    assert live_slots(shop) == 1
    second.leave()
    assert live_slots(shop) == 0


def test_a_new_slot_gets_work_at_once(context: Context, shop: Shop, sent: list[Dispatch]) -> None:
    shop.job(shop.product("bread"))
    presence = Presence(context)
    presence.start()
    eventually(lambda: len(sent) == 1)
    presence.leave()


def test_a_database_without_tables_yet_is_waited_for(context: Context, shop: Shop) -> None:
    with shop.sessions.begin() as session:
        session.execute(text("ALTER TABLE workers RENAME TO not_yet"))
    presence = Presence(context, every_s=0.05)
    presence.start()
    with shop.sessions.begin() as session:
        session.execute(text("ALTER TABLE not_yet RENAME TO workers"))
    eventually(lambda: live_slots(shop) == 1)
    presence.leave()


def test_a_free_slot_is_taken_away_when_its_worker_drains(context: Context, shop: Shop) -> None:
    presence = Presence(context)
    presence.start()
    eventually(lambda: live_slots(shop) == 1)
    context.drain.begin()
    eventually(lambda: live_slots(shop) == 0)
    presence.leave()


def test_a_taken_slot_stays_until_its_task_ends_and_is_not_given_work_then(
    context: Context, shop: Shop, sent: list[Dispatch]
) -> None:
    presence = Presence(context, every_s=0.05)
    presence.start()
    eventually(lambda: live_slots(shop) == 1)
    with presence.at_work():
        context.drain.begin()
        shop.job(shop.product("bread"))
        assert not threading.Event().wait(1)
        assert live_slots(shop) == 1

    assert live_slots(shop) == 0
    assert sent == []

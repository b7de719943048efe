"""Two at once, on both engines: two workers, and a notice that comes while the evening's e-mail is being sent."""

import threading

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel.database import mode
from portal.kernel.unit_of_work import writing
from portal.notices import delivery, operations
from tests.builders_notices import messages, send_all, somebody, told, use_server
from tests.smtp import peer


def test_two_workers_send_each_message_once(app):
    with app.app_context():
        sam = somebody()
        for number in range(12):
            told(sam, key=f"thing-{number}")
    with peer() as server:
        use_server(app, server.server)

        def work() -> None:
            with app.app_context():
                send_all()
                db.session.remove()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert len(server.taken) == 12
    assert len({message_id for message_id, _ in server.seen}) == 12


def test_a_notice_is_never_lost_in_an_e_mail_that_has_just_gone(app, clock, engine):
    """While a unit adds to the evening's e-mail, the worker does not take it."""
    with app.app_context():
        sam = somebody()
        with writing():
            operations.choose(actor_of(sam), daily=True)
        told(sam, key="one")
        with peer() as server:
            use_server(app, server.server)
            with mode("write"):
                operations.tell("something_waits", [sam], "/", key="two")  # not yet committed
                clock.moment = clock.moment.replace(hour=16, minute=1)
                sent = _in_a_thread(app) if engine == "postgres" else 0  # SQLite lets one writer in at a time
                db.session.commit()
            assert sent == 0
            assert send_all() == 1
        (mail,) = server.messages()
        assert mail["Subject"] == "2 things wait for you"
        assert [message.state for message in messages()] == ["sent"]


def test_a_message_that_another_unit_has_told_meanwhile_is_told_once(app):
    with app.app_context():
        sam = somebody()
        told(sam, key="one")
        told(sam, key="one")
        with peer() as server:
            use_server(app, server.server)
            send_all()
        assert len(server.taken) == 1


def _in_a_thread(app) -> int:
    tries: list[bool] = []

    def work() -> None:
        with app.app_context():
            tries.append(delivery.send_next())
            db.session.remove()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    return sum(tries)

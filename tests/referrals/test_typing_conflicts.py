"""What is typed arrives all at once, late or with rubbish in it: one row, the newest words, no error page."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from portal.extensions import db
from portal.referrals.models import DraftBuffer
from tests.referrals.test_writing import SITTING, type_on, world

__all__ = ["world"]


def test_many_sendings_at_once_leave_one_row_with_the_newest(app, world, sign_in):
    clients = [sign_in(world.senco) for _ in range(4)]

    def send(stroke):
        return type_on(clients[stroke % 4], world.draft, stroke=stroke, support_wanted=f"Words {stroke}").status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(send, range(1, 13)))
    assert set(statuses) == {200}
    with app.app_context():
        (row,) = db.session.scalars(select(DraftBuffer)).all()
        assert (row.stroke, "Words 12" in row.typed) == (12, True)


def test_rubbish_is_kept_or_refused_in_words(app, world, sign_in):
    client = sign_in(world.senco)
    for stroke, text in enumerate(("a\x00b", "‮\U0001f600", "'; drop table referral; --", "<script>"), start=1):
        assert (
            type_on(client, world.draft, stroke=stroke, support_wanted=text, **{"no\x00such": text}).status_code == 200
        )
        assert client.get(f"/referrals/{world.draft}/form/support").status_code == 200
    for number in ("9" * 40, "-1", "x"):
        data = {"sitting": SITTING, "stroke": number, "page_version": number, "draft_version": number}
        assert client.post(f"/referrals/{world.draft}/form/support/autosave", data=data).status_code == 200

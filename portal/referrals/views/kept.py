"""What is kept of a referral for good: the letters of its decisions, and every version that was sent."""

from flask.typing import ResponseReturnValue

from portal.files.documents import DocumentsUnavailable, pdf
from portal.files.web import pdf_answer
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.policy import Action
from portal.referrals import queries
from portal.referrals.views.blueprint import blueprint, number_asked


@blueprint.get("/referrals/<ref:reference>/letter")
@requires(Action.READ_REFERRAL)
def letter(reference: str) -> ResponseReturnValue:
    return _letter(reference, number_asked("number"))


def _letter(reference: str, number: int | None, status: int = 200, problem: str = "") -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference)
    found, made = queries.letter_of(referral, number)
    audit.viewed(actor(), "letter viewed", "referral", referral.id)
    return hx.page(
        "referrals/letter.html",
        status=status,
        referral=referral,
        number=found,
        letter=made,
        letters=queries.letters_of(referral),
        problem=problem,
    )


@blueprint.get("/referrals/<ref:reference>/letter/pdf")
@requires(Action.READ_REFERRAL)
def letter_pdf(reference: str) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference)
    number, made = queries.letter_of(referral, number_asked("number"))
    audit.viewed(actor(), "letter viewed", "referral", referral.id)
    try:
        content = pdf("referrals/letter_pdf.html", letter=made)
    except DocumentsUnavailable as error:
        return _letter(reference, number, problem=str(error))
    return pdf_answer(content, f"letter-{reference}-{number}.pdf")


@blueprint.get("/referrals/<ref:reference>/versions")
@requires(Action.READ_REFERRAL)
def versions(reference: str) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference)
    rows = queries.versions_of(referral)
    audit.viewed(actor(), "versions viewed", "referral", referral.id)
    number = number_asked("number") or (rows[0].number if rows else None)
    against = number_asked("against")
    return hx.page(
        "referrals/versions.html",
        referral=referral,
        name=queries.subject_of(referral),
        rows=rows,
        shown=queries.version_page(referral, number, against) if number is not None else None,
    )

"""What a referral says that belongs to the pupil's own record, and what the record already answers."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from portal.referrals.rules.drafts import AgenciesPage, GroupPupil, NeedsPage, PageDraft, PupilPage, SafetyPage
from portal.schools.rules import PupilDraft

_SHARED = tuple(
    {field.name for field in fields(PupilPage)} & {field.name for field in fields(PupilDraft)} - {"no_school_reason"}
)
NO_REASON_GIVEN = "The school says that a home visit should not be made alone. It gave no reason: ask before you go."


def page_of_pupil(draft: PupilDraft) -> PupilPage:
    """The page “The pupil” as the record answers it."""
    known: dict[str, Any] = {name: getattr(draft, name) for name in _SHARED}
    return PupilPage(at_school=not draft.no_school_reason, no_school_reason=draft.no_school_reason, **known)


def identity_known(page: PupilPage) -> bool:
    """Whether the page says enough for a pupil's record: both names and the date of birth."""
    return bool(page.given_name.strip() and page.family_name.strip() and page.born_on)


def onto_pupil(draft: PupilDraft, page: PupilPage) -> PupilDraft:
    """The record with what the page says; what the page leaves empty stays as it was."""
    said: dict[str, Any] = {name: value for name in _SHARED if (value := getattr(page, name)) not in ("", None)}
    if page.upn:
        said["upn_unknown_reason"] = ""
    elif page.upn_unknown_reason:
        said["upn"] = ""
    return replace(draft, no_school_reason="" if page.at_school else page.no_school_reason, **said)


SURELY_ALIKE = frozenset({"They have the same UPN.", "They have the same date of birth and the same name."})
"""Likenesses after which a pupil of a group is taken to be the one on record, without asking."""
_OF_GROUP = ("given_name", "family_name", "born_on", "year_group", "sen_status", "sen_need", "social_care", "upn")


def group_identity_known(entry: GroupPupil) -> bool:
    """Whether the entry says enough for a pupil's record: both names and the date of birth."""
    return bool(entry.given_name.strip() and entry.family_name.strip() and entry.born_on)


def onto_group_pupil(draft: PupilDraft, entry: GroupPupil) -> PupilDraft:
    """The record with what the entry of a group says; what it leaves empty stays as it was."""
    said: dict[str, Any] = {name: value for name in _OF_GROUP if (value := getattr(entry, name)) not in ("", None)}
    if entry.sen_status:
        said["sen_need"] = entry.sen_need
    if entry.looked_after is not None:
        said["looked_after"] = entry.looked_after
    if entry.upn:
        said["upn_unknown_reason"] = ""
    return replace(draft, **said)


def onto_record(draft: PupilDraft, pages: Mapping[str, PageDraft]) -> PupilDraft:
    """The record with SEN, diagnosis, looked-after and social-care status from the other pages."""
    needs, agencies = pages.get("needs"), pages.get("agencies")
    if isinstance(needs, NeedsPage) and needs.sen_status:
        draft = replace(draft, sen_status=needs.sen_status, sen_need=needs.sen_need)
    if isinstance(needs, NeedsPage) and needs.diagnosis:
        draft = replace(draft, diagnosis=needs.diagnosis)
    if isinstance(agencies, AgenciesPage) and agencies.looked_after is not None:
        draft = replace(draft, looked_after=agencies.looked_after)
    if isinstance(agencies, AgenciesPage) and agencies.social_care:
        draft = replace(draft, social_care=agencies.social_care)
    return draft


def with_warning(draft: PupilDraft, warning: str) -> PupilDraft:
    """The record with the reasons why a home visit should not be made alone."""
    return replace(draft, lone_visit_warning=warning)


def begun_from_record(page: str, draft: PupilDraft) -> PageDraft | None:
    """A page that was not saved yet, begun with what the pupil's record answers; None when it answers nothing."""
    if page == "pupil":
        return page_of_pupil(draft)
    if page == "needs" and (draft.sen_status or draft.diagnosis):
        return NeedsPage(sen_status=draft.sen_status, sen_need=draft.sen_need, diagnosis=draft.diagnosis)
    if page == "agencies" and (draft.looked_after is not None or draft.social_care):
        return AgenciesPage(looked_after=draft.looked_after, social_care=draft.social_care)
    return None


def warning_words(page: PageDraft | None) -> str:
    """Why a home visit should not be made alone, for the pupil's record; empty when nothing was said."""
    if not isinstance(page, SafetyPage) or not page.not_alone:
        return ""
    return page.not_alone_reasons.strip() or NO_REASON_GIVEN

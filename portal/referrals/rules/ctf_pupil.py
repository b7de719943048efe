"""One pupil of a Common Transfer File, in the words of the referral form; codes that are not known stay as given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portal.kernel.names import name_problem
from portal.referrals.rules.drafts import (
    AgenciesPage,
    AttendancePage,
    FamilyPage,
    NeedsPage,
    PageDraft,
    Parent,
    PupilPage,
)
from portal.schools.rules import SEN_NEED, YEAR_GROUPS, normalise_upn, upn_problems

_MOST_CONTACTS = 6
_SHORT, _PHONE, _ADDRESS, _EMAIL = 80, 30, 500, 254

ETHNICITIES: Mapping[str, str] = {
    "WBRI": "White British",
    "WIRI": "White Irish",
    "WIRT": "Traveller of Irish heritage",
    "WROM": "Gypsy or Roma",
    "WEEU": "White Eastern European",
    "WWEU": "White Western European",
    "WOTH": "Any other White background",
    "MWBC": "White and Black Caribbean",
    "MWBA": "White and Black African",
    "MWAS": "White and Asian",
    "MOTH": "Any other mixed background",
    "AIND": "Indian",
    "APKN": "Pakistani",
    "ABAN": "Bangladeshi",
    "AOTH": "Any other Asian background",
    "BCRB": "Black Caribbean",
    "BAFR": "Black African",
    "BOTH": "Any other Black background",
    "CHNE": "Chinese",
    "OOTH": "Any other ethnic group",
    "REFU": "Preferred not to say",
    "NOBT": "Not yet known",
}
LANGUAGES: Mapping[str, str] = {
    "ENG": "English",
    "ENB": "Believed to be English",
    "OTH": "Other than English",
    "OTB": "Believed to be other than English",
    "ALB": "Albanian",
    "ARA": "Arabic",
    "BNG": "Bengali",
    "BSL": "British Sign Language",
    "BUL": "Bulgarian",
    "CHI": "Chinese",
    "FRN": "French",
    "GER": "German",
    "GUJ": "Gujarati",
    "HIN": "Hindi",
    "HUN": "Hungarian",
    "ITA": "Italian",
    "KUR": "Kurdish",
    "LIT": "Lithuanian",
    "PAT": "Pashto",
    "PNJ": "Panjabi",
    "POL": "Polish",
    "POR": "Portuguese",
    "PRS": "Persian",
    "RMN": "Romanian",
    "RUS": "Russian",
    "SOM": "Somali",
    "SPA": "Spanish",
    "TAM": "Tamil",
    "TUR": "Turkish",
    "UKR": "Ukrainian",
    "URD": "Urdu",
}
_RELATIONSHIPS: Mapping[str, str] = {
    "PAM": "mother",
    "MOT": "mother",
    "PAF": "father",
    "FAT": "father",
    "PAR": "parent",
    "STM": "step_parent",
    "STF": "step_parent",
    "STP": "step_parent",
    "GPM": "grandparent",
    "GPF": "grandparent",
    "GRP": "grandparent",
    "FOM": "foster_carer",
    "FOF": "foster_carer",
    "CAR": "guardian",
    "GUA": "guardian",
    "FAM": "other_family",
    "REL": "other_family",
    "SWR": "social_worker",
}
_GENDERS: Mapping[str, str] = {"F": "girl", "FEMALE": "girl", "M": "boy", "MALE": "boy"}
_YES_NO: Mapping[str, bool] = {
    "1": True,
    "TRUE": True,
    "Y": True,
    "YES": True,
    "0": False,
    "FALSE": False,
    "N": False,
    "NO": False,
}
_PROVISION: Mapping[str, str] = {"N": "N", "K": "K", "E": "E", "A": "K", "P": "K", "S": "E"}
"""Before 2014 there were school action (A), school action plus (P) and statements (S)."""
_NEEDS: Mapping[str, str] = {**{code: code for code in SEN_NEED}, "BESD": "SEMH"}


@dataclass
class Node:
    """One element: its name without prefix, its own text, its parts."""

    name: str
    words: list[str] = field(default_factory=list)
    parts: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Cleaned: one space between words, nothing that a page cannot show."""
        return " ".join(c for c in "".join(self.words).split() if c.isprintable())

    @property
    def raw(self) -> str:
        """As the file has it."""
        return "".join(self.words)

    def all(self, name: str) -> Iterator["Node"]:
        """Every element of this name below, in order."""
        for part in self.parts:
            if part.name == name:
                yield part
            yield from part.all(name)

    def first(self, *names: str) -> str:
        """The text of the first element with one of these names that says anything."""
        return next((found.text for name in names for found in self.all(name) if found.text), "")

    def own(self, *names: str) -> str:
        """The same, of the element's direct parts only."""
        return next((part.text for name in names for part in self.parts if part.name == name and part.text), "")

    def part(self, name: str) -> "Node":
        """The first direct part of this name; an empty one when there is none."""
        return next((part for part in self.parts if part.name == name), Node(name))


@dataclass(frozen=True)
class WantedPupil:
    """What a referral can use of one pupil; empty text and None: the file does not say."""

    given_name: str = ""
    family_name: str = ""
    born_on: date | None = None
    year_group: str = ""
    upn: str = ""
    gender: str = ""
    ethnicity: str = ""
    first_language: str = ""
    address: str = ""
    phone: str = ""
    looked_after: bool | None = None
    sen_status: str = ""
    sen_need: str = ""
    parents: tuple[Parent, ...] = ()
    attendance_percent: Decimal | None = None
    attendance_since: date | None = None
    left_out: tuple[str, ...] = ()
    """What the file says and nobody can use, each in a sentence"""


def pupil_of(pupil: Node) -> WantedPupil:
    """Reads one ``Pupil`` element, of a file of any of the last years."""
    basic = pupil.part("BasicDetails")
    languages = next(iter((*basic.all("Languages"), *pupil.all("Languages"))), Node(""))
    status = _sen_status(pupil.part("SENhistory"))
    need = _NEEDS.get(_sen_need(pupil).upper(), "")
    percent, since = _attendance(pupil.part("Attendance"))
    ethnicity = pupil.own("Ethnicity") or basic.own("Ethnicity")
    upn = normalise_upn(pupil.own("UPN"))
    upn_wrong = upn_problems(upn) if upn else []
    given, family = _Name.of(pupil, "Forename"), _Name.of(pupil, "Surname")
    parents, nameless = _contacts(pupil.part("Contacts"))
    return WantedPupil(
        given_name=given.text,
        family_name=family.text,
        born_on=_day(pupil.own("DOB")),
        year_group=_year(basic.own("NCyearActual") or pupil.own("NCyearActual")),
        upn="" if upn_wrong else upn,
        gender=_GENDERS.get((pupil.own("Gender", "Sex") or basic.own("Gender", "Sex")).upper(), ""),
        ethnicity=ETHNICITIES.get(ethnicity.upper(), ethnicity)[:_SHORT],
        first_language=_language(languages)[:_SHORT],
        address=_address(pupil.part("Address")),
        phone=_phone(pupil.part("Phones")) or pupil.own("Phone")[:_PHONE],
        looked_after=_YES_NO.get(pupil.part("LookedAfter").first("InCare").upper()),
        sen_status=status,
        sen_need="" if status == "N" or (need == "NSA" and status != "K") else need,
        parents=parents,
        attendance_percent=percent,
        attendance_since=since,
        left_out=(
            *(f"The UPN in the file has been left out. {words}" for words in upn_wrong),
            *given.left_out("pupil's first name"),
            *family.left_out("pupil's family name"),
            *nameless,
        ),
    )


@dataclass(frozen=True)
class _Name:
    """A name of the file, or nothing and why."""

    text: str
    wrong: str

    @classmethod
    def of(cls, node: Node, *names: str) -> "_Name":
        parts = [part for name in names for part in node.parts if part.name == name and part.raw.strip()]
        text = " ".join(part.text for part in parts)
        wrong = name_problem(" ".join(part.raw.strip() for part in parts)) or name_problem(text)
        return cls("" if wrong else text[:_SHORT], wrong)

    def left_out(self, what: str) -> tuple[str, ...]:
        return (f"The {what} in the file has been left out. {self.wrong}",) if self.wrong else ()


def ctf_pages(pupil: WantedPupil) -> dict[str, PageDraft]:
    """The pages of the form as far as the file answers them."""
    return {
        "pupil": PupilPage(
            given_name=pupil.given_name,
            family_name=pupil.family_name,
            born_on=pupil.born_on,
            year_group=pupil.year_group,
            upn=pupil.upn,
            gender=pupil.gender,
            ethnicity=pupil.ethnicity,
            first_language=pupil.first_language,
            address=pupil.address,
            phone=pupil.phone,
        ),
        "family": FamilyPage(parents=pupil.parents),
        "needs": NeedsPage(sen_status=pupil.sen_status, sen_need=pupil.sen_need if pupil.sen_status else ""),
        "attendance": AttendancePage(
            attendance_percent=pupil.attendance_percent, attendance_since=pupil.attendance_since
        ),
        "agencies": AgenciesPage(looked_after=pupil.looked_after),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _year(text: str) -> str:
    year = text.upper().lstrip("Y") if text.upper() not in YEAR_GROUPS else text.upper()
    return year if year in YEAR_GROUPS else ""


def _language(languages: Node) -> str:
    """The first language: the one marked F, else the first that is named."""
    kinds = [(one.own("LanguageType").upper(), one.own("Language")) for one in languages.all("Type")]
    marked = next((code for kind, code in kinds if kind == "F" and code), "")
    code = marked or languages.first("FirstLanguage", "Language")
    return LANGUAGES.get(code.upper(), code)


def _address(address: Node) -> str:
    house = " ".join(filter(None, (address.first("SAON"), address.first("PAON"), address.first("Street"))))
    lines = [address.first(f"AddressLine{number}") for number in range(1, 6)]
    rest = [address.first(name) for name in ("Locality", "Town", "AdministrativeArea", "PostTown")]
    known = dict.fromkeys(filter(None, (house, *lines, *rest, address.first("PostCode", "Postcode"))))
    return ", ".join(known)[:_ADDRESS]


def _phone(phones: Node) -> str:
    return phones.first("PhoneNo", "TelephoneNo", "Telephone")[:_PHONE]


def _sen_status(history: Node) -> str:
    """The newest provision of the history."""
    known = [(one.own("StartDate"), place, one.own("SENprovision")) for place, one in enumerate(history.all("SEN"))]
    newest = max((entry for entry in known if entry[2]), default=("", 0, history.first("SENprovision")))
    return _PROVISION.get(newest[2].upper(), "")


def _sen_need(pupil: Node) -> str:
    """The need of the first rank."""
    needs = [(one.own("SENtypeRank") or "9", one.own("SENtype")) for one in pupil.all("SENneed")]
    ranked = min((need for need in needs if need[1]), default=("", ""))
    return ranked[1] or next(iter(pupil.all("SENneeds")), Node("")).first("SENtype")


def _contacts(contacts: Node) -> tuple[tuple[Parent, ...], list[str]]:
    """The people around the pupil, and a sentence for each whose name is none."""
    found: list[Parent] = []
    left_out: list[str] = []
    for number, contact in enumerate(list(contacts.all("Contact"))[:_MOST_CONTACTS], start=1):
        name = _Name.of(contact, "Title", "Forename", "Surname")
        if name.wrong:
            left_out += name.left_out(f"name of contact {number}")
            continue
        code = contact.own("Relationship").upper()
        email = contact.first("Email")[:_EMAIL]
        parent = Parent(
            name=name.text,
            relationship=_RELATIONSHIPS.get(code, "other") if code else "",
            parental_responsibility=_YES_NO.get(contact.own("Responsible").upper()),
            phone=_phone(contact.part("Phones")),
            email=email if email.count("@") == 1 and " " not in email else "",
        )
        found.append(parent)
    return tuple(found), left_out


def _attendance(attendance: Node) -> tuple[Decimal | None, date | None]:
    """Percent of the sessions that were possible in the newest year of the file, and the day it is counted from."""
    years = [(one.own("Year"), place, one) for place, one in enumerate(attendance.all("YearData"))]
    year = max(years)[2] if years else attendance
    possible = _sum(year, "SessionsPossible", "PossibleSessions")
    if not possible:
        return None, None
    attended = _attended(year, possible)
    if attended is None or not 0 <= attended <= possible:
        return None, None
    since = _day(year.first("AttendanceStart", "StartDate", "AttendanceStartDate"))
    return (Decimal(attended) * 100 / possible).quantize(Decimal("0.1")), since


def _attended(year: Node, possible: int) -> int | None:
    """As the file says, 0 too; else what is left of the possible sessions. None where it counts neither."""
    attended = _sum(year, "SessionsAttended", "AttendedSessions", "Attended")
    if attended is not None:
        return attended
    authorised = _sum(year, "SessionsAuthorised", "AuthorisedAbsences", "AuthorisedAbsence")
    unauthorised = _sum(year, "SessionsUnauthorised", "UnauthorisedAbsences", "UnauthorisedAbsence")
    if authorised is None and unauthorised is None:
        return None
    return possible - (authorised or 0) - (unauthorised or 0)


def _sum(year: Node, *names: str) -> int | None:
    """The sum of the first of these names that the file has; None where it has none, or no number in it."""
    for name in names:
        texts = [one.text for one in year.all(name) if one.text]
        if texts:
            known = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 4]
            return sum(known) if len(known) == len(texts) else None
    return None

"""The pages of the form, one class each; their words come from the rules."""

from collections.abc import Sequence

from portal.kernel.forms import (
    ChoiceField,
    LongTextField,
    ManyField,
    NearDateField,
    NumberField,
    RadioField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from portal.referrals import rules
from portal.referrals.forms.base import BirthField, Group, PageForm, Part, label_of
from portal.schools.rules import (
    GENDERS,
    NO_SCHOOL_REASONS,
    RELATIONSHIPS,
    SEN_NEED,
    SEN_PROVISION,
    SOCIAL_CARE,
    SUSPENSION_REASONS,
    UPN_UNKNOWN_REASONS,
    YEAR_GROUPS,
)

_STORY, _PASSAGE, _LINES = 4_000, 1_500, 400
"""Characters of a main answer, a shorter one, and a line or two in a list."""
ANOTHER = "another"
"""“None of these”: the pupil being entered is another child than those who look alike."""


class PupilForm(PageForm):
    page = "pupil"
    reveals = {"at_school": {"no": ("no_school_reason",)}}

    alike = RadioField("Is it one of these pupils?")
    given_name = TextField(label_of(page, "given_name"), longest=80)
    family_name = TextField(label_of(page, "family_name"), longest=80)
    born_on = BirthField(label_of(page, "born_on"), description="For example, 27 3 2016")
    year_group = ChoiceField(label_of(page, "year_group"), YEAR_GROUPS.items())
    at_school = YesNoField(label_of(page, "at_school"))
    no_school_reason = RadioField(label_of(page, "no_school_reason"), NO_SCHOOL_REASONS.items())
    upn = TextField(label_of(page, "upn"), longest=20, description="13 characters, such as B801200005001")
    upn_unknown_reason = ChoiceField(label_of(page, "upn_unknown_reason"), UPN_UNKNOWN_REASONS.items())
    gender = RadioField(label_of(page, "gender"), GENDERS.items())
    ethnicity = TextField(label_of(page, "ethnicity"), longest=80)
    first_language = TextField(label_of(page, "first_language"), longest=80)
    interpreter_needed = YesNoField(label_of(page, "interpreter_needed"))
    address = LongTextField(label_of(page, "address"), longest=500)
    phone = TextField(label_of(page, "phone"), longest=30)

    def draft(self) -> rules.PupilPage:
        page: rules.PupilPage = super().draft()
        # Whoever says nothing about the roll speaks of a pupil of their school.
        return page if self.at_school.answer is not None else rules.PupilPage(**{**vars(page), "at_school": True})

    def offer_alike(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Asks whether the child is one of those that the school has on record."""
        self.alike.offer([*pairs, (ANOTHER, "No, this is another child")])


class ParentPart(Part):
    makes = rules.Parent

    name = TextField("Name")
    relationship = ChoiceField("Relationship to the pupil", RELATIONSHIPS.items())
    parental_responsibility = YesNoField("Parental responsibility?")
    phone = TextField("Phone", longest=30)
    email = TextField("Email", longest=254)
    safe_channels = ManyField(
        "Safe ways to contact them",
        rules.WAYS.items(),
        description="Only tick what they say is safe. A phone or inbox that others see can put somebody at risk.",
    )


class FamilyForm(PageForm):
    page = "family"
    reveals = {
        "agrees": {"yes": ("agrees_on", "agrees_who"), "no": ("agrees_why_not",)},
        "shares": {"yes": ("shares_on", "shares_who", "shares_with"), "no": ("shares_why_not",)},
    }

    agrees = YesNoField(label_of(page, "agrees"))
    agrees_on = NearDateField(label_of(page, "agrees_on"))
    agrees_who = TextField(label_of(page, "agrees_who"))
    agrees_why_not = LongTextField(label_of(page, "agrees_why_not"), longest=_PASSAGE)
    shares = YesNoField(label_of(page, "shares"))
    shares_on = NearDateField(label_of(page, "shares_on"))
    shares_who = TextField(label_of(page, "shares_who"))
    shares_with = LongTextField(label_of(page, "shares_with"), longest=_PASSAGE)
    shares_why_not = LongTextField(label_of(page, "shares_why_not"), longest=_PASSAGE)
    parents = Group(ParentPart, label_of(page, "parents"), thing="parent or carer", most=6)


class ConcernPart(Part):
    makes = rules.Concern

    words = LongTextField("What is it?", longest=_LINES)
    frequency = RadioField("How often?", rules.FREQUENCIES.items())
    severity = WholeNumberField("How severe?", least=1, most=10, description="1 is slight, 10 is extreme")


class ConcernForm(PageForm):
    page = "concern"

    concern = LongTextField(label_of(page, "concern"), longest=_STORY)
    concerns = Group(ConcernPart, label_of(page, "concerns"), thing="concern", most=3)
    exclusion_risk = WholeNumberField(
        label_of(page, "exclusion_risk"), least=0, most=10, description="0 is none, 10 is certain"
    )


class NeedsForm(PageForm):
    page = "needs"

    sen_status = RadioField(label_of(page, "sen_status"), SEN_PROVISION.items())
    asked_with = {"sen_need": ("sen_status", ("K", "E"))}
    sen_need = ChoiceField(label_of(page, "sen_need"), SEN_NEED.items(), description="Only with SEN support or a plan")
    nature_of_need = LongTextField(label_of(page, "nature_of_need"), longest=_STORY)
    diagnosis = LongTextField(label_of(page, "diagnosis"), longest=_PASSAGE)
    attainment = LongTextField(label_of(page, "attainment"), longest=_PASSAGE)
    strengths = LongTextField(label_of(page, "strengths"), longest=_STORY)


class StrategyPart(Part):
    makes = rules.StrategyTried

    strategy = LongTextField("What did you try?", longest=_LINES)
    from_on = NearDateField("From")
    until_on = NearDateField("Until", description="Leave blank if you are still doing it")
    effect = ChoiceField("What came of it?", rules.EFFECTS.items())


class TriedForm(PageForm):
    page = "tried"

    strategies = Group(StrategyPart, label_of(page, "strategies"), thing="strategy")


class SuspensionPart(Part):
    makes = rules.Suspension

    starts_on = NearDateField("First day")
    sessions = WholeNumberField("Sessions", least=1, most=90, description="A session is half a school day")
    reasons = ManyField("Reasons", [(code, rules.reason_words(code)) for code in SUSPENSION_REASONS])


class AttendanceForm(PageForm):
    page = "attendance"
    reveals = {"part_time": {"yes": ("part_time_hours",)}}
    asked_with = {"suspensions": ("suspended", ("yes",))}

    attendance_percent = NumberField(label_of(page, "attendance_percent"), least=0, most=100)
    attendance_since = NearDateField(label_of(page, "attendance_since"))
    internal_exclusions = WholeNumberField(label_of(page, "internal_exclusions"), least=0, most=400)
    part_time = YesNoField(label_of(page, "part_time"))
    part_time_hours = NumberField(label_of(page, "part_time_hours"), least=0, most=40)
    managed_moves = LongTextField(label_of(page, "managed_moves"), longest=_PASSAGE)
    suspended = YesNoField(label_of(page, "suspended"))
    suspensions = Group(SuspensionPart, label_of(page, "suspensions"), thing="suspension")


class AgencyPart(Part):
    makes = rules.Agency

    name = TextField("Agency")
    contact = TextField("Who there", longest=200)
    current = YesNoField("Involved now?")


class AgenciesForm(PageForm):
    page = "agencies"

    looked_after = YesNoField(label_of(page, "looked_after"))
    social_care = ChoiceField(label_of(page, "social_care"), SOCIAL_CARE.items())
    early_help = YesNoField(label_of(page, "early_help"))
    lead_professional = TextField(label_of(page, "lead_professional"), longest=200)
    agencies = Group(AgencyPart, label_of(page, "agencies"), thing="agency")


class SupportForm(PageForm):
    page = "support"

    support_wanted = LongTextField(label_of(page, "support_wanted"), longest=_STORY)
    desired_change = LongTextField(label_of(page, "desired_change"), longest=_STORY)


class ViewsForm(PageForm):
    page = "views"
    reveals = {
        "pupil_views_how": {"not_yet": ("pupil_views_not_yet",)},
        "family_views_how": {"not_yet": ("family_views_not_yet",)},
    }
    asked_with = {
        "pupil_views": ("pupil_views_how", ("wrote", "told", "drew", "helped")),
        "pupil_views_helper": ("pupil_views_how", ("told", "drew", "helped")),
        "family_views": ("family_views_how", ("wrote", "told", "helped")),
        "family_views_who": ("family_views_how", ("wrote", "told", "helped")),
    }

    pupil_views_how = RadioField(label_of(page, "pupil_views_how"), rules.PUPIL_WAYS.items())
    pupil_views = LongTextField(
        label_of(page, "pupil_views"),
        longest=_STORY,
        description="Word for word, also when it is short or hard to read",
    )
    pupil_views_helper = TextField(label_of(page, "pupil_views_helper"), description="Only if an adult helped")
    pupil_views_not_yet = LongTextField(label_of(page, "pupil_views_not_yet"), longest=_LINES)
    family_views_how = RadioField(label_of(page, "family_views_how"), rules.FAMILY_WAYS.items())
    family_views = LongTextField(label_of(page, "family_views"), longest=_STORY, description="In their words")
    family_views_who = TextField(label_of(page, "family_views_who"))
    family_views_not_yet = LongTextField(label_of(page, "family_views_not_yet"), longest=_LINES)


class SafetyForm(PageForm):
    page = "safety"
    reveals = {"not_alone": {"yes": ("not_alone_reasons",)}}

    not_alone = YesNoField(label_of(page, "not_alone"))
    not_alone_reasons = LongTextField(label_of(page, "not_alone_reasons"), longest=1_000)


class ReferrerForm(PageForm):
    page = "referrer"
    reveals = {
        "head_approves": {"yes": ("head_name", "head_approved_on")},
        "officer_signs": {"yes": ("officer_signed_on",)},
        "parent_signs": {"yes": ("parent_name", "parent_signed_on")},
    }

    name = TextField(label_of(page, "name"))
    role = TextField(label_of(page, "role"), description="For example, SENDCo")
    email = TextField(label_of(page, "email"), longest=254)
    phone = TextField(label_of(page, "phone"), longest=30)
    head_approves = YesNoField(label_of(page, "head_approves"))
    head_name = TextField(label_of(page, "head_name"))
    head_approved_on = NearDateField(label_of(page, "head_approved_on"))
    officer_signs = YesNoField(label_of(page, "officer_signs"))
    officer_signed_on = NearDateField(label_of(page, "officer_signed_on"))
    parent_signs = YesNoField(label_of(page, "parent_signs"))
    parent_name = TextField(label_of(page, "parent_name"))
    parent_signed_on = NearDateField(label_of(page, "parent_signed_on"))

    def ask_only(self, asked: rules.Asked) -> None:
        """Officer and parent sign, or the head approves; where the head does so in the portal, neither is asked."""
        head, officer = not asked.asks_head and not asked.by_officer, asked.by_officer
        if not head:
            del self.head_approves, self.head_name, self.head_approved_on
        if not officer:
            del self.officer_signs, self.officer_signed_on
            del self.parent_signs, self.parent_name, self.parent_signed_on


class GroupPupilPart(Part):
    makes = rules.GroupPupil
    asked_with = {
        "sen_need": ("sen_status", ("K", "E")),
        "agrees_on": ("agrees", ("yes",)),
        "agrees_who": ("agrees", ("yes",)),
        "agrees_why_not": ("agrees", ("no",)),
        "shares_on": ("shares", ("yes",)),
        "shares_who": ("shares", ("yes",)),
        "shares_why_not": ("shares", ("no",)),
    }

    given_name = TextField("First name", longest=80)
    family_name = TextField("Family name", longest=80)
    born_on = BirthField("Date of birth", description="For example, 27 3 2016")
    year_group = ChoiceField("Year group", YEAR_GROUPS.items())
    sen_status = ChoiceField("SEN status", SEN_PROVISION.items())
    sen_need = ChoiceField("Kind of need", SEN_NEED.items(), description="Only with SEN support or a plan")
    looked_after = YesNoField("Is the child looked after?")
    social_care = ChoiceField("Social-care status", SOCIAL_CARE.items())
    agrees = YesNoField("Does the family know about this referral and agree with it?")
    agrees_on = NearDateField("When did they say so?", description="Only if they agree")
    agrees_who = TextField("Who said so?", description="Only if they agree")
    agrees_why_not = LongTextField("Why not?", longest=_LINES, description="Only if they do not agree")
    shares = YesNoField("May information be shared with the agencies involved?")
    shares_on = NearDateField("When did they permit it?", description="Only if it may be shared")
    shares_who = TextField("Who permitted it?", description="Only if it may be shared")
    shares_why_not = LongTextField("Why may it not?", longest=_LINES, description="Only if it may not be shared")
    upn = TextField("Unique pupil number (UPN), if you know it", longest=20)


class GroupForm(PageForm):
    page = "pupils"

    pupils = Group(GroupPupilPart, label_of(page, "pupils"), thing="pupil", most=30)
    why_together = LongTextField(label_of(page, "why_together"), longest=_PASSAGE)

    def limit(self, most: int) -> None:
        """A group has at most so many pupils, as the service line says."""
        self.pupils.max_entries = most


class WholeSchoolForm(PageForm):
    page = "school"

    what = LongTextField(
        label_of(page, "what"), longest=_STORY, description="For example, the lunch hall is loud and pupils are hurt"
    )
    where = LongTextField(label_of(page, "where"), longest=_PASSAGE)
    since = TextField(label_of(page, "since"), description="For example, since September")
    how_many = TextField(label_of(page, "how_many"), longest=200)
    staff = TextField(label_of(page, "staff"), longest=200)


_FORMS: dict[str, type[PageForm]] = {
    form.page: form
    for form in (
        PupilForm,
        FamilyForm,
        ConcernForm,
        NeedsForm,
        TriedForm,
        AttendanceForm,
        AgenciesForm,
        SupportForm,
        ViewsForm,
        SafetyForm,
        ReferrerForm,
        GroupForm,
        WholeSchoolForm,
    )
}


def form_of(page: str) -> type[PageForm]:
    """The form of a page, by its key. Raises KeyError for an unknown one."""
    return _FORMS[page]

"""Code sets about schools and pupils, each with its label in plain words."""

from collections.abc import Mapping

SEN_PROVISION: Mapping[str, str] = {
    "N": "No special educational need",
    "K": "SEN support",
    "E": "Education, health and care plan",
}

SEN_NEED: Mapping[str, str] = {
    "SPLD": "Specific learning difficulty",
    "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty",
    "PMLD": "Profound and multiple learning difficulty",
    "SEMH": "Social, emotional and mental health",
    "SLCN": "Speech, language and communication needs",
    "HI": "Hearing impairment",
    "VI": "Vision impairment",
    "MSI": "Multi-sensory impairment",
    "PD": "Physical disability",
    "ASD": "Autistic spectrum disorder",
    "OTH": "Other difficulty or disability",
    "DS": "Down syndrome",
    "NSA": "SEN support, but no specialist assessment of the type of need",
}

SUSPENSION_REASONS: Mapping[str, str] = {
    "PP": "Physical assault against a pupil",
    "PA": "Physical assault against an adult",
    "VP": "Verbal abuse or threatening behaviour against a pupil",
    "VA": "Verbal abuse or threatening behaviour against an adult",
    "OW": "Use or threat of use of an offensive weapon or prohibited item",
    "BU": "Bullying",
    "RA": "Racist abuse",
    "LG": "Abuse against sexual orientation and gender identity",
    "DS": "Abuse relating to disability",
    "SM": "Sexual misconduct",
    "DA": "Drug and alcohol related",
    "DM": "Damage",
    "TH": "Theft",
    "MT": "Inappropriate use of social media or online technology",
    "DB": "Persistent or general disruptive behaviour",
    "PH": "Wilful and repeated transgression of protective measures in place to protect public health",
}

ORGANISATION_KINDS: Mapping[str, str] = {
    "school": "School",
    "authority": "Local authority",
}

SCHOOL_STATUS: Mapping[str, str] = {
    "open": "Open",
    "closing": "Open, but proposed to close",
    "closed": "Closed",
    "proposed": "Proposed to open",
}

SCHOOL_PHASES: Mapping[str, str] = {
    "nursery": "Nursery",
    "primary": "Primary",
    "middle_primary": "Middle deemed primary",
    "secondary": "Secondary",
    "middle_secondary": "Middle deemed secondary",
    "sixteen_plus": "16 plus",
    "all_through": "All-through",
    "not_applicable": "Not applicable",
}

SOCIAL_CARE: Mapping[str, str] = {
    "none": "None known",
    "early_help": "Early help",
    "child_in_need": "Child in need",
    "child_protection": "Child protection plan",
    "looked_after": "Looked after by the local authority",
    "previously_looked_after": "Looked after in the past",
    "not_known": "Not known",
}

NO_SCHOOL_REASONS: Mapping[str, str] = {
    "ehe": "Elective home education",
    "moving": "Moving between schools",
    "awaiting_place": "Waiting for a school place",
}

UPN_UNKNOWN_REASONS: Mapping[str, str] = {
    "not_school_age": "Not yet of school age",
    "never_state_school": "Has never attended a state-funded school in England",
    "outside_england": "Educated outside England",
    "new_to_school": "New to the school, and the number has not arrived",
    "sources_disagree": "Records disagree about the number",
}

RELATIONSHIPS: Mapping[str, str] = {
    "mother": "Mother",
    "father": "Father",
    "parent": "Parent",
    "step_parent": "Step-parent",
    "grandparent": "Grandparent",
    "foster_carer": "Foster carer",
    "guardian": "Guardian",
    "other_family": "Other family",
    "social_worker": "Social worker",
    "other": "Somebody else",
}

CONTACT_CHANNELS: Mapping[str, str] = {
    "text": "Text message",
    "email": "E-mail",
    "post": "Post",
    "phone": "Phone call",
}

GENDERS: Mapping[str, str] = {
    "girl": "Girl",
    "boy": "Boy",
    "other": "Another way",
    "not_said": "Prefers not to say",
}


def sen_problems(status: str, need: str) -> dict[str, str]:
    """What does not fit between SEN provision and need, by field (``sen_status``, ``sen_need``); empty when it fits.

    An empty ``status`` is not a problem here: whether it must be answered is for the form to say.
    """
    if status and status not in SEN_PROVISION:
        return {"sen_status": "Choose the SEN status from the list."}
    if need and need not in SEN_NEED:
        return {"sen_need": "Choose the kind of need from the list."}
    if status in ("K", "E") and not need:
        return {"sen_need": "Choose the kind of need: it goes with SEN support and with a plan."}
    if status == "N" and need:
        return {"sen_need": "Take the kind of need away, or change the SEN status: no need goes with “none”."}
    if need == "NSA" and status != "K":
        return {"sen_need": "“No specialist assessment” goes with SEN support only. Choose the kind of need."}
    return {}

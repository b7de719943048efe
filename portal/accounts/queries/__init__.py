"""Reading people, their roles, sessions and links, and requests for an account."""

from portal.accounts.queries.cast import (
    CAST_DOMAIN,
    CastRow,
    demonstration_cast,
    demonstration_people_left,
    member_of_cast,
)
from portal.accounts.queries.links import LinkRow, link_digest, link_of
from portal.accounts.queries.people import (
    SHOWN_AT_ONCE,
    PeopleFilter,
    PeoplePage,
    PersonPage,
    PersonRow,
    RoleRow,
    actor_of,
    has_pin,
    people_of_school,
    people_page,
    people_with,
    person_page,
    person_with_email,
    school_audience,
    school_role,
    version_of,
)
from portal.accounts.queries.places import find_schools, lines_to_choose, schools_to_choose
from portal.accounts.queries.requests import RequestRow, answered_requests, open_requests, request_for
from portal.accounts.queries.sessions import SessionRow, open_sessions, recovery_codes_left
from portal.accounts.queries.ways import PasskeyRow, WaysPage, WorkRow, ways_of

__all__ = [
    "CAST_DOMAIN",
    "SHOWN_AT_ONCE",
    "CastRow",
    "LinkRow",
    "PasskeyRow",
    "PeopleFilter",
    "PeoplePage",
    "PersonPage",
    "PersonRow",
    "RequestRow",
    "RoleRow",
    "SessionRow",
    "WaysPage",
    "WorkRow",
    "actor_of",
    "answered_requests",
    "demonstration_cast",
    "find_schools",
    "demonstration_people_left",
    "has_pin",
    "lines_to_choose",
    "link_digest",
    "link_of",
    "member_of_cast",
    "open_requests",
    "open_sessions",
    "people_of_school",
    "people_page",
    "people_with",
    "person_page",
    "person_with_email",
    "recovery_codes_left",
    "request_for",
    "school_audience",
    "school_role",
    "schools_to_choose",
    "version_of",
    "ways_of",
]

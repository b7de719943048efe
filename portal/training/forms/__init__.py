"""Forms of training."""

from portal.training.forms.requests import ChooseForm, OfferForm, PlacesForm, ReasonForm, RequestForm
from portal.training.forms.sessions import (
    BookForm,
    ChangePlacesForm,
    ChangeSessionForm,
    MoveForm,
    PeopleForm,
    RegisterForm,
    SessionForm,
)
from portal.training.forms.topics import ChangeTopicForm, TopicForm

__all__ = [
    "BookForm",
    "ChangePlacesForm",
    "ChangeSessionForm",
    "ChangeTopicForm",
    "ChooseForm",
    "MoveForm",
    "OfferForm",
    "PeopleForm",
    "PlacesForm",
    "ReasonForm",
    "RegisterForm",
    "RequestForm",
    "SessionForm",
    "TopicForm",
]

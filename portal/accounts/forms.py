"""Forms of signing in, of one's own account, and of people and their roles."""

from collections.abc import Iterable

from portal.accounts.rules import LONGEST_PASSKEY_NAME, PersonDraft, RequestDraft, RoleDraft
from portal.kernel.contact import LONGEST_TELEPHONE
from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    LongTextField,
    NearDateField,
    PortalForm,
    SecretField,
    TextField,
)
from portal.policy import Role

Pairs = Iterable[tuple[str, str]]

NEW_PASSWORD_HINT = "At least 12 characters. Three or four words in a row are easy to remember."  # noqa: S105
_EMAIL = {"autocomplete": "email", "spellcheck": "false"}


class SecretForm(PortalForm):
    """Asks for a secret. Sending it twice is answered afresh: the answer to the first sending carried a new cookie."""

    submission_id = None  # type: ignore[assignment]


class SignInForm(SecretForm):
    email = TextField(
        "E-mail address",
        required="Type your e-mail address.",
        longest=254,
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    password = SecretField("Password", required="Type your password.", render_kw={"autocomplete": "current-password"})


class CodeForm(SecretForm):
    code = TextField(
        "Code",
        required="Type the code.",
        longest=40,
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


class ConfirmForm(SecretForm):
    password = SecretField(
        "Your password", required="Type your password.", render_kw={"autocomplete": "current-password"}
    )


class PasskeyForm(SecretForm):
    """What the browser made of a passkey; filled in by the page's script."""

    passkey_token = SecretField("Passkey", required="Use your passkey.", longest=20_000)


class NewPasskeyForm(PasskeyForm):
    name = TextField(
        "Name of the passkey",
        required="Type a name, such as the device it is on.",
        longest=LONGEST_PASSKEY_NAME,
        description="So that you know it again in the list, such as Laptop at work.",
        render_kw={"autocomplete": "off"},
    )


class PasswordForm(SecretForm):
    old_password = SecretField(
        "Password you have now",
        required="Type the password you have now.",
        render_kw={"autocomplete": "current-password"},
    )
    new_password = SecretField(
        "New password",
        required="Type the new password.",
        description=NEW_PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )


_FIGURES = {"inputmode": "numeric", "autocomplete": "off"}


class PinForm(SecretForm):
    pin = SecretField(
        "Six figures",
        required="Type six figures.",
        description="Not your birthday, and not six figures in a row.",
        render_kw=_FIGURES,
    )
    pin_again = SecretField("The same six figures again", required="Type the figures again.", render_kw=_FIGURES)


class WelcomeForm(SecretForm):
    """``name`` is asked at the first password only; the view takes it away otherwise."""

    name = TextField("Your name", required="Type your name.", render_kw={"autocomplete": "name"})
    password = SecretField(
        "New password",
        required="Type the new password.",
        description=NEW_PASSWORD_HINT,
        render_kw={"autocomplete": "new-password"},
    )


class NameForm(EditForm):
    name = TextField("Your name", required="Type your name.", render_kw={"autocomplete": "name"})


class TelephoneForm(EditForm):
    work_telephone = TextField(
        "Work telephone",
        longest=LONGEST_TELEPHONE,
        description="Never your own number. Leave blank if you don't have one.",
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )


class PersonForm(EditForm):
    name = TextField("Name", required="Type the name of the person.")
    email = TextField(
        "E-mail address",
        required="Type the e-mail address.",
        longest=254,
        description="They sign in with it. A new address needs to be confirmed before it is used.",
        render_kw={"spellcheck": "false"},
    )

    def draft(self) -> PersonDraft:
        return PersonDraft(self.name.data or "", self.email.data or "")


class _RoleFields(PortalForm):
    """A role and where it holds."""

    role = ChoiceField("Role", required="Choose a role.")
    school = ChoiceField(
        "School", blank="No school", description="Only for the roles “School” and “Head teacher”, which belong to one."
    )
    line = ChoiceField("Service line", blank="All service lines", description="Only for outreach workers.")

    def offer(self, roles: Pairs, schools: Pairs, lines: Pairs) -> None:
        """Hands in the choices that only the view knows."""
        self.role.offer(roles)
        self.school.offer(schools)
        self.line.offer(lines)

    def _role_draft(self) -> RoleDraft:
        return RoleDraft(Role(self.role.data), _number(self.school.data), _number(self.line.data))


class InviteForm(_RoleFields):
    name = TextField("Name", required="Type the name of the person.")
    email = TextField(
        "Work e-mail address", required="Type the e-mail address.", longest=254, render_kw={"spellcheck": "false"}
    )

    def draft(self) -> PersonDraft:
        return PersonDraft(self.name.data or "", self.email.data or "")

    def role_draft(self) -> RoleDraft:
        return self._role_draft()


class RoleForm(_RoleFields):
    starts_on = NearDateField("First day", description="Leave it empty when it begins today.")
    ends_on = NearDateField("Last day", description="Leave it empty when nobody knows it yet.")

    def role_draft(self) -> RoleDraft:
        draft = self._role_draft()
        return RoleDraft(draft.role, draft.school_id, draft.line_id, self.starts_on.data, self.ends_on.data)


class EndRoleForm(PortalForm):
    last_day = NearDateField("Last day", description="Leave it empty to end the role now.")


class AskForm(PortalForm):
    name = TextField("Your name", required="Type your name.", render_kw={"autocomplete": "name"})
    school = TextField(
        "School or organisation",
        required="Type the name of your school or organisation.",
        longest=200,
        render_kw={"autocomplete": "organization"},
    )
    email = TextField("Work e-mail address", required="Type your work e-mail address.", longest=254, render_kw=_EMAIL)
    words = LongTextField(
        "What do you need the account for?",
        longest=1_000,
        description="A sentence is enough. Leave out anything about a child.",
    )

    def draft(self) -> RequestDraft:
        return RequestDraft(self.name.data or "", self.school.data or "", self.email.data or "", self.words.data or "")


class DeclineForm(PortalForm):
    reason = LongTextField(
        "Why not?",
        required="Say why, in a sentence that the next coordinator understands.",
        longest=500,
    )


def _number(text: str | None) -> int | None:
    return int(text) if text else None

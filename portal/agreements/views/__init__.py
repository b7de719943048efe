"""The pages of agreements: the list, one agreement, signing it, and the texts."""

from portal.agreements.views import changes, pages, signing, texts
from portal.agreements.views.base import blueprint

__all__ = ["blueprint", "changes", "pages", "signing", "texts"]

"""Further languages for families and children: speakers fill in and check the texts, then a language is offered."""

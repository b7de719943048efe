"""People who sign in, the dated roles they hold, and the sessions they sign in with."""

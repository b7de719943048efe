"""Messages out: what a person must know, written with the change and sent by the worker."""

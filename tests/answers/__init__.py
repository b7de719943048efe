"""What the portal answers to everybody, written out, so that two states of the code can be compared.

``python -m tests.answers take FOLDER`` builds the demonstration world at a fixed moment, walks as each
person of the cast through every address that they can find, and writes one file a person, and the
audit trail of the world. ``python -m tests.answers compare OLD NEW`` says what differs.
"""

"""The symbols of children's voice: each drawing in ``static/symbols`` and its meaning as a child would say it.

The words stand under the picture, are read aloud and are the picture's alternative text: no picture speaks alone.
"""

from collections.abc import Mapping

RATINGS: Mapping[str, str] = {
    "face-loved-it": "I loved it",
    "face-good": "It was good",
    "face-a-little": "It helped a little",
    "face-no-help": "It did not help",
}

FEELINGS: Mapping[str, str] = {
    "face-happy": "I feel happy",
    "face-calm": "I feel calm",
    "face-so-so": "I feel so-so",
    "face-sad": "I feel sad",
    "face-very-sad": "I feel very sad",
    "face-angry": "I feel angry",
    "face-worried": "I feel worried",
    "face-tired": "I feel tired",
}

YES_MAYBE_NO: Mapping[str, str] = {
    "yes": "Yes",
    "maybe": "Maybe",
    "no": "No",
}

CIRCLES: Mapping[str, str] = {
    "circle-1": "Never",
    "circle-2": "Not often",
    "circle-3": "Sometimes",
    "circle-4": "Often",
    "circle-5": "Always",
}

CONTROLS: Mapping[str, str] = {
    "listen": "Listen",
    "stop": "Stop",
    "not-say": "I do not want to say",
    "not-know": "I do not know",
    "back": "Back",
    "next": "Next",
    "talk": "I want to talk to someone",
    "keep": "Keep it",
    "throw-away": "Throw it away",
    "start": "Start",
    "done": "All done",
    "again": "Again",
    "look": "Look",
    "write": "Write",
    "draw": "Draw",
    "drawing-undo": "Undo the last line",
}

WHO: Mapping[str, str] = {
    "me": "Me",
    "my-school": "My school",
    "my-family": "My family",
    "a-meeting": "A meeting about me",
    "nobody-else": "Nobody else",
    "the-team": "The team that helps me",
    "grown-up-i-trust": "A grown-up I trust",
    "friend": "My friend",
    "teacher": "My teacher",
}

SCHOOL_THINGS: Mapping[str, str] = {
    "classroom": "Classroom",
    "playground": "Playground",
    "lunch": "Lunch",
    "reading": "Reading",
    "writing": "Writing",
    "numbers": "Numbers",
    "group-work": "Working in a group",
    "quiet-place": "A quiet place",
    "noise": "Noise",
    "corridor": "Corridor",
    "bus": "Bus",
    "morning": "Morning",
    "home-time": "Home time",
    "sport": "Sport",
    "art": "Art",
    "music": "Music",
    "computer": "Computer",
    "rules": "Rules",
    "getting-help": "Getting help",
    "break-time": "Break time",
    "clock": "Time",
    "door": "Door",
    "plan": "My plan",
    "learning": "Learning",
    "missing-class": "Missing class",
    "moving-about": "Moving about",
    "home": "Home",
    "sleep": "Sleep",
    "food": "Food",
    "tidy": "Tidying up",
    "hurt": "Getting hurt",
    "safe": "Feeling safe",
    "letter": "Letter",
    "changed": "Something changed",
    "same": "The same as before",
}

ANIMAL_WORDS: Mapping[str, str] = {
    "fox": "Fox",
    "owl": "Owl",
    "hedgehog": "Hedgehog",
    "rabbit": "Rabbit",
    "bear": "Bear",
    "frog": "Frog",
    "otter": "Otter",
    "robin": "Robin",
    "badger": "Badger",
    "squirrel": "Squirrel",
    "turtle": "Turtle",
    "whale": "Whale",
    "cat": "Cat",
    "dog": "Dog",
    "duck": "Duck",
    "deer": "Deer",
    "mouse": "Mouse",
    "bee": "Bee",
    "seal": "Seal",
    "pony": "Pony",
}

SYMBOLS: Mapping[str, str] = {
    **RATINGS,
    **FEELINGS,
    **YES_MAYBE_NO,
    **CIRCLES,
    **CONTROLS,
    **WHO,
    **SCHOOL_THINGS,
    **ANIMAL_WORDS,
}
ANIMALS: tuple[str, ...] = tuple(ANIMAL_WORDS)
PICTURES: tuple[str, ...] = (*FEELINGS, *WHO, *SCHOOL_THINGS, *YES_MAYBE_NO)

"""Invented names: of children, families, staff and schools. None is taken from a real service."""

_GIVEN_NAMES = """
Aaron Abdi Aisha Alfie Amara Amelia Aneta Arlo Ava Bartek Bella Blake Caleb Callum Chloe Connor Daisy Dariusz
Demi Dylan Eden Elena Eli Ella Emre Ethan Evie Fatima Finley Freya George Grace Hamza Hanna Harley Harvey Imani
Iqra Isaac Isla Jack Jade Jayden Jess Kacper Kai Keira Kofi Lacey Leo Lewis Lily Logan Lola Luca Maisie Malik
Maya Mia Mila Milo Mohammed Nadia Noah Ola Olly Oscar Poppy Reece Riley Rosa Ruby Ryan Saffi Sami Sasha Scarlett
Seren Shay Skye Sofia Stefan Summer Tariq Theo Tia Tilly Toby Tyler Yara Yusuf Zach Zara Zofia
"""
GIVEN_NAMES = tuple(_GIVEN_NAMES.split())

_FAMILY_NAMES = """
Adeyemi Ahmed Allen Bailey Baker Banda Barker Begum Bennett Brooks Carter Chapman Clarke Cole Cooper Cox Dixon
Dunn Edwards Ellis Evans Fletcher Ford Foster Gibson Gill Grant Gray Green Hall Harper Hassan Hill Holmes Hughes
Hunt Hussain Jenkins Kamara Kaur Kelly Kelly Khan King Knight Kowalski Lane Lawson Marsh Mason Mensah Mills
Moore Morgan Murphy Nowak Okafor Osei Owen Palmer Parker Patel Pearce Perry Popescu Porter Price Reed Rees
Roberts Rose Russell Shah Sharp Shaw Singh Stone Taylor Thomas Todd Turner Walsh Ward Webb West White Woods
Wright Young
"""
FAMILY_NAMES = tuple(_FAMILY_NAMES.split())

PRIMARY_SCHOOLS = (
    "Ash Primary School",
    "Alder Lane Primary School",
    "Blackthorn Infant School",
    "Cedar Junior School",
    "Chestnut Hill Primary School",
    "Elder Road Primary School",
    "Hawthorn Primary School",
    "Hazel Grove Primary School",
    "Holly Park Primary School",
    "Juniper Primary School",
    "Larch Street Primary School",
    "Linden Primary School",
    "Maple Primary School",
    "Medlar Church Primary School",
    "Mulberry Primary School",
    "Rowan Primary School",
)

SECONDARY_SCHOOLS = (
    "Birch Academy",
    "Beech Hill High School",
    "Hornbeam School",
    "Oak Vale School",
    "Poplar Community College",
    "Spindle Girls’ School",
    "Sycamore High School",
)

AUTHORITY = "Demonstration Borough Council"

TOWNS = ("Northcliffe", "Southwold End", "Eastbrook", "Westerley", "Millbridge")

WORKERS = (
    ("Jo Ferris", "worker.one"),
    ("Dev Anand", "worker.two"),
)
MORE_WORKERS = ("Carys Pugh", "Marcus Bell", "Hana Yilmaz")

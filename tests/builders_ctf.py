"""Common Transfer Files for tests: as many pupils as wanted, with or without a namespace, with Gender or Sex."""

NAMES = (("Robin", "Halden"), ("Maya", "Okafor"), ("Søren", "O'Neil"), ("Robin", "Ash"))
NAMESPACE = ' xmlns="http://www.example.org/ctf"'

PADDING = "".join(
    f"<StageAssessment><Stage>KS{n % 3}</Stage><Subject>ENG</Subject><Result>{n}</Result></StageAssessment>"
    for n in range(95)
)
"""What a referral does not read, and most of a real file is."""

DETAILS = """
<BasicDetails><NCyearActual>5</NCyearActual><Ethnicity>WBRI</Ethnicity>
  <Languages><Type><LanguageType>H</LanguageType><Language>ENG</Language></Type>
  <Type><LanguageType>F</LanguageType><Language>POL</Language></Type></Languages></BasicDetails>
<LookedAfter><InCare>true</InCare></LookedAfter>
<SENhistory><SEN><StartDate>2024-09-01</StartDate><SENprovision>K</SENprovision></SEN>
  <SEN><StartDate>2026-01-05</StartDate><SENprovision>E</SENprovision></SEN></SENhistory>
<SENneeds><SENneed><SENtypeRank>2</SENtypeRank><SENtype>MLD</SENtype></SENneed>
  <SENneed><SENtypeRank>1</SENtypeRank><SENtype>SEMH</SENtype></SENneed></SENneeds>
<Address><BS7666Address><PAON>12</PAON><Street>High Street</Street><Town>Torquay</Town></BS7666Address>
  <PostCode>TQ1 1AA</PostCode></Address>
<Phones><Phone><PhoneNo>01803 111111</PhoneNo></Phone></Phones>
<Contacts><Contact><Title>Mrs</Title><Surname>Halden</Surname><Forename>Ann</Forename><Relationship>PAM</Relationship>
  <Responsible>Y</Responsible><Phones><Phone><PhoneNo>01803 222222</PhoneNo></Phone></Phones>
  <Email>ann@example.org</Email></Contact></Contacts>
<Attendance><YearData><Year>2025</Year><SessionsPossible>100</SessionsPossible></YearData>
  <YearData><Year>2026</Year><StartDate>2026-09-01</StartDate><SessionsPossible>80</SessionsPossible>
  <SessionsAuthorised>10</SessionsAuthorised><SessionsUnauthorised>6</SessionsUnauthorised></YearData></Attendance>
"""


def pupil(number: int = 0, *, sex: str = "Gender", padding: str = "", upn: str = "B801200005001") -> str:
    given, family = NAMES[number % len(NAMES)]
    return (
        f"<Pupil><UPN>{upn}</UPN><Surname>{family}</Surname><Forename>{given}</Forename>"
        f"<DOB>20{10 + number % 8}-03-0{1 + number % 9}</DOB><{sex}>F</{sex}>{DETAILS}{padding}</Pupil>"
    )


def ctf(*pupils: str, namespace: str = "", prefix: str = "") -> bytes:
    """A whole file; ``prefix`` puts every element into a named namespace."""
    inside = "".join(pupils or (pupil(),))
    text = (
        f"<CTfile{namespace}><Header><DocumentName>Common Transfer File</DocumentName></Header>"
        f"<CTFpupilData>{inside}</CTFpupilData></CTfile>"
    )
    if prefix:
        text = (
            text.replace("</", f"</{prefix}:")
            .replace("<", f"<{prefix}:")
            .replace(f"<{prefix}:/{prefix}:", f"</{prefix}:")
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


def large(pupils: int = 2_000) -> bytes:
    """About 20 MB."""
    return ctf(*(pupil(number, padding=PADDING, upn=f"X{number:012d}") for number in range(pupils)))

"""Words with a capital that are no names here, and names that are words: lists that hints are weighed with."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("mr mrs ms miss mx dr sir madam mum dad")

NO_INITIALS = _words("pe re uk it dt eg ie am pm us ta pru eyfs ks")

NAMES_THAT_ARE_WORDS = _words(
    """
    angel april art august bailey baker bay bell belle berry bill bishop black blue bond bonnie brook brown buck
    butler carter chance chase christian church clay cliff cole cook cross daisy dale dawn day dean dear destiny
    drew duke earl eden eve faith fern field finch fisher ford forest fox frank gale gene glen good grace grant gray
    green guy hall harmony harper hart hazel heath heaven hill holly honey hope house hunter iris ivy jade jasmine
    jean jet joy june justice king kit lake lane lee lily long love major mark marshall mason matt max may mercy
    merry mike miles mill miller moss nick noble noel nova olive page park pat patience pearl penny peter pope poppy
    porter potter price prince queen rain ray read reading reed rich river rob robin rose rowan ruby rush sage sally
    sharp short skip sky smart smith sterling stone storm sue summer sunny taylor temple tom turner victor violet
    wade walker ward webb west white will willow winter wise wolf wood woods young
    """
)
"""As pupils' names they count only with a capital inside a sentence"""

GIVEN_NAMES = _words(
    """
    aaliyah aaron abdul abdullah abigail adam aidan aisha albert alex alexander alexandra alfie ali alice alisha
    amara amber amelia amelie amina amir amy andrew anna anthony archie arthur ashton ava ayaan ayesha beatrice ben
    benjamin beth bethany bobby brandon brooke caitlin callum cameron charles charlie charlotte chloe christopher
    connor corey courtney daniel danielle david declan dominic dylan edward eleanor elijah eliza elizabeth ella
    ellie elliot elsie emily emma erin esme ethan eva evan evelyn evie ezra fatima felix finley finn florence
    francesca freddie frederick freya gabriel george georgia georgina gracie hamza hannah harley harriet harris
    harrison harry harvey hassan heidi henry hugo hussain ibrahim imogen isaac isabel isabella isabelle isla ismail
    jack jackson jacob jake jamal james jamie jayden jenson jessica jessie joe joel john jonah jordan joseph joshua
    jude julia kai karen katie kayden kayla keira kian kyle kylie lacey laila lara laura lauren layla leah leo leon
    lewis lexi liam libby logan lola louie louis louise luca lucas lucy luke lydia maddison maisie maria martha
    maryam mateo matilda matthew maya megan mia michael millie mohamed mohammad mohammed mollie molly muhammad myles
    naomi nathalie nathan nathaniel niamh nicholas nicole noah oliver olivia oscar owen paige patrick paul phoebe
    priya quinn rachel rebecca reece reggie reuben rhys riley robert roman ronnie rory ryan sam samuel sara sarah
    scarlett scott sean sebastian seth shannon sienna simon sofia sonny sophia sophie stanley stephen steven syed
    tariq teddy thea theo theodore thomas tilly tobias toby tommy tyler wayne william yasmin yousef yusuf zac zach
    zachary zainab zara zoe
    """
)
"""Common in England and no words: found also at the beginning of a sentence"""

COMMON_WORDS = _words(
    """
    a about across adhd adult adults advice after afternoon afternoons all also always am an and another any april
    are art as asd assembly assess at august autism autumn back bank be because been before behaviour being best
    biology boards boxall boy boys break breakfast bristol british but by cafe camhs can care chemistry child
    children children's christmas circle class classroom computing could cycle day days december deputy design
    diwali do does drama eal early easter ed education ehcp eid elsa emotional england english europe european every
    family father february food for forest former french friday friendly friends from further games geography german
    girl girls go good google governors graduated group had half has have he'd head health help her here him his
    history home hours how humanities i i'd i'll i'm i've if ii in inclusion infants inset into is it it's its
    january july june junior juniors just key know lego lessons like london lsa lunch lunchtime madam make march
    mathematics maths may me mental mentor microsoft midday miss monday more morning most mother mr mrs ms much
    music my names need needs new next no nobody not nothing november now nursery nurture october of off ofsted old
    on one only or our ourselves out outreach parent parent's parents pastoral pda pe people personal phase phonics
    physical physics plan plans please practice primary pru pshe psychology pupil pupils question questions ramadan
    re read reading reception regulation religious restorative review room same saturday school schools science
    scotland secondary semh sen senco send sendco september session sessions seven she she'd sir sixth snack so
    social somebody someone something spanish special speech spring staff stage start still strategies strategy
    subject summer sunday support ta tas teacher teachers teaching team teams technology term than thank thanks that
    that's the their them then there these they this thrive thursday time time-out to today together toilet too
    tried trust tuesday tutor uk under unit up upon us use very wales was we wednesday week weeks wellbeing welsh
    went were what when where which while who whole why will with within work working worksheet would writing year
    years yes you your yours zones zoom
    """
)
"""Not taken for names when they begin with a capital in mid-sentence, nor after “called”"""

"""The words the made-up world is put together from; no person, street or court of these names is meant or known.

Phone numbers come from the ranges that Ofcom keeps for drama, e-mail addresses end in `.example`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

FIRST_NAMES = (
    *("Ada", "Alwen", "Amira", "Ansel", "Aoife", "Basil", "Beatrix", "Blessing", "Bruno", "Calla", "Cedric", "Clio"),
    *("Dafydd", "Dalia", "Desmond", "Edda", "Eilidh", "Emeka", "Esme", "Farah", "Felix", "Fern", "Gethin", "Gita"),
    *("Gus", "Hana", "Hector", "Ida", "Idris", "Imran", "Ines", "Ivo", "Jamal", "Jasper", "Juno", "Kamil", "Kezia"),
    *("Lars", "Leila", "Linus", "Lowri", "Mabel", "Magnus", "Meera", "Milo", "Nell", "Nico", "Odile", "Oona", "Otis"),
    *("Pearl", "Piotr", "Priya", "Quentin", "Rafi", "Renata", "Roald", "Rosa", "Safiya", "Selwyn", "Signe", "Stig"),
    *("Tamsin", "Tariq", "Theo", "Una", "Vashti", "Vera", "Viggo", "Wanda", "Wilf", "Xanthe", "Yusuf", "Zadie", "Zeb"),
)
LAST_NAMES_BEGIN = (
    *("Acorn", "Apple", "Bramble", "Butter", "Candle", "Clover", "Copper", "Damson", "Feather", "Fiddle", "Fox"),
    *("Gander", "Ginger", "Hazel", "Heron", "Honey", "Juniper", "Kettle", "Lantern", "Marrow", "Nettle", "Nutmeg"),
    *("Otter", "Parsnip", "Pebble", "Pepper", "Puddle", "Quill", "Saffron", "Sorrel", "Spindle", "Tansy", "Teasel"),
    *("Thimble", "Thistle", "Turnip", "Velvet", "Walnut", "Whistle", "Willow"),
)
LAST_NAMES_END = ("bottom", "by", "croft", "field", "gate", "ham", "ley", "more", "stock", "thorpe", "wick", "worth")
STREETS = ("Teapot Lane", "Marble Row", "Ladder Street", "Button Hill", "Kite Road", "Biscuit Walk", "Hatbox Close")
TOWNS = ("Eastmere", "Saltwick", "Long Pretence", "Little Fable", "Westmarch", "Mockton", "Upper Sample")


@dataclass(frozen=True, slots=True)
class Court:
    """A court that does not exist, with a code no court has."""

    name: str
    code: str
    jurisdiction: str


EASTERN_COURTS = (
    Court("Eastmere Crown Court", "C99EM00", "CROWN"),
    Court("Saltwick Magistrates' Court", "B99SW00", "MAGISTRATES"),
)
WESTERN_COURTS = (
    Court("Westmarch Crown Court", "C98WM00", "CROWN"),
    Court("Mockton Magistrates' Court", "B98MK00", "MAGISTRATES"),
)
ROOMS = ("Courtroom 1", "Courtroom 2", "Courtroom 3", "Courtroom 4")


@dataclass(frozen=True, slots=True)
class Charge:
    """What a defendant is charged with; `basis` is what the victim's enhanced rights rest on, if anything."""

    code: str
    title: str
    basis: str = ""


CHARGES = (
    Charge("OF61102", "Assault occasioning actual bodily harm"),
    Charge("CJ88116", "Assault by beating", "DOMESTIC_ABUSE"),
    Charge("OF61016", "Wounding with intent", "GBH_INTENT"),
    Charge("TH68023", "Robbery"),
    Charge("TH68036", "Burglary of a dwelling"),
    Charge("PH97011", "Stalking involving serious alarm or distress", "DOMESTIC_ABUSE"),
    Charge("SC15004", "Controlling or coercive behaviour", "DOMESTIC_ABUSE"),
    Charge("CD98069", "Racially aggravated harassment", "HATE"),
    Charge("SX03007", "Sexual assault", "SEXUAL"),
    Charge("CD71039", "Criminal damage"),
)

NOTES = (
    "Told them the news and what happens next. They had no questions.",
    "Talked through the dates. They will arrange time off work.",
    "They were glad to hear it and will ring if anything changes.",
    "They asked about expenses; I explained how to claim.",
    "They would like to see the court room before the day; I will ask.",
)
MISSED_NOTES = ("Rang twice, no answer.", "No answer. Will try again tomorrow.", "It rang out.")


class Names:
    """Gives invented people, each number and e-mail once."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.used: set[str] = set()
        self.numbers = random.sample(range(1000), 1000)
        self.landlines = random.sample(range(1000), 1000)

    def person(self) -> str:
        while True:
            begin, end = self.random.choice(LAST_NAMES_BEGIN), self.random.choice(LAST_NAMES_END)
            name = f"{self.random.choice(FIRST_NAMES)} {begin}{end}"
            if name not in self.used:
                self.used.add(name)
                return name

    def mobile(self) -> str:
        return f"07700 900{self.numbers.pop():03d}"

    def landline(self) -> str:
        return f"01632 960{self.landlines.pop():03d}"

    def email(self, name: str) -> str:
        return f"{name.lower().replace(' ', '.')}@post.example"

    def address(self) -> str:
        house, street, town = self.random.randint(1, 99), self.random.choice(STREETS), self.random.choice(TOWNS)
        return f"{house} {street}, {town}, ZZ{self.random.randint(1, 99)} {self.random.randint(1, 9)}ZZ"

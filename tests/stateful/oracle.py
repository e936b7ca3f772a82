"""A second opinion on one case: what is true, told, owed and by when, from docs/core.md and docs/domain.md alone.

It shares no code with the service and imports none. It keeps every statement it ever heard and works out from all of
them what stands; a message that belongs earlier makes it begin again.
"""

from collections import namedtuple
from datetime import time
from types import SimpleNamespace as Record

from tests.stateful.oracle_calendar import at, due_after, talk_after
from tests.stateful.oracle_standing import follow, grounds_that_wait, has_enhanced_rights
from tests.stateful.oracle_truth import Truth, concerns

DATE, ATTEND, OUTCOME, VERDICT, SENTENCE = "hearing.when_where", "attendance", "hearing.outcome", "verdict", "sentence"
PLEA, STOP, NOT_CHARGED, REVIEW = "plea", "decision.stop", "decision.no_prosecution", "uls"
BAIL, WARRANT, APPEAL, APPEAL_ENDED = "bail", "warrant", "appeal.notice", "appeal.outcome"
DECIDED = ("granted", "refused", "withdrawn")  # what is told; the rest is on its way
MEASURES, TALK = "special_measures.outcome", "task.keep_in_touch"
RULES = (  # topics, whose, while, working days (standard, enhanced), capped by a hearing, after an opt-out while
    ((ATTEND,), "victim", "always", (1, 1), True, "always"),  # R8-ATTEND
    ((DATE,), "victim", "always", (1, 1), True, "required"),  # R8-DATE
    ((OUTCOME, PLEA, STOP, NOT_CHARGED), "victim", "always", (5, 1), False, "never"),  # R8-OUTCOME, R6-STOP, R6-NOPROS
    ((BAIL, WARRANT), "victim", "always", (5, 1), False, "always"),  # R8-BAIL, R8-WARRANT, R8-REARREST
    ((APPEAL, APPEAL_ENDED), "victim", "always", (1, 1), False, "never"),  # R9-APPEAL-N, R9-APPEAL-O
    ((MEASURES,), "both", "always", (5, 1), True, "never"),  # R8-SM, WC-SM
    ((VERDICT, SENTENCE, REVIEW), "victim", "always", (1, 1), False, "never"),  # R9-VERDICT, R9-SENTENCE, R9-ULS
    ((ATTEND, DATE), "witness", "required", (1, 1), True, "required"),  # WC-ATTEND
    ((ATTEND, DATE), "both", "off and warned", (0, 0), True, "off and warned"),  # WC-DEWARN
    ((OUTCOME, VERDICT, SENTENCE, STOP, NOT_CHARGED), "witness", "warned", (5, 5), False, "never"),  # WC-OUTCOME
)
SPOKE, REACHED = ("reached", "representative", "declined"), ("reached", "representative", "delivered_as_chosen")
Message = namedtuple("Message", "received id said context version facts")
Change = namedtuple("Change", "received value due capped sooner baseline")
Owed = namedtuple("Owed", "value due since priority")


def own_days(hearing, person):
    """The days that stand for this person: a witness may be needed on some days only, by position."""
    places = person.needed if person.role == "witness" and person.needed else ()
    return tuple((day, clock) for place, day, clock in hearing.standing if not places or place in places)


def is_trial_date(topic, value):
    return topic == DATE and value[:2] == ("on", "trial")


def days_of(value):
    """Every day that a value of the date of a thread names, with its time; none when it is off."""
    return [day for hearing in value[2] for day in hearing[2]] if value[:1] == ("on",) else []


class Oracle(Truth):
    concerns, own_days = staticmethod(concerns), staticmethod(own_days)

    def __init__(self, case, charges):
        self.case, self.charges, self.messages = case, charges, []
        self.begin()

    def begin(self):
        self.statements, self.people, self.accounts, self.open = {}, {}, {}, {}
        self.dated, self.threads, self.void, self.hearings, self.offences, self.standings = set(), {}, set(), {}, {}, {}

    def hear(self, message):
        if message.id in {known.id for known in self.messages}:
            return
        late = bool(self.messages) and message[:2] < self.messages[-1][:2]
        self.messages.append(message)
        if late:
            self.messages[1:] = sorted(self.messages[1:])  # the registration comes first
            self.begin()
        for each in self.messages if late else [message]:
            self.take(each)

    def take(self, message):
        self.personal, steps = set(), []
        for fact in message.facts:
            before = self.hearings, self.offences, self.standings
            self.learn(message, fact)
            self.join_thread(fact.get("hearing", ""))
            self.look()
            if fact["kind"] == "duplicate":
                self.hand_on(self.hearings[fact["hearing"]])
            for name, person in self.people.items():
                steps.append((person, follow(self, name, person, fact, *before)))
        for name, person in self.people.items():
            suggested = grounds_that_wait(self, name, person)
            person.hurried = name in self.personal or bool(suggested and not person.suggested)
            person.suggested = suggested
        for name, person in self.people.items():
            self.settle(name, person, message.received)
        for person, (place, reopens) in steps:
            is_owed = any(key[0] == person.person and key[1] != TALK for key in self.open)
            if place is not None and (person.journey != "closed" or (reopens and is_owed)):
                person.journey = place
        for name, person in self.people.items():
            self.keep_in_touch((name, TALK, TALK), person)

    # --- what is true -----------------------------------------------------------------------------------------------

    def learn(self, message, fact):
        kind, name = fact["kind"], fact.get("person", "")
        person = self.people.get(name)
        if name and person is None and kind != "join":
            return
        self.personal.add(name)
        if kind == "join":
            theirs = {each for each, charged in self.charges.items() if set(charged) & set(fact["offences"])}
            self.people[name] = Record(joined=message.received, gone="", opted=set(), talks={}, to_be_tried=True,
                                       attendance="undecided", journey="charge", needed=None, afraid=False,
                                       suggested=set(), **fact)  # fmt: skip
            self.people[name].defendants = theirs | set(fact["defendants"]) or set(self.charges)
            self.keep(message, fact | {"about": ("recorded", name)})
        elif kind == "record":
            self.keep(message, fact)
            if self.stands("recorded", name).id == message.id:
                person.role, person.as_what = fact["role"], fact["as_what"]
                person.enhanced, person.grounds = fact["enhanced"], fact["grounds"]
                person.gone = "" if person.gone == "left" else person.gone
        elif kind in ("afraid", "safe"):
            person.afraid = kind == "afraid"
        elif kind in ("reluctant", "willing", "withdraws", "comes back", "explained"):
            pass  # whoever does not want to go on is owed what they were owed
        elif kind == "contact":
            person.talks |= {fact["contact"]: fact["at"]} if fact["outcome"] in SPOKE else {}
            self.tell(name, person, fact["at"], fact["contact"], fact["told"] if fact["outcome"] in REACHED else {})
        elif kind == "correct":
            self.void.add(fact["contact"])
        elif kind in ("opt out", "opt in"):
            person.opted = (person.opted | fact["topics"]) if kind == "opt out" else (person.opted - fact["topics"])
        elif kind in ("died", "left"):
            person.gone, person.journey = person.gone if person.gone == "died" else kind, "closed"
        else:
            self.keep(message, fact)

    def keep(self, message, fact):
        version = -1 if message.version is None or fact["kind"] == "results" else message.version
        slot = (message.context, message.version is None, fact.get("hearing"), fact.get("group"))
        news = Record(slot=slot, rank=(version, *message[2:0:-1]), said=message.said, id=message.id, **fact)
        self.statements.setdefault(fact["about"], []).append(news)

    # --- what there is to tell, was told, and is owed ---------------------------------------------------------------

    def values(self, name, person):
        """Each value there is for a person, with the first start of its hearing."""
        mine = [each for each in self.hearings.values() if concerns(each, person.defendants)]
        asked_to = [each for each in mine if person.role != "witness" or each.kind == "trial"]
        found = {(OUTCOME, each.name): (each.ended, None) for each in asked_to if each.ended}
        for thread in {self.threads[each.name] for each in asked_to} - {""}:
            found |= self.date_of(thread, [each for each in asked_to if self.threads[each.name] == thread], person)
        trial = min((each.starts for each in mine if each.kind == "trial" and each.status == "live"), default=None)
        if person.needed is not None:
            found[ATTEND, self.case] = ("required", person.needed) if person.must_come else ("not required",), trial
        measures = {about[2]: self.stands(*about).says for about in self.statements if about[:2] == ("measure", name)}
        news = {(MEASURES, self.case): tuple(sorted(each for each in measures.items() if each[1] in DECIDED))}
        for defendant in person.defendants:
            theirs = self.own_offences(person, defendant)
            said = self.news_of(defendant, theirs, of_a_victim=person.role != "witness")
            news |= {(topic, defendant): value for topic, value in said.items()}
        for key, value in news.items():
            if value or self.last_told((name, *key)):  # told and gone: that none stands is news
                found[key] = value, trial if key[0] == MEASURES else None
        return found

    def own_offences(self, person, defendant):
        charged = self.charges[defendant]
        return [each for each in charged if each in person.offences] or charged

    def date_of(self, thread, hearings, person):
        on = sorted((min(at(*day) for day in own_days(each, person)), each.name, each.kind, each.court,
                     own_days(each, person))
                    for each in hearings if each.status == "live" and own_days(each, person))  # fmt: skip
        if on:
            return {(DATE, thread): (("on", on[0][2], tuple(each[2:] for each in on)), on[0][0])}
        dated = [each for each in hearings if each.status not in ("stub", "undated", "duplicate")]
        last = dated[-1] if dated else next((each for each in hearings if each.status == "duplicate"), None)
        if last is None or last.status == "heard":
            return {}
        why = {"live": "days_cancelled", "duplicate": "withdrawn"}.get(last.status, last.status)
        another_may_come = last.status != "withdrawn"  # a duplicate stands for a hearing, known or not
        return {(DATE, thread): (("off", last.kind, why, last.reason, another_may_come), None)}

    def told_of(self, key):
        return [each for each in self.accounts.get(key, ((), ()))[1] if each[1] not in self.void]

    def last_told(self, key):
        return max(self.told_of(key), key=lambda each: each[:2], default=None)

    def warned(self, name):
        """When a person was first told that they are required, or of the date of a trial."""
        return min((when for key in self.accounts if key[0] == name for when, _, value in self.told_of(key)
                    if is_trial_date(key[1], value) or value[:1] == ("required",)), default=None)  # fmt: skip

    def tell(self, name, person, when, contact, told):
        told = dict(told)
        if (ATTEND, self.case) not in told and any(is_trial_date(topic, value) for (topic, _), value in told.items()):
            # That says, too, that they must come, if it was known when they were told.
            known = self.accounts.get((name, ATTEND, self.case), ([], []))[0]
            seen = [each.value for each in known if each.received <= when]
            seen = seen or [each.value for each in known[:1] if when < person.joined]
            now = [] if known else [self.values(name, person).get((ATTEND, self.case), [()])[0]]
            told.update([((ATTEND, self.case), value) for value in (seen or now)[-1:] if value[:1] == ("required",)])
        for (topic, subject), value in told.items():
            account = self.accounts.setdefault((name, topic, subject), ([], []))[1]
            account += [] if (when, contact, value) in account else [(when, contact, value)]

    def twin(self, hearing):
        """The hearing of which a duplicate is the double: one that lives in its thread, else the only one like it."""
        live = [each for each in self.hearings.values() if each.status == "live" and each.name != hearing.name]
        own = [each for each in live if self.threads[each.name] == self.threads[hearing.name]]
        like = (hearing.court, hearing.kind, hearing.starts and hearing.starts.date())
        alike = [each for each in live if (each.court, each.kind, each.starts.date()) == like
                 and concerns(hearing, each.defendants)]  # fmt: skip
        return own[0] if own else alike[0] if len(alike) == 1 else None

    def hand_on(self, hearing):
        """What was told of a duplicate counts for the hearing that stays."""
        twin = self.twin(hearing)
        for key in list(self.accounts) if twin else ():
            thread, target = self.threads[hearing.name], self.threads[twin.name]
            if key[1:] == (DATE, thread) and thread != target:
                for each in self.told_of(key):
                    self.accounts[key][1].remove(each)
                    self.accounts.setdefault((key[0], DATE, target), ([], []))[1].append(each)

    def settle(self, name, person, received):
        values, warned = self.values(name, person), self.warned(name)
        theirs = {key[1:] for key in self.accounts if key[0] == name}
        dates = [told[2] for key in self.accounts if key[:2] == (name, DATE) and (told := self.last_told(key))]
        for topic, subject in {*values, *theirs}:
            key = (name, topic, subject)
            self.open.pop(key, None)
            history, told = self.accounts.setdefault(key, ([], []))[0], self.last_told(key)
            value, starts = values.get((topic, subject), (None, None))
            rules = () if person.gone else self.rules(person, topic, value, warned)
            if value is None or not rules:
                if person.gone or value is not None:
                    history.clear()  # the entitlement is over
                continue
            if not history or history[-1].value != value:
                ahead = dates if topic == ATTEND else [told[2]] if told else []
                ahead = [starts, *(min((at(*day) for day in days_of(each)), default=None) for each in ahead)]
                start = min((each for each in ahead if each and each > received), default=None)
                ends = max((at(day, time(23, 59)) for day, _ in days_of(value)), default=received)
                over = topic == OUTCOME or ends < received
                known = not history and name in self.personal and over
                history.append(Change(received, value, *self.due(rules, received, start, person), known))
            elif topic == MEASURES and starts and starts > received and not history[-1].baseline:
                nearer = self.due(rules, history[-1].received, starts, person)  # due before a trial that came nearer
                history[-1] = history[-1]._replace(due=nearer[0], capped=nearer[1], sooner=nearer[2]) if (
                    nearer[0] < history[-1].due) else history[-1]  # fmt: skip
            if person.hurried and has_enhanced_rights(person):  # granted: what is open is due sooner
                history[:] = [each._replace(due=each.sooner[0], capped=each.sooner[1])
                              if each.sooner[0] < each.due else each for each in history]  # fmt: skip
            off = value[:1] in (("off",), ("not required",))
            comes = (
                person.role == "witness"
                and warned
                and value == ("not required",)
                and max(warned, person.joined) < history[-1].received
            )
            known = [
                place for place, each in enumerate(history, 1) if (each.value == told[2] if told else each.baseline)
            ]
            run = history[max(known, default=0) :]
            if run and (told or not off or comes):
                first = 0 if any(each.capped for each in run) else 1
                self.open[key] = Owed(value, min(each.due for each in run), min(each.received for each in run), first)

    def due(self, rules, received, start, person):
        """By when, whether a hearing set it, and the same for somebody with enhanced rights."""
        dues = [[due_after(received, days[enhanced], start if cap else None) for *_, days, cap, _ in rules]
                for enhanced in (has_enhanced_rights(person), True)]  # fmt: skip
        usual, sooner = (min(each, key=lambda due: due[0]) for each in dues)
        return *usual, sooner

    def rules(self, person, topic, value, warned):
        off = value is not None and value[:1] in (("off",), ("not required",))
        holds = {
            "always": True,
            "required": person.must_come,
            "warned": warned,
            "off and warned": off and warned,
            "never": False,
        }
        return [rule for rule in RULES if topic in rule[0] and (rule[1] == "both" or person.role in (rule[1], "both"))
                and holds[rule[2]] and (topic not in person.opted or holds[rule[5]])]  # fmt: skip

    def keep_in_touch(self, key, person):
        was = self.open.pop(key, None)
        wanted = person.role != "witness" or person.needed is None or person.must_come
        if wanted and not person.gone and person.journey not in ("outcome", "closed") and TALK not in person.opted:
            talks = (when for contact, when in person.talks.items() if contact not in self.void)
            since = max(talks, default=person.joined)  # a talk of before they joined counts: they were taken over
            days = 14 if has_enhanced_rights(person) else 28
            due = talk_after(since, days)  # rights that are taken away make nothing due later
            self.open[key] = Owed(("every", days), min(due, was.due) if was and was.since == since else due, since, 1)

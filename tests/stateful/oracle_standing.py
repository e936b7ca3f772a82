"""The oracle's second half: where people stand after a fact (docs/core.md section 4), and whose rights are enhanced."""

NO_DATE = ("vacated", "adjourned", "date_removed")
ASKS_ABOUT = {"kidnapping": {"KIDNAP"}, "wounding with intent": {"GBH_INTENT"}}
REOPENS, STAYS_SHUT = "reopens", "stays shut"  # what a closed journey does where something is owed


def has_enhanced_rights(person):
    """A parent has a child's rights and a relative their own; a business has none; undecided counts as yes."""
    if person.role != "witness" and person.as_what != "person":
        return person.as_what != "business"
    return person.enhanced or bool(person.suggested)


def grounds_that_wait(case, name, person):
    """What waits for a decision: suggested by an offence, a flag or fear, and neither granted nor declined."""
    if person.role == "witness" or person.as_what != "person" or person.gone:
        return set()
    said = {about[2]: case.stands(*about).answer for about in case.statements if about[:2] == ("ground", name)}
    asked = {ground for ground, answer in said.items() if answer == "suggested"}
    asked |= {"INTIMIDATED"} if person.afraid else set()
    for defendant in person.defendants:
        for offence in case.own_offences(person, defendant):
            asked |= ASKS_ABOUT.get(case.stands("described", offence).code, set())
    return asked - person.grounds - {ground for ground, answer in said.items() if answer == "declined"}


def follow(case, name, person, fact, hearings, offences, standings):
    """Step a person's attendance after a fact; say where their journey goes, None when it stays, and if it reopens."""
    goes, steps = fact["kind"] in ("join", "record") and fact["person"] == name, []
    shut = False  # whether only something happened that opens no closed journey
    mine = [each for each in case.hearings.values() if case.concerns(each, person.defendants)]
    a_trial_is_on = any(each.kind == "trial" and theirs(case, each, person) for each in mine)
    for now in mine:
        was = hearings.get(now.name)
        step, moves = what_became(case, person, was, now, "changed" if a_trial_is_on else "put off")
        steps += [step] if now.kind == "trial" and person.must_come else []
        said_so = fact["kind"] == "start" or case.is_to_be_tried(person)
        starts = now.started and not (was and was.started) and said_so
        goes, shut = goes or moves == REOPENS, shut or moves == STAYS_SHUT or starts
    was_to_be_tried, person.to_be_tried = person.to_be_tried, case.is_to_be_tried(person)
    steps += ["not required"] if was_to_be_tried and not person.to_be_tried else []
    steps += [fact["kind"]] if fact.get("person") == name else []
    charged = [offence for defendant in person.defendants for offence in case.charges[defendant]]
    goes = goes or any(standings.get(each) != case.standings[each] for each in person.defendants)
    goes = goes or any(offences.get(each) != case.offences[each] for each in charged)
    for step in steps:
        person.attendance = attend(case, name, person, step)
    if person.attendance == "required" and knows_all(case, name, person):
        person.attendance = "warned"
    return (place(case, person, mine) if goes or shut else None), goes


def what_became(case, person, was, now, lost):
    """What a change of a hearing means for those who must come, and whether it moves journeys."""
    lived, lives = was is not None and was.status == "live", now.status == "live"
    days, had = theirs(case, now, person), theirs(case, was, person)
    step = "changed" if days else lost if had else ""
    if lives and not lived:
        return "unvacated" if step and was is not None and was.status == "vacated" else step, REOPENS
    if lives:
        if (days, now.court) == (had, was.court):
            return "", ""
        return step, REOPENS if (was.listed, was.court) != (now.listed, now.court) else ""
    gone = now.status in (*NO_DATE, "withdrawn") or (now.status == "duplicate" and not case.twin(now))
    return (step, STAYS_SHUT) if lived and gone else ("", "")


def theirs(case, hearing, person):
    return case.own_days(hearing, person) if hearing is not None and hearing.status == "live" else ()


def attend(case, name, person, step):
    stood, stands = person.attendance, person.needed not in (None, False)
    match step, stood:
        case "requires", "undecided" | "not_required" | "de_warned":
            return "required"
        case "not required", "undecided" | "not_required":
            return "not_required"
        case "not required", "required":
            return "de_warned" if case.warned(name) else "not_required"
        case ("not required", "warned") | ("put off", "required" | "warned"):
            return "de_warned"
        case "changed", "warned" | "de_warned":
            return "required" if stood == "warned" or stands else stood
        case "unvacated", "de_warned" if stands:
            return "required"
    return stood


def knows_all(case, name, person):
    """Whether a required person was told the requirement and each date of a trial as they are now (ADR 20)."""
    for (topic, subject), (value, _) in case.values(name, person).items():
        told = case.last_told((name, topic, subject))
        never_heard_of_it = told is None and value[:1] == ("off",)
        asked = topic == "attendance" or value[:2] in (("on", "trial"), ("off", "trial"))
        if asked and not never_heard_of_it and (told is None or told[2] != value):
            return False
    return person.must_come


def place(case, person, hearings):
    """Where all the defendants who matter to a person stand together."""
    standings = {case.standings[each] for each in person.defendants}
    if standings == {"concluded"}:
        return "outcome"
    if "trial_running" in standings:
        return "trial"
    last = {case.threads[each.name]: each for each in hearings if each.status not in ("stub", "undated", "duplicate")}
    if any(each.status in NO_DATE for each in last.values()) and not any(each.status == "live" for each in hearings):
        return "adjournment"
    heard_of = any(each.status not in ("stub", "duplicate") for each in hearings)
    return "listing" if heard_of or "appeal" in standings else "charge"

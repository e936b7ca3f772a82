"""The oracle's first part: what stands, of all that was said about hearings, defendants and who must come."""

from types import SimpleNamespace as Record

from tests.stateful.oracle_calendar import at, day_of

PUT_OFF = ("vacated", "adjourned", "date_removed")
NOTHING = Record(
    kind="", said=None, days=(), hearing_class="other", defendants=(), seed="", court="", says="", reason="", day=None,
    answer="", code="",
)  # fmt: skip
OUTCOMES = {"ineffective": "ineffective", "cracked": "cracked", "jury": "jury_discharged"}
STOPPED = ("withdrawn", "dismissed")


def newest(statements):
    return max(statements, key=lambda each: (each.said, each.id), default=NOTHING)


def concerns(hearing, defendants):
    return not hearing.defendants or bool(set(hearing.defendants) & set(defendants))


class Truth:
    """Needs the statements, people, charges, threads and dated hearings of the oracle it is part of."""

    def winners(self, *about):
        """Inside a slot (system and hearing) the higher version stands, else the later one."""
        best = {}
        for each in self.statements.get(about, ()):
            best[each.slot] = max(best.get(each.slot, each), each, key=lambda one: one.rank)
        return list(best.values())

    def stands(self, *about):
        """Between slots the later statement stands; one that came with results which were replaced does not."""
        return newest(each for each in self.winners(*about) if not self.is_replaced(each))

    def is_replaced(self, each):
        rests = each.kind in ("verdict", "jury") and each.day
        share = newest(self.winners("results", each.hearing, each.day)) if rests else NOTHING
        return bool(share.kind) and share.id != each.id and share.said >= each.said

    def look(self):
        shares = [(about[2], each.said, each.results, about[1]) for about in self.statements if about[0] == "results"
                  for each in [self.stands(*about)]]  # fmt: skip
        results = {}
        for day, _, share, hearing in sorted(shares):  # what decides nothing replaces no decision
            results |= {
                offence: (*each, day, hearing)
                for offence, *each in share
                if each[2] or not results.get(offence, [0, 0, 0])[2]
            }
        self.latest, charged = results, [offence for theirs in self.charges.values() for offence in theirs]
        self.offences = {
            offence: self.offence(offence, *results.get(offence, ("", "", False, None, ""))) for offence in charged
        }
        self.decisions = {
            offence: (said.decision, said.reason, said.review, said.letter)
            for offence in charged
            if (said := self.stands("decision", offence)).kind
        }
        self.died = {name: said for name in self.charges if (said := self.stands("died", name)).kind}
        for name, said in self.died.items():
            self.end_by_death(name, day_of(said.said))
        self.hearings = {name: self.hearing(name) for name in self.threads}
        self.standings = {name: self.proceedings(name) for name in self.charges}
        for name, person in self.people.items():
            said = self.stands("requirement", name)
            person.needed = {"requires": said.days, "not required": False}.get(said.kind)
            person.must_come = person.needed not in (None, False) and self.is_to_be_tried(person)

    def is_to_be_tried(self, person):
        settled = ("awaiting_sentence", "concluded", "appeal")
        return any(self.standings[each] not in settled for each in person.defendants)

    def offence(self, name, kind, length, final, day, hearing):
        plea, said, decided = (self.stands(each, name) for each in ("plea", "verdict", "decision"))
        verdict, sentence, stopped = said.says, final and kind == "custody", final and kind in STOPPED
        given_up = decided.kind and decided.decision in ("no_prosecution", "stopped")
        goes_on = verdict or (plea.kind and decided.kind and plea.said > decided.said)
        acquitted, ended_out_of_court = verdict == "not_guilty", given_up and not goes_on
        return Record(plea=plea.says, word=verdict or (kind if stopped else ""), sentence=length if sentence else "",
                      stopped=kind if stopped else "", acquitted=acquitted,
                      given=(day, hearing) if sentence else (),
                      guilty=verdict == "guilty" or (verdict in ("", "no_verdict") and plea.says == "guilty"),
                      over=bool(acquitted or sentence or stopped or ended_out_of_court))  # fmt: skip

    def end_by_death(self, defendant, day):
        """What had not ended against a defendant who died ends, and is told as stopped for that reason."""
        again = self.is_to_be_tried_again(defendant)
        for offence in self.charges[defendant]:
            known, by_the_court = self.offences[offence], False
            if known.stopped and not known.acquitted:  # because of the death, or before it?
                by_the_court = self.latest[offence][3] >= day and offence not in self.decisions
            if again or by_the_court or not known.over:
                self.decisions[offence] = ("stopped", "defendant_died", False, None)
            known.over = True

    def appeal_waits(self, defendant):
        stated, decided = self.stands("appeal", defendant), self.stands("appeal decided", defendant)
        if not stated.kind or stated.stage in ("leave_refused", "abandoned"):
            return False
        return not decided.kind or decided.said < stated.said

    def is_to_be_tried_again(self, defendant):
        """An appeal ordered another trial, and nothing was judged since."""
        ordered = self.stands("appeal decided", defendant)
        if not ordered.kind or ordered.result != "retrial_ordered":
            return False
        theirs = self.charges[defendant]
        judged = [self.stands(each, offence) for each in ("verdict", "decision") for offence in theirs]
        judged += [plea for offence in theirs if (plea := self.stands("plea", offence)).says == "guilty"]
        judged += [share for about in self.statements if about[0] == "results" for share in [self.stands(*about)]
                   if any(offence in theirs and final for offence, _, _, final in share.results)]  # fmt: skip
        return not any(each.kind and each.said > ordered.said for each in judged)

    def bail(self, defendant):
        """What stands; conditions that were named last count on where later news says "with conditions" alone."""
        said = sorted(self.winners("bail", defendant), key=lambda each: (each.said, each.id), reverse=True)
        if not said:
            return ()
        named = ()
        for each in said:
            if each.status != "conditional_bail" or named:
                break
            named = each.conditions
        return (said[0].status, named or said[0].conditions)

    def news_of(self, defendant, theirs, *, of_a_victim):
        """What there is to tell of a defendant, by topic; nothing where there is nothing."""
        known = {each: self.offences[each] for each in theirs}
        made = {each: self.decisions[each] for each in theirs if each in self.decisions}
        if of_a_victim:  # what a court stopped the prosecution has decided, but for a dismissal
            stopped = [each for each in theirs if each not in made and known[each].stopped == "withdrawn"]
            made |= dict.fromkeys(stopped, ("stopped", "", True, None))
        else:
            made = {each: (*said[:2], False, None) for each, said in made.items()}
        given = [each.given for each in known.values() if each.given]
        days = {day.isoformat() for day, hearing in given if self.stands("when", hearing).kind}
        warrant, appeal, decided = (self.stands(each, defendant) for each in ("warrant", "appeal", "appeal decided"))
        result = (decided.result,) if decided.kind else ()
        if defendant in self.died and self.appeal_waits(defendant):
            result = ("ended_by_death",)
        of_victims = {
            "plea": {each: known[each].plea for each in theirs},
            "uls": tuple(sorted(days)),
            "bail": self.bail(defendant),
            "warrant": (warrant.status, warrant.outcome) if warrant.kind else (),
            "appeal.notice": (appeal.stage, appeal.against, appeal.on, appeal.bail) if appeal.kind else (),
            "appeal.outcome": result,
        }
        news = {
            "verdict": {each: known[each].word for each in theirs},
            "sentence": {each: known[each].sentence for each in theirs},
            "decision.no_prosecution": {each: said for each, said in made.items() if said[0] == "no_prosecution"},
            "decision.stop": {each: said for each, said in made.items() if said[0] != "no_prosecution"},
            **(of_victims if of_a_victim else dict.fromkeys(of_victims, ())),
        }
        return {topic: tuple(sorted((each, word) for each, word in said.items() if word)) if isinstance(said, dict)
                else said for topic, said in news.items()}  # fmt: skip

    def hearing(self, name):
        registers = ("when", "gone", "vacation", "adjourned", "cancelled", "outcome", "started")
        when, gone, vacation, adjourned, cancelled, outcome, begun = (self.stands(each, name) for each in registers)
        # News of a jury that was let go, heard of after the new date had come, takes no later date away.
        known_since = outcome.day and when.days and all(day > outcome.day for day, _ in when.days)
        tried_again = outcome.kind == "ineffective" or (outcome.kind == "jury" and not known_since)
        lost = max((each.said for each in (adjourned, outcome if tried_again else NOTHING) if each.kind), default=None)
        off = cancelled.days if cancelled.kind and when.kind and cancelled.said >= when.said else ()
        standing = [(place, *day) for place, day in enumerate(when.days, 1) if day[0] not in off]
        shared = [about[2] for about in self.statements if about[:2] == ("results", name)]
        if gone.kind:
            status = {"delete": "withdrawn"}.get(gone.kind, gone.kind)
        elif vacation.kind == "vacate":
            status = "vacated"
        elif lost and (not when.kind or when.said <= lost):
            status = "adjourned"
        elif not standing:  # known by name, never dated, or without a date now
            status = "stub" if not when.kind else "date_removed" if when.days or name in self.dated else "undated"
        else:
            status = "heard" if any(day >= standing[-1][1] for day in shared) else "live"
        verdicts = [self.stands("verdict", each) for each in self.offences]
        judged = name in [each.hearing for each in verdicts if each.kind] or (shared and not adjourned.kind)
        reason = vacation.reason if status == "vacated" else outcome.reason
        ended = OUTCOMES.get(outcome.kind) or ("adjourned" if status == "adjourned" else "")
        started = begun.kind and begun.said > outcome.said if outcome.kind else begun.kind or judged
        return Record(name=name, status=status, standing=standing, listed=when.days, court=when.court, seed=when.seed,
                      kind=when.hearing_class, defendants=when.defendants,
                      reason=reason, ended=(ended, when.hearing_class, reason) if ended else (),
                      started=when.hearing_class == "trial" and bool(started),
                      starts=min((at(*day) for _, *day in standing), default=None))  # fmt: skip

    def proceedings(self, defendant):
        known = [self.offences[offence] for offence in self.charges[defendant]]
        trials = [each for each in self.hearings.values() if each.kind == "trial" and concerns(each, {defendant})]
        again = self.is_to_be_tried_again(defendant)
        if defendant in self.died:
            return "concluded"
        if not again and all(each.over or each.guilty for each in known):
            if not all(each.over for each in known):
                return "awaiting_sentence"
            return "appeal" if self.appeal_waits(defendant) else "concluded"
        if not again and any(each.started and each.status not in (*PUT_OFF, "withdrawn", "heard") for each in trials):
            return "trial_running"
        if any(each.status == "live" for each in trials):
            return "trial_listed"
        return "awaiting_trial" if again or any(each.plea == "not_guilty" for each in known) else "charged"

    def join_thread(self, name):
        """A hearing joins a thread once, when it first has a date."""
        now = self.hearing(name)
        self.dated |= {name} if now.listed else set()
        if not name or self.threads.setdefault(name, "") or now.status in ("stub", "undated"):
            return
        others = {each: self.hearing(each) for each, thread in self.threads.items() if thread}
        alive = {self.threads[each] for each, other in others.items() if other.status == "live"}
        put_off = [each for each, other in others.items() if other.status in PUT_OFF and self.threads[each] not in alive
                   and (other.kind, other.defendants) == (now.kind, now.defendants)]  # fmt: skip
        follows = now.seed if now.seed in others else put_off[0] if len(put_off) == 1 else ""
        self.threads[name] = self.threads[follows] if follows else name

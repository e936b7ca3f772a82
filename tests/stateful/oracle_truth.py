"""The oracle's first part: what stands, of all that was ever said about hearings, offences and who must come."""

from types import SimpleNamespace as Record

from tests.stateful.oracle_calendar import at

PUT_OFF = ("vacated", "adjourned", "date_removed")
NOTHING = Record(
    kind="", said=None, days=(), hearing_class="other", defendants=(), seed="", court="", says="", reason=""
)


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
        share = (
            newest(self.winners("results", each.hearing, each.day)) if each.kind == "verdict" and each.day else NOTHING
        )
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
        charged = [offence for theirs in self.charges.values() for offence in theirs]
        self.offences = {
            offence: self.offence(offence, *results.get(offence, ("", "", False, None, ""))) for offence in charged
        }
        self.hearings = {name: self.hearing(name) for name in self.threads}
        self.standings = {name: self.proceedings(name) for name in self.charges}
        for name, person in self.people.items():
            said = self.stands("requirement", name)
            person.needed = {"requires": said.days, "not required": False}.get(said.kind)
            person.must_come = person.needed not in (None, False) and self.is_to_be_tried(person)

    def is_to_be_tried(self, person):
        return any(self.standings[each] not in ("awaiting_sentence", "concluded") for each in person.defendants)

    def offence(self, name, kind, length, final, day, hearing):
        plea, verdict = self.stands("plea", name).says, self.stands("verdict", name).says
        sentence, stopped = (final and kind == each for each in ("custody", "withdrawn"))
        return Record(plea=plea, word=verdict or (kind if stopped else ""), sentence=length if sentence else "",
                      stopped="stopped" if stopped else "",
                      reviewed=day if sentence and self.stands("when", hearing).kind else None,
                      guilty=verdict == "guilty" or (not verdict and plea == "guilty"),
                      over=verdict == "not_guilty" or sentence or stopped)  # fmt: skip

    def hearing(self, name):
        registers = ("when", "gone", "vacation", "adjourned", "cancelled")
        when, gone, vacation, adjourned, cancelled = (self.stands(each, name) for each in registers)
        off = cancelled.days if cancelled.kind and when.kind and cancelled.said >= when.said else ()
        standing = [(place, *day) for place, day in enumerate(when.days, 1) if day[0] not in off]
        shared = [about[2] for about in self.statements if about[:2] == ("results", name)]
        if gone.kind:
            status = {"delete": "withdrawn"}.get(gone.kind, gone.kind)
        elif vacation.kind == "vacate":
            status = "vacated"
        elif adjourned.kind and (not when.kind or when.said <= adjourned.said):
            status = "adjourned"
        elif not standing:  # known by name, never dated, or without a date now
            status = "stub" if not when.kind else "date_removed" if when.days or name in self.dated else "undated"
        else:
            status = "heard" if any(day >= standing[-1][1] for day in shared) else "live"
        verdicts = [self.stands("verdict", each) for each in self.offences]
        begun = name in [each.hearing for each in verdicts if each.kind] or (shared and not adjourned.kind)
        return Record(name=name, status=status, standing=standing, listed=when.days, court=when.court, seed=when.seed,
                      kind=when.hearing_class, defendants=when.defendants,
                      reason=vacation.reason if status == "vacated" else "",
                      started=when.hearing_class == "trial" and bool(begun),
                      starts=min((at(*day) for _, *day in standing), default=None))  # fmt: skip

    def proceedings(self, defendant):
        known = [self.offences[offence] for offence in self.charges[defendant]]
        trials = [each for each in self.hearings.values() if each.kind == "trial" and concerns(each, {defendant})]
        if all(each.over or each.guilty for each in known):
            return "concluded" if all(each.over for each in known) else "awaiting_sentence"
        if any(each.started and each.status not in (*PUT_OFF, "withdrawn", "heard") for each in trials):
            return "trial_running"
        if any(each.status == "live" for each in trials):
            return "trial_listed"
        return "awaiting_trial" if any(each.plea == "not_guilty" for each in known) else "charged"

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

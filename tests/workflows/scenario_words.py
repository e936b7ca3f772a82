"""Says a value in the few words that scenario files use, so that a file and the core can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from workflows import judgements, tasks, values


def as_said(value: Any) -> str:
    """Put a `tell` of a file into the words of `in_words`."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"week of {value}" if isinstance(value, date) else str(value)


def in_words(topic: str, value: Any) -> str:
    """Say a value in the few words that scenario files use."""
    if topic == values.WHEN_WHERE and value["state"] == "off":
        return f"off: {value['why']}" + (f" because {value['reason']}" if value["reason"] else "")
    if topic == values.WHEN_WHERE:
        return "; ".join(_hearing_in_words(hearing) for hearing in value["hearings"])
    if topic == values.ATTENDANCE:
        days = ", ".join(str(day) for day in value.get("days", ()))
        return ("required" + (f" on days {days}" if days else "")) if value["required"] else "not required"
    if topic == values.OUTCOME:
        return value["outcome"] + (f" because {value['reason']}" if value["reason"] else "")
    if topic == values.VERDICT:
        return ", ".join(f"{offence} {word}" for offence, word in sorted(value["offences"].items())) or "none any more"
    if topic == values.SENTENCE:
        return (
            "; ".join(
                f"{offence} "
                + " and ".join(f"{result['label'] or result['kind']} {result['length']}".strip() for result in results)
                for offence, results in sorted(value["offences"].items())
            )
            or "none any more"
        )
    if topic == judgements.PLEA:
        return ", ".join(f"{offence} {word}" for offence, word in sorted(value["offences"].items())) or "none any more"
    if topic in (judgements.STOP, judgements.NO_PROSECUTION):
        return ", ".join(
            f"{offence} {said['decision']}" + (f" because {said['reason']}" if said["reason"] else "")
            for offence, said in sorted(value["offences"].items())
        )
    if topic == judgements.ULS:
        days = [*value.get("earlier", ()), value["sentenced_on"]] if value else []
        return f"sentenced on {' and '.join(days)}" if days else "none any more"
    if not value:
        return "none any more"
    if topic == judgements.BAIL:
        return value["status"] + "".join(f", {each}" for each in value["conditions"])
    if topic == judgements.WARRANT:
        return value["status"] + (f", {value['outcome']}" if value["outcome"] else "")
    if topic == judgements.APPEAL_NOTICE:
        return f"{value['stage']} against {value['against']}" + (f" on {value['on']}" if value["on"] else "")
    if topic == judgements.APPEAL_OUTCOME:
        return value["result"]
    if topic == values.SPECIAL_MEASURES:
        return ", ".join(f"{measure} {said}" for measure, said in sorted(value["measures"].items()))
    if topic == tasks.RECHECK:
        names = " and ".join(each.partition(":")[2] for each in value["confirm"])
        known = (value.get(name) for name in ("court", "trial", "room"))
        return ", ".join((names, *(word for word in known if word)))
    if topic == values.KEEP_IN_TOUCH:
        return f"every {value['every_days']} days"
    return ", ".join(f"{name} {_plain(said)}" for name, said in sorted(value.items()))


def _plain(said: Any) -> str:
    return " and ".join(map(str, said)) if isinstance(said, list) else str(said).lower()


def _hearing_in_words(hearing: Mapping[str, Any]) -> str:
    if hearing["kind"] == "week_commencing":
        return (
            f"week of {hearing['week']}"
            if hearing["weeks"] == 1
            else f"{hearing['weeks']} weeks from {hearing['week']}"
        )
    return ", ".join(f"{day} {at}" if at else f"{day} time to be confirmed" for day, at in hearing["days"])

"""What a person is asked when news does not fit where a case stands; the news itself is kept all the same.

A flag travels as its key; the words below are the only place that says what it means. They say what came, what was
expected and what to do, and name nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        # Where a defendant stands (proceedings.py)
        "trial_not_known": (
            "A message says that a trial changed or came to nothing, but no trial is known for this defendant. "
            "Ask the court which trial is meant."
        ),
        "trial_already_begun": (
            "A message takes away the date of a trial that has already begun. "
            "Ask the court whether the trial goes on, and tell people only what the court confirms."
        ),
        "nothing_left_to_try": (
            "A message speaks of a trial, but nothing is left to try for this defendant. "
            "Ask the court whether there is a retrial, or whether another defendant or case is meant."
        ),
        "proceedings_had_ended": (
            "A plea or a verdict came for a defendant whose proceedings had ended. "
            "Ask the court whether it corrects the earlier one before anyone is told."
        ),
        "appeal_before_the_end": (
            "A message speaks of an appeal, but this defendant is still to be tried. "
            "Ask the court which case the appeal belongs to."
        ),
        # Where a person stands in a case (journey.py)
        "trial_started_after_the_outcome": (
            "A trial started, but this person's case had already reached its outcome. "
            "Ask the court whether there is a retrial, or whether another case is meant."
        ),
        "close_before_the_outcome": (
            "Someone asked to close this person's case, which has not reached its outcome. "
            "Wait for the outcome, or close early and give the reason."
        ),
        "close_with_work_left": (
            "Someone asked to close this person's case while something is still to be done for them. "
            "Finish or end what is open, confirm that nothing more is to be done, then close it."
        ),
        # Whether a person is needed at court (attendance.py)
        "told_to_come_when_not_needed": (
            "This person was told that they must attend, but they are not needed now. "
            "Check the requirement with the CPS, then tell the person how it stands."
        ),
        "confirmed_when_not_needed": (
            "This person said that they will attend, but they are not needed now. "
            "Check the requirement with the CPS, then tell the person how it stands."
        ),
        "confirmed_without_being_told": (
            "This person said that they will attend, but has not been told what is now required of them. "
            "Tell them the current requirement and ask again."
        ),
        "absent_when_not_expected": (
            "This person was recorded as absent, but had not been warned for court. "
            "Check who was meant; if it was this person, correct what is held about their attendance."
        ),
        "absent_after_attending": (
            "This person was recorded as absent and also as having attended. Check which is right, and for which day."
        ),
        # How far a referral to the Victim Contact Scheme has come (referral.py)
        "referral_no_longer_certain": (
            "A referral to the Victim Contact Scheme is under way, but whether this person is eligible is open again. "
            "Check the sentence with the court, then decide whether the referral stands."
        ),
        "referral_no_longer_eligible": (
            "A referral to the Victim Contact Scheme is under way, but as things stand this person is not eligible. "
            "Nothing was withdrawn. Ask the probation service, then keep the referral or withdraw it with a reason."
        ),
        "referral_entry_does_not_fit": (
            "An entry about a referral to the Victim Contact Scheme does not fit how far it has come. "
            "Check which person and which defendant were meant, and take back the entry if it was wrong."
        ),
        # What support a person has (support.py), and their visit to the court (court_visit.py)
        "support_entry_does_not_fit": (
            "An entry about somebody's support does not fit how far it has come. "
            "Check which service was meant, and take back the entry that was wrong."
        ),
        "visit_entry_does_not_fit": (
            "An entry says that a visit to the court did not happen, and none was arranged. "
            "Check who was meant, and take back the entry if it was wrong."
        ),
    }
)

"""The points at which the sending of a message is killed."""

from witness_care.faultpoints import AFTER_CALL, BEFORE_CALL, Work

MESSAGE_POINTS = (
    *(Work.CLAIM_MESSAGE.before, Work.CLAIM_MESSAGE.after, BEFORE_CALL, AFTER_CALL),
    *(Work.ANSWERED_MESSAGE.before, Work.ANSWERED_MESSAGE.after),
)
